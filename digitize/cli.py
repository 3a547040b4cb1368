"""The commands: parse, call, print. Heavy modules are imported inside the commands, so that --help answers at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitize import __version__
from digitize.errors import ExitCode, OutputError

if TYPE_CHECKING:
    from digitize.batch.archive import State
    from digitize.batch.outcome import Summary
    from digitize.ocr.weights import ModelState


@dataclass(slots=True)
class Session:
    """What `main` must know of a command after it has failed."""

    verbose: bool = False


def _set_verbose(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        context.ensure_object(Session).verbose = True


verbose_option = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, callback=_set_verbose, help="Show also where an error arose."
)

EXIT_CODES = """

\b
Exit codes:
    0  all pages done
    1  finished, but some pages failed; each is named with its reason
    2  the command cannot be carried out as written
    3  a package, model or device is missing
    4  invalid XML found, or files not as recorded
    5  the output folder cannot be written
    9  a setting in the environment or the configuration file makes no sense
   15  anything else
  130  interrupted; finished pages stay, nothing half-written does
"""

EXAMPLE = """\b
Example:
  digitize run scans/ --output articles/
"""
RUN_EXAMPLES = """\b
Examples:
  digitize run scans/ -o articles/
  digitize run A08.jpg A09.jpg -o articles/ --newspaper 中原都市报 --date 2020-11-20
  digitize run reel.tif -o articles/ --format tei,alto --device cpu
"""
EXPLAIN_EXAMPLES = """\b
Examples:
  digitize explain A08.jpg --output A08-why.svg
  digitize explain reel.tif --frame 12 --output 12.json

\b
Exit codes: 0 done, 1 the image cannot be read, 2 the command cannot be carried out as written,
3 a package, model or device is missing, 5 the output cannot be written, 9 a setting makes no sense
"""
VALIDATE_EXAMPLES = """\b
Examples:
  digitize validate articles/
  digitize validate articles/A08/A08-a001.tei.xml

\b
Exit codes: 0 no fault found, 2 nothing to check, 3 an official schema is missing, 4 faults found
"""
STATUS_EXAMPLES = """\b
Examples:
  digitize status articles/
  digitize status articles/ --json

\b
Exit codes: 0 no page failed, 1 some pages failed, 2 no page records found
"""
VERIFY_EXAMPLES = """\b
Examples:
  digitize verify articles/

\b
Exit codes: 0 every file is as recorded, 2 no page records found, 4 files are missing, altered or extra,
5 a file cannot be read
"""
EVALUATE_EXAMPLES = """\b
Examples:
  digitize evaluate archive/ --truth truth/
  digitize evaluate archive/ --truth truth/ --json figures.json

\b
Exit codes: 0 every page of the truth was measured, 1 some were not read; each is named, 2 nothing to compare,
4 a document is not well-formed TEI, 5 the JSON cannot be written
"""
MODEL_FOLDERS = """\b
A model of one's own, for `digitize run --model DIR`, lies in a folder like this,
as PaddleOCR exports its models to ONNX:
  DIR/det/inference.onnx  DIR/det/inference.yml    text detection
  DIR/rec/inference.onnx  DIR/rec/inference.yml    text recognition
"""


@click.group(epilog=EXAMPLE + EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Turn scanned newspaper pages into one validated XML document per article.

    Everything runs on this machine; only `models fetch` and `schemas fetch` use the network.
    """


@cli.command(name="run", epilog=RUN_EXAMPLES + EXIT_CODES)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder to write to; it is made if need be."
)
@click.option(
    "-l", "--language", help="Language of the pages: zh-Hans, zh-Hant, en, fr, de; or auto (the default): found on each page."
)
@click.option("-f", "--format", "formats", metavar="NAMES", help="Formats to write, with commas.  [default: tei,newsml,alto]")
@click.option(
    "--writing-mode",
    metavar="MODE",
    help="How lines run: horizontal-tb, vertical-rl, or auto, decided for each page by its characters (the default).",
)
@click.option(
    "--split",
    metavar="auto|never|always",
    help="Split frames that show two pages at the fold: those as wide as two pages (auto, the default), none, or all.",
)
@click.option("--newspaper", help="Name of the newspaper, where the page does not tell or tells it wrongly.")
@click.option("--date", metavar="YYYY-MM-DD", help="Date of the issue, where the page does not tell or tells it wrongly.")
@click.option(
    "--device", metavar="auto|cpu|gpu[:N]", help="Where to run: a GPU if one can be used (auto, the default), or as told."
)
@click.option(
    "--model", metavar="NAME|DIR", help="Recognition model: a name that `digitize models` lists, or a folder.  [default: small]"
)
@click.option("--authority", metavar="DOMAIN,YEAR", help="Who mints the articles' identifiers, as in archive.example,2026.")
@click.option("--max-pixels", type=int, metavar="N", help="Refuse larger images.  [default: 400 million]")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="File with settings, named as these options (formats, max_pixels).",
)
@click.option(
    "--trust-blocks",
    is_flag=True,
    default=None,
    help="Of ALTO and PAGE files take text blocks and their order as they are.  [default: only lines and text]",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes that read.  [default: what cores and memory allow]"
)
@click.option(
    "--pages-per-worker",
    type=click.IntRange(min=1),
    default=500,
    metavar="N",
    help="Pages after which a process is replaced by a fresh one.  [default: 500]",
)
@click.option(
    "--page-timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    metavar="SECONDS",
    help="Give a page up after this time.  [default: 600]",
)
@click.option(
    "--worker-memory",
    type=click.FloatRange(min=0, min_open=True),
    metavar="GB",
    help="Give a page up that takes more memory.  [default: each process its share of what is free]",
)
@click.option("--force", is_flag=True, help="Read pages again that are done, and replace pages that came from other files.")
@click.option("--retry-failed", is_flag=True, help="Read pages again that failed, even if nothing has changed since.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to tell of pages on stderr.  [default: text]",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of pages that go well.")
@verbose_option
def run_command(  # noqa: PLR0917 - click calls it by names
    inputs: tuple[Path, ...],
    output: Path,
    config: Path | None,
    jobs: int | None,
    pages_per_worker: int,
    page_timeout: float,
    worker_memory: float | None,
    force: bool,  # noqa: FBT001 - the same
    retry_failed: bool,  # noqa: FBT001 - the same
    log_format: str,
    quiet: bool,  # noqa: FBT001 - the same
    **flags: Any,  # noqa: ANN401 - flags are checked by Options
) -> None:
    """Read pages and write their articles.

    INPUT is image files (JPEG, PNG, TIFF, PDF, ...), files of earlier OCR (ALTO, PAGE, METS), or folders of them. For
    each page OUTPUT gets a folder with one TEI and one NewsML-G2 document per article, one ALTO document, the layout
    drawn over a preview (.svg), and the page's record (page.json). Pages that are done already, from the same file
    with the same settings, are skipped.

    Each setting can also stand in the environment, as DIGITIZE_LANGUAGE, or in a TOML file; flags come before the
    environment, the environment before the file.
    """
    from digitize.batch.progress import Teller  # noqa: PLC0415 - see the module's docstring
    from digitize.batch.run import run  # noqa: PLC0415
    from digitize.batch.tasks import Workers  # noqa: PLC0415
    from digitize.options import gather_options  # noqa: PLC0415

    options = gather_options(flags, config)
    memory = int(worker_memory * 1e9) if worker_memory else None
    verbose = click.get_current_context().ensure_object(Session).verbose
    teller = Teller(quiet=quiet, verbose=verbose, as_json=log_format == "json")
    with teller.showing():
        summary = run(
            inputs,
            output,
            options,
            force=force,
            retry_failed=retry_failed,
            workers=Workers(jobs, pages_per_worker, page_timeout, memory),
            on_page=teller.page,
            on_warning=teller.warning,
            on_progress=teller.progress,
        )
    if not quiet and log_format == "text":
        _print_summary(summary, output)
    click.get_current_context().exit(summary.exit_code)


@cli.command(name="explain", epilog=EXPLAIN_EXAMPLES)
@click.argument("image", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="File to write: a drawing, if it ends in .svg, or JSON, if it ends in .json.",
)
@click.option("--frame", type=click.IntRange(min=1), default=1, metavar="N", help="Page of a file of several.  [default: 1]")
@click.option(
    "-l", "--language", help="Language of the page: zh-Hans, zh-Hant, en, fr, de; or auto (the default): found from its text."
)
@click.option("--writing-mode", metavar="MODE", help="How lines run, as for `digitize run`.")
@click.option("--split", metavar="auto|never|always", help="Split frames that show two pages, as for `digitize run`.")
@click.option(
    "--page", type=click.IntRange(1, 2), default=1, metavar="N", help="Which of the two pages on a frame.  [default: 1]"
)
@click.option("--device", metavar="auto|cpu|gpu[:N]", help="Where to run, as for `digitize run`.")
@click.option("--model", metavar="NAME|DIR", help="Recognition model, as for `digitize run`.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE.toml", help="File with settings.")
@verbose_option
def explain_command(image: Path, output: Path, frame: int, page: int, config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - flags are checked by Options
    """Read one page and tell why it was read in this order.

    The output shows regions with their roles, rules and gutters, articles, and every link of the reading order with its
    score and reasons; also the links that were weighed and not made, and why not.
    """
    from digitize.batch.explain import explain  # noqa: PLC0415 - see the module's docstring
    from digitize.options import gather_options  # noqa: PLC0415

    result = explain(image, output, gather_options(flags, config), frame=frame, page=page, on_warning=_print_warning)
    links = f"{_counted(len(result.page.links), 'link')}, {len(result.page.rejected)} rejected"
    click.echo(f"{result.page.id}: {_counted(len(result.page.regions), 'region')}, {links}", err=True)


@cli.command(name="status", epilog=STATUS_EXAMPLES)
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@verbose_option
def status_command(output: Path, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Tell how the pages of an output folder ended: counts, failures, the slowest pages, the lowest confidence."""
    from digitize.batch.archive import state_of  # noqa: PLC0415 - see the module's docstring

    state = state_of(output)
    if as_json:
        click.echo(state.to_json())
    else:
        _print_state(state)
    click.get_current_context().exit(ExitCode.PAGES_FAILED if state.failed else ExitCode.DONE)


@cli.command(name="verify", epilog=VERIFY_EXAMPLES)
@click.argument("output", type=click.Path(path_type=Path))
@verbose_option
def verify_command(output: Path) -> None:
    """Compare every input and output file with the SHA-256 in the pages' records.

    What is missing, altered, or in the output folder without a record is listed. Inputs are looked for where the run
    found them; start from the same folder.
    """
    from digitize.batch.archive import verify  # noqa: PLC0415 - see the module's docstring
    from digitize.errors import InvalidXmlError  # noqa: PLC0415

    count = 0
    for count, fault in enumerate(verify(output), start=1):  # noqa: B007 - the last one is the count
        click.echo(str(fault))
    if count:
        remedy = "restore the files from a copy, or run again: what is missing or altered is read again"
        raise InvalidXmlError(f"{_counted(count, 'file')} not as recorded", remedy=remedy)


@cli.group(invoke_without_command=True, epilog=MODEL_FOLDERS)
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


@cli.command(name="validate", epilog=VALIDATE_EXAMPLES)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--official",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the official schemas.  [default: where `digitize schemas fetch` puts them, if they are there]",
)
@verbose_option
def validate_command(paths: tuple[Path, ...], official: Path | None) -> None:
    """Check documents, or all documents below folders, as `file:line: what is wrong`.

    Each document is checked against this project's profile of its format and its rules, and against the official
    schema where that is there; the documents of a page against each other and against the page's record.
    """
    from digitize.errors import InvalidXmlError  # noqa: PLC0415
    from digitize.validate import validate_paths  # noqa: PLC0415

    count = 0
    for count, violation in enumerate(validate_paths(paths, official), start=1):  # noqa: B007 - the last one is the count
        click.echo(str(violation))
    if count:
        raise InvalidXmlError(
            f"{_counted(count, 'fault')} found", remedy="read the pages again, or report the faults as a defect"
        )


@cli.command(name="evaluate", epilog=EVALUATE_EXAMPLES)
@click.argument("archive", type=click.Path(path_type=Path))
@click.option(
    "--truth",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder with the truth: for each page a folder of its name, with corrected TEI documents.",
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the figures to a file as JSON, too."
)
@click.option("--film", is_flag=True, help="For originals so bad that every fifth character is misread: tolerate more.")
@verbose_option
def evaluate_command(archive: Path, truth: Path, json_file: Path | None, film: bool) -> None:  # noqa: FBT001 - click's way
    """Measure what was read against a truth: articles, headings, order, characters.

    ARCHIVE is a folder that `digitize run` has written. A truth is made by correcting copies of its TEI documents. All
    figures lie from 0 to 1 and are better when higher, but cer, the character error rate; `-` stands where the truth
    holds nothing of the kind.
    """
    from digitize.evaluate import evaluate, to_json, to_table  # noqa: PLC0415 - see the module's docstring

    evaluation = evaluate(archive, truth, film=film)
    click.echo(to_table(evaluation))
    if json_file:
        _write_text(json_file, to_json(evaluation))
    for page in evaluation.missing:
        click.echo(f"{page}: has a truth, but was not read: everything on it counts as wrong", err=True)
    if evaluation.without_truth:
        pages = _counted(len(evaluation.without_truth), "page")
        click.echo(f"{pages} without truth, not measured: {', '.join(evaluation.without_truth)}", err=True)
    click.get_current_context().exit(ExitCode.PAGES_FAILED if evaluation.missing else ExitCode.DONE)


@cli.group()
def schemas() -> None:
    """Fetch the official schemas, for `digitize validate`."""


@schemas.command(name="fetch")
@click.option(
    "--to", "target", type=click.Path(path_type=Path), metavar="DIR", help="Folder to put them in.  [default: the user's cache]"
)
@verbose_option
def fetch_schemas_command(target: Path | None) -> None:
    """Fetch the official schemas of TEI, NewsML-G2 and ALTO from their homes, and print where they are."""
    from digitize.validate import default_schema_cache, fetch_schemas  # noqa: PLC0415

    for path in fetch_schemas(target or default_schema_cache()):
        click.echo(click.format_filename(path))


def _print_model(state: ModelState) -> None:
    if not state.files:
        click.echo(f"{state.name}: not here (digitize models fetch {state.name})")
        return
    click.echo(f"{state.name}: {'complete' if state.complete else 'incomplete'} ({state.where})")
    for file in state.files:
        click.echo(f"  {file.path}  {file.size} bytes  sha256 {file.sha256 or '-'}  {file.fault or 'ok'}")


def _print_warning(text: str) -> None:
    click.echo(f"digitize: warning: {text}", err=True)


def _print_summary(summary: Summary, output: Path) -> None:
    skipped = sum(outcome.skipped and not outcome.error for outcome in summary.outcomes)
    read = len(summary.outcomes) - len(summary.failed) - skipped
    parts = [
        f"{_counted(read, 'page')} read",
        f"{skipped} done before" if skipped else "",
        f"{len(summary.failed)} failed" if summary.failed else "",
    ]
    end = " (interrupted)" if summary.interrupted else ""
    click.echo(f"{', '.join(filter(None, parts))}; see {click.format_filename(output)}{end}", err=True)


def _print_state(state: State) -> None:
    parts = [
        f"{state.done} done",
        f"{state.blank} blank" if state.blank else "",
        f"{state.failed} failed" if state.failed else "",
    ]
    click.echo(f"{_counted(state.pages, 'page')}: {', '.join(filter(None, parts))}")
    click.echo(f"{_counted(state.articles, 'article')}, {_counted(state.advertisements, 'advertisement')}")
    click.echo(f"{state.seconds:.1f} s of reading")
    for page in state.failures:
        reason = f"{page.error.message} ({page.error.remedy})" if page.error else "no reason recorded"
        click.echo(f"{page.page_id}: failed: {reason}")
    for title, pages in (("slowest", state.slowest), ("lowest confidence", state.least_confident)):
        unit = " s" if title == "slowest" else ""
        if pages:
            click.echo(f"{title}: {', '.join(f'{page.page_id} {page.figure:.2f}{unit}' for page in pages)}")


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        name = click.format_filename(path)
        raise OutputError(f"{name} cannot be written: {error.strerror}", remedy="name a file that can be written") from error


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
