"""``broadsheet import``."""

import datetime
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import click

from broadsheet.cli.data_lock import data_lock
from broadsheet.cli.options import parse_date, quiet_option
from broadsheet.cli.problems import end_with_report
from broadsheet.daily.import_ import ImportReport, run
from broadsheet.daily.import_files import STDIN
from broadsheet.daily.merge import RowOutcome
from broadsheet.providers.fields import SCORES, TARGETS, FieldMap, Scale, parse_scale
from broadsheet.providers.parse_result import Fix, UnscoredRows
from broadsheet.text.formats import count

# The singular and plural of file kinds. Any other kind is a "file of" it.
_KINDS = {
    "arXiv feed": ("arXiv feed", "arXiv feeds"),
    "BibTeX or RIS": ("bibliography", "bibliographies"),
    "digest page": ("digest page", "digest pages"),
    "digest's own": ("file of a digest's own data", "files of a digest's own data"),
    "not recognised": ("file not recognised", "files not recognised"),
    "nothing": ("empty file", "empty files"),
    "rejected": ("file rejected", "files rejected"),
    "table": ("table", "tables"),
}


def parse_fields(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Parse ``FIELD=KEY`` options."""
    keys = {}
    for value in values:
        field, equals, key = value.partition("=")
        if not equals or not key or field not in TARGETS:
            raise click.BadParameter(f"{value!r} is not FIELD=KEY with a FIELD of: {', '.join(TARGETS)}.")
        keys[field] = key
    return keys


def parse_scales(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, Scale]:
    """Parse ``LOW-HIGH`` (for both scores) and ``FIELD=LOW-HIGH`` options."""
    scales: dict[str, Scale] = {}
    for value in sorted(values, key=lambda value: "=" in value):
        field, equals, text = value.rpartition("=")
        scale = parse_scale(text)
        if scale is None or (equals and field not in SCORES):
            raise click.BadParameter(f"{value!r} is not [FIELD=]LOW-HIGH, e.g. 0-100 or novelty=1-5.")
        scales |= dict.fromkeys([field] if field else SCORES, scale)
    return scales


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The digest's folder, the one with digest.yml.",
)
@click.option("--date", callback=parse_date, metavar="YYYY-MM-DD", help="The day of files and rows without a date.")
@click.option(
    "--map",
    "keys",
    multiple=True,
    callback=parse_fields,
    metavar="FIELD=KEY",
    help="Take FIELD from KEY, e.g. relevance=rating, arxiv_id=links.arxiv or date=published.",
)
@click.option(
    "--scale",
    "scales",
    multiple=True,
    callback=parse_scales,
    metavar="[FIELD=]LOW-HIGH",
    help="The scale of the scores, if it is not 1-10: 0-100, or novelty=1-5 for one of them.",
)
@click.option("--replace", is_flag=True, help="Where a row differs from one in data/, take the imported one.")
@quiet_option
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def import_command(
    paths: tuple[str, ...],
    root: Path,
    date: str | None,
    keys: dict[str, str],
    scales: dict[str, Scale],
    replace: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Import papers, receipts and publications into data/.

    PATH is a file, a folder (with all below it) or - for standard input, gzip or not. The format is detected from the
    content: rows of papers (JSON, JSON lines, CSV, TSV), Hugging Face Daily Papers JSON, arXiv RSS, Atom, API and
    OAI-PMH, BibTeX, RIS, LibreCat YAML or JSON, a saved digest page (for its receipt), the data/ folder or the JSON
    Lines download of another digest. Importing a file again changes nothing. 'broadsheet docs data' lists every key;
    'broadsheet schema paper' prints the JSON Schema of a row.

    \b
    Example:
      broadsheet import ~/scored/2025-05 publications.yml
      broadsheet import --map relevance=rating --map novelty=rating --scale 0-100 --date 2025-05-27 ratings.csv
      curl -s 'https://huggingface.co/api/daily_papers?date=2025-05-27' | broadsheet import -
    """
    stdin = sys.stdin.buffer if STDIN in paths else None
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with data_lock(root):
        report = run(root, paths, date=date, replace=replace, fields=FieldMap(keys, scales), stdin=stdin, now=now)
    end_with_report(report, report.faults, _lines(report), quiet=quiet, as_json=as_json)


def _lines(report: ImportReport) -> Iterable[str]:
    yield _files(report)
    if report.read:
        rare = (RowOutcome.REPLACED, RowOutcome.REMOVED)
        names = [name for name in RowOutcome if name in report.outcomes or name not in rare]
        counts = [f"{report.outcomes.get(name, 0):,} {name}" for name in names]
        yield f"{count(report.read, 'row')}: {', '.join(counts)}, {report.rejected:,} rejected"
    if report.publications:
        yield "publications: " + ", ".join(f"{number:,} {name}" for name, number in sorted(report.publications.items()))
    if report.receipts:
        yield f"receipts: {report.receipts:,} written"
    yield f"{count(len(report.days), 'day')} changed in data/"
    yield from fix_lines(report.fixes)
    yield from _unscored_lines(report.unscored)
    if report.conflicts:
        rows = count(len(report.conflicts), "record")
        remedy = "--replace overwrites it; --json lists them"
        yield f"conflicts: other values than in data/ in {rows}; data/ stays ({remedy})"
        yield f"conflicts: e.g. {'; '.join(map(str, report.conflicts[:3]))}"
    yield from (f"note: {problem}" for problem in report.problems if problem.is_note)


def _files(report: ImportReport) -> str:
    """Return the number of files of each kind."""
    kinds = [_kind(number, kind) for kind, number in sorted(report.kinds.items())]
    return kinds[0] if len(kinds) == 1 else ": ".join(filter(None, [count(report.files, "file"), ", ".join(kinds)]))


def _kind(number: int, kind: str) -> str:
    singular, plural = _KINDS.get(kind, (f"file of {kind}", f"files of {kind}"))
    return count(number, singular, plural)


def fix_lines(report_fixes: list[Fix]) -> Iterable[str]:
    """Yield a line for each kind of fix."""
    kinds: dict[str, list[Fix]] = defaultdict(list)
    for fix in report_fixes:
        kinds[fix.kind].append(fix)
    for kind, fixes in sorted(kinds.items(), key=lambda item: -len(item[1])):
        detail = f": {fixes[0].detail}" if fixes[0].detail else ""
        yield f"fixed: {len(fixes):,} × {kind}, e.g. {fixes[0].location}{detail}"


def _unscored_lines(unscored: list[UnscoredRows]) -> Iterable[str]:
    """Yield a line for each reason why rows have no score."""
    reasons: dict[tuple[str, str], list[UnscoredRows]] = defaultdict(list)
    for part in unscored:
        reasons[part.reason, part.hint].append(part)
    for (what, hint), parts in sorted(reasons.items(), key=lambda item: -sum(part.rows for part in item[1])):
        rows = count(sum(part.rows for part in parts), "row")
        yield f"without a score: {rows}: {what}, e.g. {parts[0].location}: {hint}"
