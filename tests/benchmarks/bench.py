"""The scenarios: what is done to an archive, in which order, and what is noted of it."""

import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from broadsheet import PROGRAM
from tests.benchmarks import archives, sites
from tests.benchmarks.figures import Archive, Figure, Report
from tests.benchmarks.measurement import CALM, COMPILING, Run, repeat, run
from tests.example import ROOT

DIGEST = (sys.executable, "-m", "broadsheet")
COLD, NOTHING, ONE_DAY = "cold", "nothing new", "one more day"
COMMENT, TEMPLATE, YEAR_END = "a comment in the settings", "a template changed", "each day around the end of a year"
CHECK, CHECK_SITE, IMPORT = "check", "check with the site", "import"
TURN = 20  # days after the last one, the turn of a year among them
BUILT = (".digest", "docs", "site", ".site.new")  # what builds leave
HUGO, HUGO_LEAN = "Hugo", "Hugo, lean"
MKDOCS, MKDOCS_PLAIN = "MkDocs Material", "MkDocs Material without search"
CORPUS = "corpus"  # the scored files as they were published


class Bench:
    """Measures into a report. `times` runs of each thing, or as many as fit into `budget` seconds, at least one."""

    def __init__(self, report: Report, times: int, budget: float, tell: Callable[[str], None]) -> None:
        self.report = report
        self._times = times
        self._budget = budget
        self._tell = tell

    def importing(self, archive: str, paths: list[Path], root: Path) -> None:
        """Import `paths` into a digest that has nothing yet."""

        def once(_: int) -> Run:
            shutil.rmtree(root, ignore_errors=True)
            archives.settle(root)
            return run([*DIGEST, "import", "--quiet", "--root", root, *paths])

        self._take(archive, {IMPORT: once}, sum(map(sites.weigh, paths)))
        shutil.rmtree(root)

    def archive(self, name: str, root: Path, later: Path | None) -> None:
        """All that is done to the archive in `root`; `later` is a folder with days to add to it."""
        files = sorted(root.glob("data/papers/*/*.jsonl"))
        papers = sum(file.read_bytes().count(b"\n") for file in files)
        self.report.archives[name] = Archive(len(files), papers, sites.weigh(root / "data"))
        for mode in archives.MODES:
            self._mode(name, root, later, mode)
        clear(root)
        archives.settle(root, archives.NO_SEARCH)
        self.report.parts[name] = parts(root)
        clear(root)

    def _mode(self, name: str, root: Path, later: Path | None, mode: str) -> None:
        if not self.report.figure(name, what(COLD, mode)):
            self._take(name, {what(COLD, mode): partial(cold, root, mode)})
        else:  # it was measured beside others
            cold(root, mode)
        if mode == archives.DEFAULTS:
            self._of_the_site(name, root)
        self._repeated(name, what(NOTHING, mode), root, lambda _: None)
        if mode != archives.BARE:
            self._repeated(name, what(COMMENT, mode), root, lambda turn: comment(root, turn))
        if later:
            self._days(name, what(ONE_DAY, mode), root, later, self._times)
            if mode != archives.BARE and name == "y1":
                self._days(name, what(YEAR_END, mode), root, later, TURN, every=True)
        if mode == archives.NO_SEARCH:
            self._template(name, root)

    def beside(self, name: str, root: Path, others: dict[str, Callable[[int], Run]]) -> None:
        """Cold builds, bare and with defaults but for the search, and those of `others`, in turns."""
        ours = {what(COLD, mode): partial(cold, root, mode) for mode in (archives.BARE, archives.NO_SEARCH)}
        self._take(name, ours | others)

    def _template(self, name: str, root: Path) -> None:
        """Builds after a change of a template of the program, in a copy of it."""
        with tempfile.TemporaryDirectory(prefix="digest-program-") as folder:
            shutil.copytree(PROGRAM, Path(folder, PROGRAM.name), ignore=shutil.ignore_patterns("__pycache__"))

            def once(turn: int) -> Run:
                with Path(folder, PROGRAM.name, "views", "templates", "day.html.j2").open("a") as template:
                    template.write(f"{{# {turn} #}}")
                return run([*DIGEST, "build", "--quiet", "--root", root], path=Path(folder))

            self._take(name, {what(TEMPLATE, archives.NO_SEARCH): once})

    def _of_the_site(self, name: str, root: Path) -> None:
        self.report.sizes.append(sites.measure(root / "site", name))
        self._take(name, {CHECK: lambda _: run([*DIGEST, "check", "--root", root])})
        self._take(name, {CHECK_SITE: lambda _: run([*DIGEST, "check", "--root", root, "--site", root / "site"])})

    def _days(self, name: str, label: str, root: Path, later: Path, times: int, *, every: bool = False) -> None:
        """Add one day of `later` after the other; then the archive has its own days only, as before."""
        dates = archives.later(times)
        self._repeated(name, label, root, lambda turn: archives.copy_day(later, root, dates[turn]), every=every)
        archives.remove(root, dates)
        run([*DIGEST, "build", "--quiet", "--root", root])

    def _repeated(
        self, name: str, label: str, root: Path, change: Callable[[int], None], *, every: bool = False
    ) -> None:
        """Builds after a small change, each on top of the last one; the first is looked at file by file.

        `every` runs each of `TURN` days, whatever the budget.
        """

        def once(turn: int) -> Run:
            before = sites.snapshot(root / "site") if turn == 0 else {}
            change(turn)
            found = run([*DIGEST, "build", "--quiet", "--root", root])
            if turn == 0:
                self.report.rewritten.append(sites.compare(before, sites.snapshot(root / "site"), name, label))
            return found

        self._take(name, {label: once}, times=TURN if every else 0)

    def _take(self, archive: str, commands: dict[str, Callable[[int], Run]], size: int = 0, times: int = 0) -> None:
        self._tell(f"{archive}: {', '.join(commands)}")
        taken = repeat(
            list(commands.values()),
            times or self._times,
            math.inf if times else self._budget,
            lambda line: self._tell(f"  {line} s"),
        )
        self.report.figures += [
            Figure(archive, label, tuple(runs), size) for label, runs in zip(commands, taken, strict=True)
        ]


def what(action: str, mode: str) -> str:
    """Return the name of a figure: ``cold, bare``."""
    return f"{action}, {mode}"


def cold(root: Path, mode: str, _: int = 0) -> Run:
    """Build the digest in `root` as if it had never been built."""
    clear(root)
    archives.settle(root, mode)
    return run([*DIGEST, "build", "--quiet", "--root", root])


def clear(root: Path) -> None:
    """Remove what builds have left in `root`."""
    for name in BUILT:
        shutil.rmtree(root / name, ignore_errors=True)


def comment(root: Path, turn: int) -> None:
    """Add a comment to both files of settings."""
    for name in ("digest.yml", "mkdocs.yml"):
        with (root / name).open("a") as file:
            file.write(f"# {turn}\n")


def parts(root: Path) -> dict[str, float]:
    """Return the CPU seconds of each part of a build of the digest in `root`, in one process."""
    command = [sys.executable, "-m", "tests.benchmarks.parts", str(root)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | CALM | COMPILING, capture_output=True, check=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=dict[str, float])


def others(projects: dict[str, Path], hugo: str) -> dict[str, Callable[[int], Run]]:
    """How the other generators build their `projects`, each as if it had never been built."""
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    commands = {name: [hugo, "--quiet"] if name in (HUGO, HUGO_LEAN) else mkdocs for name in projects}
    return {name: partial(_other, projects[name], command) for name, command in commands.items()}


def _other(project: Path, command: list[str], _: int) -> Run:
    for name in ("public", "resources", "site"):
        shutil.rmtree(project / name, ignore_errors=True)
    return run(command, cwd=project)
