"""Commands that read pages: run and explain."""

from __future__ import annotations

import contextlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digitize.cli.terms import EXIT_CODES, PLACE, Session, counted, print_warning, verbose_option

if TYPE_CHECKING:
    from digitize.batch.outcome import Summary
    from digitize.storage import Place

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


@click.command(name="run", epilog=RUN_EXAMPLES + EXIT_CODES)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=PLACE)
@click.option("-o", "--output", required=True, type=PLACE, help="Folder or address to write to; a folder is made if need be.")
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
    "--metadata",
    metavar="FILE.csv",
    help="Sheet with what the archive knows of its files: newspaper, date, page, edition, rights, identifier.",
)
@click.option(
    "--device", metavar="auto|cpu|gpu[:N]", help="Where to run: a GPU if one can be used (auto, the default), or as told."
)
@click.option(
    "--precision",
    metavar="full|half",
    help="Read lines with numbers of 32 bits (the default), or of 16: a half sooner, on processors with bfloat16.",
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
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    help="Where pages are read: in processes of this machine, or on a Ray cluster.  [default: local]",
)
@click.option(
    "--address",
    default="auto",
    metavar="auto|HOST:PORT|ray://HOST:PORT",
    help="The Ray cluster; auto is that of this machine or job.  [default: auto]",
)
@click.option(
    "--gpus-per-worker",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="N",
    help="Share of a GPU that each process on a Ray cluster takes, as 0.25.  [default: 0]",
)
@click.option("--force", is_flag=True, help="Read pages again that are done, and replace pages that came from other files.")
@click.option("--retry-failed", is_flag=True, help="Read pages again that failed, even if nothing has changed since.")
@click.option("--report", is_flag=True, help="At the end write a report to look at in a browser, as `digitize report` does.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to tell of pages on stderr.  [default: text]",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of pages that go well.")
@verbose_option
def run_command(  # noqa: PLR0917 - click calls it by names
    inputs: tuple[Place, ...],
    output: Place,
    config: Path | None,
    jobs: int | None,
    pages_per_worker: int,
    page_timeout: float,
    worker_memory: float | None,
    engine: str,
    address: str,
    gpus_per_worker: float,
    force: bool,  # noqa: FBT001 - the same
    retry_failed: bool,  # noqa: FBT001 - the same
    report: bool,  # noqa: FBT001 - the same
    log_format: str,
    quiet: bool,  # noqa: FBT001 - the same
    **flags: Any,  # noqa: ANN401 - flags are checked by Options
) -> None:
    """Read pages and write their articles.

    INPUT is image files (JPEG, PNG, TIFF, PDF, ...), files of earlier OCR (ALTO, PAGE, METS), or folders of them, or
    addresses of such in a store (s3://bucket/reel); OUTPUT may be an address, too. For each page OUTPUT gets a folder
    with one TEI and one NewsML-G2 document per article, one ALTO document, the layout drawn over a preview (.svg), and
    the page's record (page.json). Pages that are done already, from the same file with the same settings, are skipped.

    Each setting can also stand in the environment, as DIGITIZE_LANGUAGE, or in a TOML file; flags come before the
    environment, the environment before the file.
    """
    from digitize.batch.progress import Teller  # noqa: PLC0415 - see the package's docstring
    from digitize.batch.run import run  # noqa: PLC0415
    from digitize.batch.tasks import Engine, Workers  # noqa: PLC0415
    from digitize.options import gather_options  # noqa: PLC0415

    options = gather_options(flags, config)
    memory = int(worker_memory * 1e9) if worker_memory else None
    verbose = click.get_current_context().ensure_object(Session).verbose
    teller = Teller(quiet=quiet, verbose=verbose, as_json=log_format == "json")
    # What a library says in passing, as Ray does of processes that died, is not the command's result.
    with contextlib.redirect_stdout(sys.stderr), teller.showing():
        summary = run(
            inputs,
            output,
            options,
            force=force,
            retry_failed=retry_failed,
            workers=Workers(jobs, pages_per_worker, page_timeout, memory, Engine(engine), address, gpus_per_worker),
            keep=False,
            on_page=teller.page,
            on_warning=teller.warning,
            on_progress=teller.progress,
        )
    written = None
    if report and not summary.interrupted and summary.has_pages:
        from digitize.batch.reporting import write_report  # noqa: PLC0415

        written = write_report(output, teller.warning).index
    if not quiet and log_format == "text":
        _print_summary(summary, output, written)
    click.get_current_context().exit(summary.exit_code)


@click.command(name="explain", epilog=EXPLAIN_EXAMPLES)
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
@click.option("--precision", metavar="full|half", help="How exactly lines are read, as for `digitize run`.")
@click.option("--model", metavar="NAME|DIR", help="Recognition model, as for `digitize run`.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE.toml", help="File with settings.")
@verbose_option
def explain_command(image: Path, output: Path, frame: int, page: int, config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - flags are checked by Options
    """Read one page and tell why it was read in this order.

    The output shows regions with their roles, rules and gutters, articles, and every link of the reading order with its
    score and reasons; also the links that were weighed and not made, and why not.
    """
    from digitize.batch.explain import explain  # noqa: PLC0415 - see the package's docstring
    from digitize.options import gather_options  # noqa: PLC0415

    result = explain(image, output, gather_options(flags, config), frame=frame, page=page, on_warning=print_warning)
    links = f"{counted(len(result.page.links), 'link')}, {len(result.page.rejected)} rejected"
    click.echo(f"{result.page.id}: {counted(len(result.page.regions), 'region')}, {links}", err=True)


def _print_summary(summary: Summary, output: Place, report: Place | None) -> None:
    tally = summary.tally
    parts = [
        f"{counted(tally.read, 'page')} read",
        f"{tally.blank} of them blank" if tally.blank else "",
        f"{tally.skipped} done before" if tally.skipped else "",
        f"{tally.failed} failed" if tally.failed else "",
    ]
    end = " (interrupted)" if summary.interrupted else ""
    click.echo(f"{', '.join(filter(None, parts))}; see {click.format_filename(str(report or output))}{end}", err=True)
    if report is None and not summary.interrupted:
        click.echo(f"to look at them in a browser: digitize report {shlex.quote(click.format_filename(str(output)))}", err=True)
