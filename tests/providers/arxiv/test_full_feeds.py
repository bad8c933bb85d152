"""Full feeds: the papers that complete their day, the papers that must not, and the messages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.state import DayState
from broadsheet.providers.arxiv import fetcher as arxiv
from broadsheet.providers.arxiv import services as arxiv_services
from broadsheet.providers.arxiv.fetcher import fetch
from broadsheet.providers.fetch_result import FetchResult
from broadsheet.settings.fetch import Arxiv, Fetch
from tests.loopback import Answer, Loopback
from tests.providers.arxiv.test_categories import API, DAY, OAI, answer, entry, feed, item, record, records
from tests.recorded_replies import endpoints
from tests.run_setup import RunSetup

NEXT, LATER = "2026-09-25", "2026-09-28"
LG, BOTH = "/rss.arxiv.org/rss/cs.LG", "/rss.arxiv.org/rss/cs.LG+stat.ML"
GONE, NO_RECORDS = Answer(404, b"gone"), Answer(200, b'<OAI-PMH><error code="noRecordsMatch">none</error></OAI-PMH>')
OLD = "Mon, 24 Aug 2026 08:00:00 GMT"
HELD = "Thu, 10 Sep 2026 08:00:00 GMT"
IN_TIME = "Wed, 23 Sep 2026 08:00:00 GMT"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let four items fill a feed."""
    monkeypatch.setattr(arxiv_services, "MOST_IN_FEED", 4)
    monkeypatch.setattr(arxiv, "MOST_IN_FEED", 4)


def dated(reply: Answer, day: str) -> Answer:
    """A feed of DAY as one of another day of that month."""
    return reply._replace(body=reply.body.replace(b"24 Sep", f"{day[-2:]} Sep".encode()))


def full(first: int = 1, code: str = "cs.LG") -> Answer:
    return feed(*(item(number, code) for number in range(first, first + 4)))


def row(number: int, *codes: str, kind: str = "new") -> dict[str, Any]:
    """A paper of an earlier day."""
    return {
        "arxiv_id": f"2609.{number:05}",
        "title": f"Paper {number}",
        "categories": list(codes or ("cs.LG",)),
        "announce_type": kind,
        "source": "arxiv",
        "relevance": 8,
        "novelty": 7,
        "comment": "C",
    }


HISTORY = {"2026-08-20": [row(9000)]}


def make(
    root: Path, server: Loopback, history: dict[str, list[dict[str, Any]]], *categories: str, **settings: Any
) -> RunSetup:
    """A digest of `categories` with earlier days."""
    run_setup = RunSetup(root, server)
    arxiv = {"categories": list(categories or ("cs.LG",)), "replacements": False, "details": False, **settings}
    run_setup.make("run: {min_relevance: 1}\n", papers=history, arxiv=arxiv)
    return run_setup


def errors(run_setup: RunSetup) -> list[str]:
    return [error for error in run_setup.receipt().errors if "scor" not in error]


def notes(problems: Sequence[Diagnostic]) -> str:
    return " / ".join(f"{problem.message}: {problem.hint}" for problem in problems if problem.is_note)


# -- asked again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("today", [NEXT, LATER])
@pytest.mark.parametrize("replacements", [False, True])
def test_a_full_feed_that_was_not_completed_is_completed_by_the_next_run(
    tmp_path: Path, server: Loopback, today: str, replacements: bool
) -> None:
    run_setup = make(tmp_path, server, HISTORY, replacements=replacements)
    server.on(LG, full())
    server.on(API, answer(*(entry(number, "cs.LG") for number in (1, 5))))
    server.on(OAI, GONE)
    run_setup.run()
    assert run_setup.receipt().state is DayState.PARTIAL
    assert run_setup.receipt().sources["arxiv"].open
    if today == NEXT:
        server.on(LG, dated(feed(item(50, "cs.LG")), today))
    run_setup.run(today=today)
    assert run_setup.receipt().sources["arxiv"].open, "OAI-PMH is still out of order"
    server.on(OAI, records(record(3001, "cs.LG", HELD)))
    run_setup.run(today=today)
    assert run_setup.listed_ids() == {
        "2609.00001",
        "2609.00002",
        "2609.00003",
        "2609.00004",
        "2609.00005",
        "2609.03001",
    }
    assert not run_setup.receipt().sources["arxiv"].open
    assert not errors(run_setup)


def test_a_run_of_the_next_day_asks_for_it_by_itself(tmp_path: Path, server: Loopback) -> None:
    run_setup = make(tmp_path, server, HISTORY)
    server.on(LG, full())
    server.on(API, answer(entry(5, "cs.LG")))
    server.on(OAI, GONE)
    run_setup.run()
    server.on(LG, dated(feed(item(50, "cs.LG")), NEXT))
    server.on(OAI, records(record(3001, "cs.LG", HELD)))
    run_setup.run_all(NEXT)
    assert "2609.03001" in run_setup.listed_ids()


def test_a_day_whose_feed_was_not_full_asks_for_no_first_versions(tmp_path: Path, server: Loopback) -> None:
    run_setup = make(tmp_path, server, HISTORY)
    server.on(LG, GONE)
    server.on(API, answer(entry(5, "cs.LG")))
    run_setup.run()
    run_setup.run(today=NEXT)
    assert OAI not in "".join(server.paths())
    assert run_setup.listed_ids() == {"2609.00005"}


# -- what may have been announced before -------------------------------------------------------------------------


def complete(run_setup: RunSetup, server: Loopback, *found: str) -> None:
    server.on(LG, full())
    server.on(API, answer(entry(5, "cs.LG")))
    server.on(OAI, records(*found))
    run_setup.run()


@pytest.mark.parametrize(
    ("history", "taken"),
    [
        ({}, set()),
        ({"2026-09-15": [row(9000)]}, {"2609.03002"}),
        ({"2026-08-20": [row(9000)]}, {"2609.03001", "2609.03002"}),
        ({"2026-08-20": [row(9000, "cs.CV")]}, set()),
        ({"2026-08-20": [row(9000, "cs.LG", kind="cross")]}, set()),
    ],
)
def test_first_versions_are_new_as_far_as_the_archive_reaches_back(
    tmp_path: Path, server: Loopback, history: dict[str, list[dict[str, Any]]], taken: set[str]
) -> None:
    run_setup = make(tmp_path, server, history)
    younger = record(3002, "cs.LG", "Thu, 17 Sep 2026 08:00:00 GMT")
    complete(run_setup, server, record(3001, "cs.LG", HELD), younger, record(3003, "cs.LG", IN_TIME))
    found = run_setup.listed_ids() & {"2609.03001", "2609.03002", "2609.03003"}
    assert found == taken | {"2609.03003"}
    assert run_setup.receipt().announced == len(run_setup.listed_ids())


def test_papers_that_are_left_out_are_reported(tmp_path: Path, server: Loopback) -> None:
    run_setup = make(tmp_path, server, {})
    server.on(LG, full())
    server.on(API, answer(entry(5, "cs.LG")))
    server.on(OAI, records(record(3001, "cs.LG", HELD)))
    said = " / ".join(run_setup.run().notes)
    assert "1 first version from OAI-PMH left out: the archive has no papers of that time" in said
    assert "nothing to do" not in said


def test_a_category_that_was_added_has_no_history_of_its_own(tmp_path: Path, server: Loopback) -> None:
    history = {"2026-08-20": [row(9000), row(9001, "stat.ML", "cs.LG", kind="cross")]}
    run_setup = make(tmp_path, server, history, "cs.LG", "stat.ML")
    server.on(BOTH, feed(*(item(n, "cs.LG") for n in (1, 2)), *(item(n, "stat.ML") for n in (3, 4))))
    server.on(LG, feed(item(1, "cs.LG"), item(2, "cs.LG")))
    server.on("/rss.arxiv.org/rss/stat.ML", full(11, "stat.ML"))
    server.on(API, answer(entry(5, "stat.ML")))
    server.on(OAI, records(record(3001, "stat.ML", HELD), record(3002, "stat.ML cs.LG", HELD)))
    run_setup.run()
    assert run_setup.listed_ids() & {"2609.03001", "2609.03002"} == {"2609.03002"}, "one of cs.LG would be there"


def test_corrections_of_known_papers_leave_the_day_unchanged(tmp_path: Path, server: Loopback) -> None:
    known = {"2026-09-17": [row(number, "stat.ML", "cs.LG") for number in (3001, 3002, 3003)]}
    run_setup = make(tmp_path, server, {**HISTORY, **known}, "cs.LG", "stat.ML")
    server.on(BOTH, full())
    server.on(LG, full())
    server.on("/rss.arxiv.org/rss/stat.ML", feed())
    server.on(API, answer(entry(5, "cs.LG"), entry(6, "cs.LG")))
    server.on(OAI, records(*(record(number, "stat.ML cs.LG", HELD) for number in (3001, 3002, 3003))))
    run_setup.run()
    receipt = run_setup.receipt()
    assert (receipt.announced, receipt.sources["arxiv"].status, errors(run_setup)) == (6, "ok", [])
    assert (receipt.fetched, receipt.duplicates) == (6, 0)
    assert run_setup.listed_ids("2026-09-17") == {"2609.03001", "2609.03002", "2609.03003"}


# -- what is said ------------------------------------------------------------------------------------------------


def ask(server: Loopback, web: HttpClient, **settings: Any) -> FetchResult:
    options = {"categories": ("cs.LG",), "replacements": False, "details": False, **settings}
    return fetch(Fetch(arxiv=Arxiv(**options), endpoints=endpoints(server)), web, DAY, DAY)


@pytest.mark.parametrize(("numbers", "words"), [((5,), "1 more paper added"), ((5, 6), "2 more papers added")])
def test_the_note_has_the_number_of_papers_and_what_may_be_missing(
    server: Loopback, web: HttpClient, numbers: tuple[int, ...], words: str
) -> None:
    server.on(LG, full())
    server.on(API, answer(*(entry(number, "cs.LG") for number in numbers)))
    server.on(OAI, records(record(3001, "cs.LG", OLD)))
    said = notes(ask(server, web).problems)
    assert words in said
    assert "on hold for more than 30 days may be missing" in said
    assert "nothing to do" not in said


def test_a_record_without_a_date_is_spoken_of(server: Loopback, web: HttpClient) -> None:
    server.on(LG, full())
    server.on(API, answer(entry(5, "cs.LG")))
    server.on(OAI, records(record(3001, "cs.LG", "some day"), record(3002, "cs.LG")))
    day = ask(server, web)
    assert "2 records without a readable date: papers may be missing" in notes(day.problems)
    assert len(day.papers) == 5


@pytest.mark.parametrize("reply", [GONE, Answer(200, b'<OAI-PMH><error code="badArgument">no</error></OAI-PMH>')])
def test_after_a_refusal_the_note_asks_for_another_fetch(server: Loopback, web: HttpClient, reply: Answer) -> None:
    server.on(LG, full())
    server.on(API, answer(entry(5, "cs.LG")))
    server.on(OAI, reply)
    day = ask(server, web)
    assert any(not problem.is_note for problem in day.problems)
    assert "fetch the day again for the rest" in notes(day.problems)
    assert "nothing to do" not in notes(day.problems)


def test_a_full_feed_of_a_day_that_the_calendar_does_not_know(tmp_path: Path, server: Loopback) -> None:
    run_setup = make(tmp_path, server, HISTORY, holidays=["2026-09-23"])
    server.on(LG, full())
    server.on(OAI, GONE)
    run_setup.run()
    assert run_setup.receipt().sources["arxiv"].open
    server.on(OAI, records(record(3001, "cs.LG", HELD), record(3002, "cs.LG", IN_TIME)))
    said = " / ".join(run_setup.run().notes)
    assert {"2609.03001", "2609.03002"} < run_setup.listed_ids()
    assert "2 more papers added from OAI-PMH" in said
    assert "check fetch.arxiv.holidays" in said
    server.on(LG, dated(feed(item(50, "cs.LG")), NEXT))
    server.on(OAI, records(record(3001, "cs.LG", HELD), record(3002, "cs.LG", IN_TIME), record(3003, "cs.LG", HELD)))
    run_setup.run(today=NEXT)
    tally = run_setup.receipt().sources["arxiv"]
    assert (tally.status, tally.open, len(run_setup.listed_ids()), tally.announced) == ("ok", "", 7, 7)
    assert not errors(run_setup)
