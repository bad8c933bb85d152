"""Ten days in a simulated world (`tests.soak`), and comparisons that report wrong results."""

import datetime
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.soak import comparison, receipts
from tests.soak.archive import Archive
from tests.soak.comparison import Evidence
from tests.soak.schedule import Schedule, at, feed_day, newest_day
from tests.soak.simulation import Outcome, simulate

pytestmark = pytest.mark.slow

# A weekend and the end of daylight saving time; Thanksgiving, and a mailing deferred for reasons of its own.
WORLDS = ((0, datetime.date(2026, 10, 26)), (4, datetime.date(2026, 11, 20)))
DAYS = 10


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Two worlds, played and judged."""
    return [simulate(seed, DAYS, tmp_path_factory.mktemp("soak"), first) for seed, first in WORLDS]


def test_ten_days_lose_no_paper_and_pay_for_none_twice(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        assert outcome.findings == []
        assert outcome.line == "lost 0, doubled 0, wrong states 0, wrong sums 0, paid twice 0, days 10"
        assert outcome.facts["papers"] > 40
        assert outcome.facts["runs"] > DAYS // 2  # somebody is away


def _longest(folder: Path) -> Path:
    return max(folder.glob("*/*"), key=lambda path: len(path.read_bytes().splitlines()))


def _without_a_paper(root: Path) -> None:
    path = _longest(root / "data" / "papers")
    name = json.loads(path.read_text("utf-8").splitlines()[0])["arxiv_id"]
    path.write_text("".join(f"{line}\n" for line in path.read_text("utf-8").splitlines() if name not in line), "utf-8")


def _with_a_paper_twice(root: Path) -> None:
    line = _longest(root / "data" / "papers").read_text("utf-8").splitlines()[0]
    other = min((root / "data" / "papers").glob("*/*"), key=lambda path: len(path.read_bytes().splitlines()))
    other.write_text(other.read_text("utf-8") + line + "\n", "utf-8")


def _changed_receipt(key: str, value: object) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        first = str(WORLDS[0][1])  # the first run may add earlier days, which no run has to add
        paths = [path for path in (root / "data" / "runs").glob("*/*") if path.stem >= first]
        receipts = {path: json.loads(path.read_bytes()) for path in paths}
        path = max(receipts, key=lambda path: receipts[path].get("scanned", 0))
        path.write_text(json.dumps(receipts[path] | {key: value}), "utf-8")

    return change


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (_without_a_paper, "lost"),
        (_with_a_paper_twice, "doubled"),
        (_changed_receipt("state", "failed"), "wrong states"),
        (_changed_receipt("scanned", 1), "wrong sums"),
        (_changed_receipt("tokens", {"total": 1}), "wrong sums"),
    ],
)
def test_the_comparison_finds_damage(outcomes: list[Outcome], damage: Callable[[Path], None], kind: str) -> None:
    evidence = outcomes[0].evidence
    files = {path: path.read_bytes() for path in (evidence.archive.root / "data").rglob("*.json*")}
    try:
        damage(evidence.archive.root)
        damaged = Evidence(
            evidence.world, evidence.arxiv, evidence.model, evidence.runs, Archive(evidence.archive.root)
        )
        findings = Counter(item.kind for check in (*comparison.CHECKS, *receipts.CHECKS) for item in check(damaged))
    finally:
        for path, data in files.items():
            path.write_bytes(data)
    assert findings[kind]


def test_the_comparison_finds_a_paper_that_is_paid_twice(outcomes: list[Outcome]) -> None:
    evidence = outcomes[0].evidence
    call = next(call for call in evidence.model.calls if call.useful)
    evidence.model.calls.append(call)
    try:
        assert {finding.kind for finding in comparison.payments(evidence)} == {"paid twice"}
    finally:
        evidence.model.calls.pop()


def test_the_schedule_is_the_calendar_that_arxiv_publishes() -> None:
    """Days and hours from its page on availability; none of them comes from the program."""
    schedule = Schedule()
    days = [a.day.isoformat() for a in schedule.announcements(datetime.date(2026, 11, 25), datetime.date(2026, 12, 1))]
    assert days == ["2026-11-25", "2026-11-26", "2026-11-30", "2026-12-01"]  # nothing closes on Thanksgiving
    monday = schedule.announcement(datetime.date(2026, 11, 30))
    assert monday
    assert (monday.opens, monday.closes) == (at(datetime.date(2026, 11, 25), 14), at(datetime.date(2026, 11, 27), 14))
    evening = datetime.datetime(2026, 12, 2, 4, 23, tzinfo=datetime.UTC)
    lag = datetime.timedelta(seconds=12)
    assert (newest_day(evening).day, feed_day(evening, lag).day) == (2, 1)  # in winter the feeds are a day behind
    assert feed_day(evening.replace(hour=5), lag).day == 2
