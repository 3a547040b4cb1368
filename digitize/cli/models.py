"""Commands for recognition models: list and fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digitize.cli.terms import verbose_option

if TYPE_CHECKING:
    from digitize.ocr.weights import ModelState

MODEL_FOLDERS = """\b
A model of one's own, for `digitize run --model DIR`, lies in a folder like this,
as PaddleOCR exports its models to ONNX:
  DIR/det/inference.onnx  DIR/det/inference.yml    text detection
  DIR/rec/inference.onnx  DIR/rec/inference.yml    text recognition
"""


@click.group(invoke_without_command=True, epilog=MODEL_FOLDERS)
@click.pass_context
def models(context: click.Context) -> None:
    """List the recognition models, or fetch one."""
    if context.invoked_subcommand is None:
        context.invoke(list_models)


@models.command(name="list")
@verbose_option
def list_models() -> None:
    """List the models that are known: their files, where they lie, whether they are complete."""
    from digitize.ocr.weights import model_states  # noqa: PLC0415

    for state in model_states():
        _print_model(state)


@models.command(name="fetch")
@click.argument("name")
@verbose_option
def fetch_model_command(name: str) -> None:
    """Fetch a model from PaddleOCR's servers; the default model, small, needs no fetching."""
    from digitize.ocr.fetch import fetch_model  # noqa: PLC0415

    _print_model(fetch_model(name))


def _print_model(state: ModelState) -> None:
    if not state.files:
        click.echo(f"{state.name}: not here (digitize models fetch {state.name})")
        return
    click.echo(f"{state.name}: {'complete' if state.complete else 'incomplete'} ({state.where})")
    for file in state.files:
        click.echo(f"  {file.path}  {file.size} bytes  sha256 {file.sha256 or '-'}  {file.fault or 'ok'}")
