"""The scenarios: what is done to an archive, in which order, and what is noted of it."""

import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks import archives, sites
from tests.benchmarks.figures import Archive, Figure, Report
from tests.benchmarks.measurement import Run, repeat, run

DIGEST = (sys.executable, "-m", "broadsheet")
BUILD = {True: "cold build", False: "cold build without search"}
NOTHING = {True: "nothing new", False: "nothing new without search"}
ONE_DAY = {True: "one more day", False: "one more day without search"}
CHECK, CHECK_SITE, IMPORT = "check", "check with the site", "import"
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
        for search in (False, True) if archives.can_do_without_search() else (True,):
            if not self.report.figure(name, BUILD[search]):
                self._take(name, {BUILD[search]: partial(cold, root, search)})
            else:  # it was measured beside others
                cold(root, search)
            if search:
                self._of_the_site(name, root)
            self._repeated(name, NOTHING[search], root, lambda _: None)
            if later:
                self._days(name, ONE_DAY[search], root, later)
        shutil.rmtree(root / "site")

    def beside(self, name: str, root: Path, others: dict[str, Callable[[int], Run]]) -> None:
        """A cold build without search (with, where that cannot be had) and `others`, in turns."""
        search = not archives.can_do_without_search()
        self._take(name, {BUILD[search]: partial(cold, root, search)} | others)

    def _of_the_site(self, name: str, root: Path) -> None:
        self.report.sizes.append(sites.measure(root / "site", name))
        self._take(name, {CHECK: lambda _: run([*DIGEST, "check", "--root", root])})
        self._take(name, {CHECK_SITE: lambda _: run([*DIGEST, "check", "--root", root, "--site", root / "site"])})

    def _days(self, name: str, what: str, root: Path, later: Path) -> None:
        """Add one day of `later` after the other; then the archive has its own days only, as before."""
        dates = archives.later(self._times)
        self._repeated(name, what, root, lambda turn: archives.copy_day(later, root, dates[turn]))
        archives.remove(root, dates)

    def _repeated(self, name: str, what: str, root: Path, change: Callable[[int], None]) -> None:
        """Builds after a small change, each on top of the last one; the first is looked at file by file."""

        def once(turn: int) -> Run:
            before = sites.snapshot(root / "site") if turn == 0 else {}
            change(turn)
            found = run([*DIGEST, "build", "--quiet", "--root", root])
            if turn == 0:
                self.report.rewritten.append(sites.compare(before, sites.snapshot(root / "site"), name, what))
            return found

        self._take(name, {what: once})

    def _take(self, archive: str, commands: dict[str, Callable[[int], Run]], size: int = 0) -> None:
        self._tell(f"{archive}: {', '.join(commands)}")
        taken = repeat(list(commands.values()), self._times, self._budget, lambda line: self._tell(f"  {line} s"))
        self.report.figures += [
            Figure(archive, what, tuple(runs), size) for what, runs in zip(commands, taken, strict=True)
        ]


def cold(root: Path, search: bool, _: int = 0) -> Run:
    """Build the digest in `root` as if it had never been built."""
    for name in (".digest", "docs", "site"):
        shutil.rmtree(root / name, ignore_errors=True)
    archives.settle(root, search)
    return run([*DIGEST, "build", "--quiet", "--root", root])


def others(projects: dict[str, Path], hugo: str) -> dict[str, Callable[[int], Run]]:
    """How the other generators build their `projects`, each as if it had never been built."""
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    commands = {name: [hugo, "--quiet"] if name in (HUGO, HUGO_LEAN) else mkdocs for name in projects}
    return {name: partial(_other, projects[name], command) for name, command in commands.items()}


def _other(project: Path, command: list[str], _: int) -> Run:
    for name in ("public", "resources", "site"):
        shutil.rmtree(project / name, ignore_errors=True)
    return run(command, cwd=project)
