"""``digest import``."""

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import click
import msgspec

from generator.cli.turns import my_turn
from generator.edges.sources.harvest import Repair
from generator.ground.records import is_date
from generator.pipeline.importing import STDIN, Report, run


def date_of(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """The day that was typed, if one was."""
    if value is not None and not is_date(value):
        raise click.BadParameter(f"{value!r} is not a day as YYYY-MM-DD.")
    return value


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The digest's folder, the one with digest.yml.",
)
@click.option("--date", callback=date_of, metavar="YYYY-MM-DD", help="The day of files that do not tell theirs.")
@click.option("--replace", is_flag=True, help="Where a row differs from one in data/, take the one that comes in.")
@click.option("--quiet", is_flag=True, help="Say nothing but problems.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def import_command(
    paths: tuple[str, ...], root: Path, date: str | None, replace: bool, quiet: bool, as_json: bool
) -> None:
    """Take papers and publications into data/.

    PATH is a file, a folder (with all below it) or - for standard input. What a file is shows in its content: scored
    papers (JSON by arXiv id, rating lines, our own lines), Hugging Face Daily Papers JSON, arXiv RSS, Atom, API and
    OAI-PMH, LibreCat YAML or JSON, a saved digest page (for its receipt). Importing a file again changes nothing.

    \b
    Example:
      digest import ~/scored/2025-05 publications.yml
      curl -s 'https://huggingface.co/api/daily_papers?date=2025-05-27' | digest import -
    """
    stdin = sys.stdin.buffer if STDIN in paths else None
    with my_turn(root):
        report = run(root, paths, date=date, replace=replace, stdin=stdin)
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        for problem in report.faults:
            click.echo(str(problem), err=True)
        if not quiet:
            click.echo("\n".join(_lines(report)))
    if report.faults:
        raise SystemExit(1)


def _lines(report: Report) -> Iterable[str]:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.kinds.items()))
    yield f"{_count(report.files, 'file')}: {kinds}" if kinds else _count(report.files, "file")
    if report.read:
        counts = [f"{report.outcomes.get(name, 0):,} {name}" for name in ("added", "filled", "kept", "unchanged")]
        yield f"{_count(report.read, 'row')}: {', '.join(counts)}, {report.refused:,} refused"
    if report.publications:
        yield "publications: " + ", ".join(f"{count:,} {name}" for name, count in sorted(report.publications.items()))
    if report.receipts:
        yield f"receipts: {report.receipts:,} written"
    yield f"{_count(len(report.days), 'day')} changed in data/"
    yield from repair_lines(report.repairs)
    if report.kept:
        rows = _count(len(report.kept), "row")
        yield f"kept: in {rows} data/ differs and stays (--replace takes what comes in; --json lists them)"
    yield from (f"note: {problem}" for problem in report.problems if problem.note)


def repair_lines(repairs: list[Repair]) -> Iterable[str]:
    """A line for each kind of repair."""
    kinds: dict[str, list[Repair]] = defaultdict(list)
    for repair in repairs:
        kinds[repair.what].append(repair)
    for what, found in sorted(kinds.items(), key=lambda kind: -len(kind[1])):
        how = f": {found[0].how}" if found[0].how else ""
        yield f"repaired: {len(found):,} × {what}, e.g. {found[0].where}{how}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
