"""A report as Markdown: what the issue of a fast build asks for, and every figure behind it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.benchmarks import bench
from tests.benchmarks.archives import BARE, DEFAULTS, NO_SEARCH
from tests.benchmarks.bench import COLD, COMMENT, NOTHING, ONE_DAY, what
from tests.benchmarks.figures import Figure, Report

NOISY = 0.2  # cores that others kept busy: a figure above it is marked
MB = 1_000_000


class Goal(NamedTuple):
    """Something asked for: what was measured may not be above `limit` (or below it, where `least`)."""

    what: str
    value: float | None
    limit: float
    form: str
    least: bool = False

    @property
    def verdict(self) -> str:
        """Whether it holds."""
        if self.value is None:
            return "not measured"
        return "yes" if (self.value >= self.limit if self.least else self.value <= self.limit) else "**no**"


def render(report: Report) -> str:
    """The whole report."""
    parts = [_machine(report), _goals(report)]
    parts += [_table(report, measure) for measure in MEASURES]
    parts += [_ratios(report), _sizes(report), _rewritten(report), _parts(report), *report.notes]
    return "\n\n".join(part for part in parts if part) + "\n"


def goals(report: Report) -> list[Goal]:
    """What is asked for, with what was measured."""

    def one(archive: str, action: str, mode: str, measure: str = "wall") -> float | None:
        return report.value(archive, what(action, mode), measure)

    bare, plain = what(COLD, BARE), what(COLD, NO_SEARCH)
    needless = [found.needless for found in report.rewritten]
    read = report.figure(bench.CORPUS, bench.IMPORT)
    site, (most, where) = report.size_of("y10"), _steepest(report)
    return [
        Goal("Y1 cold, defaults without search over bare", report.ratio("y1", plain, bare), 2.0, "{:.2f} ×"),
        Goal("… with search over bare", _over(one("y1", COLD, DEFAULTS), one("y1", COLD, BARE)), 3.5, "{:.2f} ×"),
        Goal("… largest process", one("y1", COLD, DEFAULTS, "peak"), 400 * MB, "{:,.0f} bytes"),
        Goal("One more day on Y10, defaults", one("y10", ONE_DAY, DEFAULTS), 4, "{:.2f} s"),
        Goal(
            "… over one more day on a month",
            _over(one("y10", ONE_DAY, DEFAULTS), one("month", ONE_DAY, DEFAULTS)),
            1.3,
            "{:.2f} ×",
        ),
        Goal("Worst day of a year over the median day", _worst(report), 2, "{:.2f} ×"),
        Goal("Nothing new on Y10, defaults", one("y10", NOTHING, DEFAULTS), 1, "{:.2f} s"),
        Goal("A comment in the settings on Y10", one("y10", COMMENT, DEFAULTS), 1, "{:.2f} s"),
        Goal("Y10 cold, defaults with search", one("y10", COLD, DEFAULTS), 360, "{:.0f} s"),
        Goal("… site", site.size if site else None, 1300 * MB, "{:,.0f} bytes"),
        Goal("Y1 cold, bare over Hugo", report.ratio("y1", bare, bench.HUGO), 1.5, "{:.2f} ×"),
        Goal("… its memory over Hugo's", report.ratio("y1", bare, bench.HUGO, "peak"), 0.12, "{:.2f} ×"),
        Goal("… MkDocs Material over it", report.ratio("y1", bench.MKDOCS, bare), 10, "{:.1f} ×", least=True),
        Goal("Files written anew with the same bytes", sum(needless) if needless else None, 0, "{:,.0f}"),
        Goal("Import of the corpus, a core", _speed(read), 50, "{:.0f} MB/s", least=True),
        Goal("Check of Y10", report.value("y10", bench.CHECK), 30, "{:.1f} s"),
        Goal(f"Steepest growth{where}", most, 1.05, "papers^{:.2f}"),
    ]


def _worst(report: Report) -> float | None:
    """Return the slowest of the days around the end of a year, over their median."""
    figure = report.figure("y1", what(bench.YEAR_END, DEFAULTS))
    return max(run.wall for run in figure.runs) / figure.median("wall") if figure else None


def _over(one: float | None, other: float | None) -> float | None:
    return one / other if one and other else None


def _speed(read: Figure | None) -> float | None:
    return read.size / 1e6 / read.median("cpu") if read else None


def _steepest(report: Report) -> tuple[float | None, str]:
    whats = dict.fromkeys(found.what for found in report.figures)
    slopes = {f"{what}, {name}": report.slope(what, name) for what in whats for name in MEASURES}
    slopes |= {f"site, {field}": report.slope_of_sizes(field) for field in ("size", "files", "search")}
    known = {name: found for name, found in slopes.items() if found is not None}
    steepest = max(known, key=known.__getitem__, default=None)
    return (known[steepest], f" ({steepest})") if steepest else (None, "")


def _machine(report: Report) -> str:
    facts = "; ".join(f"{name}: {value}" for name, value in report.machine.items())
    return f"`{report.command}`, papers of the {report.text}. {facts}."


def _goals(report: Report) -> str:
    rows = [
        (
            goal.what,
            f"{'≥' if goal.least else '≤'} {goal.form.format(goal.limit)}",
            goal.form.format(goal.value) if goal.value is not None else "",
            goal.verdict,
        )
        for goal in goals(report)
    ]
    return _grid(("asked", "limit", "measured", "holds"), rows)


class Measure(NamedTuple):
    """A column of `Run`, and how it is shown."""

    title: str
    show: Callable[[float], str]


MEASURES = {
    "wall": Measure("Seconds by the clock", lambda value: f"{value:,.2f}"),
    "cpu": Measure("Seconds of CPU, all processes", lambda value: f"{value:,.2f}"),
    "peak": Measure("Peak memory of the largest process, MB", lambda value: f"{value / 1e6:,.0f}"),
}


def _table(report: Report, measure: str) -> str:
    names = list(dict.fromkeys(found.archive for found in report.figures))
    whats = list(dict.fromkeys(found.what for found in report.figures))
    rows = [
        (
            what,
            *(_cell(report.figure(name, what), measure) for name in names),
            _number(report.slope(what, measure)),
        )
        for what in whats
    ]
    return f"**{MEASURES[measure].title}**\n\n" + _grid(("", *map(_title(report), names), "slope"), rows)


def _title(report: Report) -> Callable[[str], str]:
    def title(name: str) -> str:
        found = report.archives.get(name)
        return f"{name}: {found.days:,} days, {found.papers:,} papers" if found else name

    return title


def _cell(figure: Figure | None, measure: str) -> str:
    if figure is None:
        return ""
    count = f" ({len(figure.runs)})" if len(figure.runs) < 5 else ""
    noisy = "~" if figure.median("others") > NOISY and measure == "wall" else ""
    return noisy + MEASURES[measure].show(figure.median(measure)) + count


def _ratios(report: Report) -> str:
    rows = [
        (f"{ours} / {other}", *(_number(report.ratio("y1", ours, other, measure)) for measure in MEASURES))
        for ours in (what(COLD, BARE), what(COLD, NO_SEARCH))
        for other in (bench.HUGO, bench.HUGO_LEAN, bench.MKDOCS, bench.MKDOCS_PLAIN)
        if report.figure("y1", other)
    ]
    return "**Beside others, Y1, turn by turn**\n\n" + _grid(("", "clock", "CPU", "memory"), rows) if rows else ""


def _parts(report: Report) -> str:
    names = list(report.parts)
    labels = dict.fromkeys(label for found in report.parts.values() for label in found)
    rows = [(label, *(f"{report.parts[name].get(label, 0):.2f}" for name in names)) for label in labels]
    title = "**Seconds of CPU of each part of a cold build, defaults without search, one process**"
    return f"{title}\n\n" + _grid(("", *names), rows) if rows else ""


def _sizes(report: Report) -> str:
    rows = [
        (
            found.archive,
            f"{found.size / 1e6:,.1f}",
            f"{found.files:,}",
            f"{found.search / 1e6:,.1f}",
            f"{found.largest[0]} {found.largest[1] / 1e6:,.2f}",
        )
        for found in report.sizes
    ]
    slopes = [_number(report.slope_of_sizes(field)) for field in ("size", "files", "search")]
    return "**Site**\n\n" + _grid(
        ("", "MB", "files", "search, MB", "largest file, MB"), [*rows, ("slope", *slopes, "")]
    )


def _rewritten(report: Report) -> str:
    rows = [
        (f"{f.archive}: {f.what}", *(f"{n:,}" for n in (f.added, f.changed, f.removed, f.needless, f.untouched)))
        for f in report.rewritten
    ]
    head = ("build", "added", "changed", "removed", "rewritten the same", "untouched")
    return "**Files of the site**\n\n" + _grid(head, rows) if rows else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
