"""Open days are fetched again: late papers join their day, and an empty reply does not complete it."""

from pathlib import Path

import pytest

from broadsheet.daily import ledger
from broadsheet.model.state import DayState
from tests.example import tree
from tests.hourly_services import API, ARXIV, FEED, ArxivPaper, HfPaper, Operator, World, later, usual
from tests.model_server import KEY, ModelServer
from tests.run_setup import HF

HOURS = ("00:10", "00:30", "04:23", "05:23", "13:00", "23:50")


def requests(world: World, path: str) -> list[str]:
    return [asked for asked in world.server.paths() if asked.startswith(path)]


# -- Hugging Face --------------------------------------------------------------------------------------------------

LISTED = {
    "2509.10001": "2025-09-22T00:05:00Z",
    "2509.10002": "2025-09-22T00:25:00Z",
    "2509.10003": "2025-09-22T04:20:00Z",
    "2509.10004": "2025-09-22T05:30:00Z",
    "2509.10005": "2025-09-22T23:59:00Z",
    "2509.10006": "2025-09-23T03:00:00Z",  # after the day was over
}


def grow(world: World, day: str = "2025-09-22") -> None:
    world.hf += [HfPaper(arxiv_id, day, listed) for arxiv_id, listed in LISTED.items()]


@pytest.mark.parametrize("hour", HOURS)
def test_a_list_that_grows_all_day_is_complete_with_runs_at_any_hour(tmp_path: Path, world: World, hour: str) -> None:
    grow(world)
    operator = Operator(tmp_path, world, huggingface=True)
    for day in ("2025-09-22", "2025-09-23", "2025-09-24"):
        operator.run(f"{day}T{hour}")
    assert operator.day("2025-09-22") == set(LISTED)
    assert operator.everywhere() == sorted(LISTED)
    receipt = operator.receipt("2025-09-22")
    assert (receipt.state, receipt.announced, receipt.scanned, receipt.shown) == (DayState.OK, 6, 6, 6)
    assert operator.faults() == []


def test_late_papers_are_scored_and_paid_for_once(tmp_path: Path, world: World) -> None:
    grow(world)
    with ModelServer(KEY) as model:
        operator = Operator(tmp_path, world, model, huggingface=True)
        for day in range(22, 30):
            operator.run(f"2025-09-{day}T04:23")
            operator.run(f"2025-09-{day}T12:00")
        asked = [arxiv_id for question in model.request_ids for arxiv_id in question]
        receipt = operator.receipt("2025-09-22")
        assert sorted(asked) == sorted(LISTED)
        assert (receipt.tokens, receipt.scored) == (model.tokens, 6)
    assert operator.faults() == []


def test_votes_are_renewed_for_seven_days_and_scores_stay(tmp_path: Path, world: World) -> None:
    world.hf = [HfPaper("2509.10001", "2025-09-22", "2025-09-22T00:05:00Z", 1)]
    operator = Operator(tmp_path, world, huggingface=True)
    operator.run("2025-09-22T05:23")
    (before,) = operator.store.papers("2025-09-22")
    assert operator.receipt("2025-09-22").sources["hf"].renewed is None
    votes = {}
    for number in range(1, 10):
        world.votes(1 + number)
        operator.run(f"{later('2025-09-22', number)}T05:23")
        votes[number] = operator.store.papers("2025-09-22")[0].upvotes
    assert votes == {1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7, 7: 8, 8: 8, 9: 8}
    (after,) = operator.store.papers("2025-09-22")
    assert (after.score, after.scorer, after.comment) == (before.score, before.scorer, before.comment)
    assert after.extra["renewed"] == "2025-09-29"
    tally = operator.receipt("2025-09-22").sources["hf"]
    assert (tally.renewed, tally.open, tally.announced, tally.fetched) == (1, "", 1, 1)
    assert operator.faults() == []


def test_fetching_again_requests_two_pages_a_list_and_changes_nothing(tmp_path: Path, world: World) -> None:
    days = [later("2025-09-15", number) for number in range(5)]  # Monday to Friday
    world.hf = [HfPaper(f"2509.1{number:04}", day, f"{day}T00:01:00Z") for number, day in enumerate(days)]
    operator = Operator(tmp_path, world, huggingface=True)
    for day in days:
        operator.run(f"{day}T05:23")
    before = {name: data for name, data in tree(tmp_path / "data").items() if "2025-09-15" in name}
    world.server.requests.clear()
    operator.run("2025-09-19T09:00")
    asked = [path.partition("date=")[2][:10] for path in requests(world, HF)]
    assert asked == [day for day in days for _ in ("the list", "its end")]
    assert {name: data for name, data in tree(tmp_path / "data").items() if "2025-09-15" in name} == before
    everything = tree(tmp_path / "data")
    operator.run("2025-09-19T10:00")
    assert tree(tmp_path / "data") == everything


@pytest.mark.parametrize("away", [3, 10, 20])
def test_a_list_that_was_left_open_is_completed_after_days_without_a_run(
    tmp_path: Path, world: World, away: int
) -> None:
    grow(world)
    operator = Operator(tmp_path, world, huggingface=True)
    operator.run("2025-09-22T04:23")
    assert operator.receipt("2025-09-22").sources["hf"].open
    operator.run(f"{later('2025-09-22', away)}T04:23")
    assert operator.day("2025-09-22") == set(LISTED)
    assert operator.receipt("2025-09-22").sources["hf"].open == ""


def test_a_list_that_is_empty_in_the_morning_is_not_settled(tmp_path: Path, world: World) -> None:
    world.hf = [HfPaper("2509.10004", "2025-09-22", "2025-09-22T05:30:00Z")]
    operator = Operator(tmp_path, world, huggingface=True)
    first = operator.run("2025-09-22T04:23")["2025-09-22"].receipt
    assert (first.state, bool(first.sources["hf"].open)) == (DayState.QUIET, True)
    second = operator.run("2025-09-23T04:23")["2025-09-22"].receipt
    assert (second.state, second.announced) == (DayState.OK, 1)


def test_a_list_that_fails_or_is_empty_the_second_time_removes_nothing(tmp_path: Path, world: World) -> None:
    grow(world)
    operator = Operator(tmp_path, world, huggingface=True)
    before = operator.run("2025-09-22T12:00")["2025-09-22"].receipt
    world.hf_down = True
    assert operator.run("2025-09-23T12:00")["2025-09-22"].receipt == before
    world.hf_down, world.empty = False, True
    assert operator.run("2025-09-24T12:00")["2025-09-22"].receipt == before
    world.empty = False
    operator.run("2025-09-25T12:00")
    assert operator.day("2025-09-22") == set(LISTED)


def test_a_late_paper_already_on_the_next_day_is_not_added(tmp_path: Path, world: World) -> None:
    world.arxiv = [ArxivPaper("2509.10004", "2025-09-22T12:00:00Z", "2025-09-23")]
    world.hf = [
        HfPaper("2509.10001", "2025-09-22", "2025-09-22T00:05:00Z"),
        HfPaper("2509.10004", "2025-09-22", "2025-09-23T12:00:00Z", 7),
    ]
    operator = Operator(tmp_path, world, arxiv=ARXIV, huggingface=True)
    for day in (22, 23, 24, 25):
        operator.run(f"2025-09-{day}T05:23")
    assert operator.everywhere() == ["2509.10001", "2509.10004"]
    assert operator.day("2025-09-23") == {"2509.10004"}
    hf = operator.receipt("2025-09-22").sources["hf"]
    assert (hf.duplicates, hf.fetched, hf.announced) == ({"2509.10004": "2025-09-23"}, 2, 2)
    # Its votes are noted where it stands, and the receipt there does not count the list of another day.
    rows = {row.source: row for row in operator.store.papers("2025-09-23")}
    assert (rows["hf"].upvotes, rows["hf"].extra) == (7, {"sighted": "2025-09-22"})
    assert operator.receipt("2025-09-23").fetched == 1
    assert operator.faults() == []


@pytest.mark.parametrize("again", ["2025-09-23", "2025-09-24"])
def test_a_paper_seen_on_another_day_first_counts_on_its_own(tmp_path: Path, world: World, again: str) -> None:
    world.hf = [HfPaper("2509.10001", "2025-09-22", "2025-09-22T00:05:00Z")]
    submitted = "2025-09-19T12:00:00Z"
    world.arxiv = [
        ArxivPaper("2509.10001", submitted, "2025-09-22"),
        ArxivPaper("2509.10001", submitted, again, "cross"),
    ]
    operator = Operator(tmp_path, world, arxiv=ARXIV, huggingface=True)
    world.feed_down = world.api_down = True
    operator.run("2025-09-22T05:23")
    world.feed_down = False
    operator.run("2025-09-23T05:23")
    operator.run("2025-09-24T05:23")
    world.api_down = False
    operator.run("2025-09-24T06:23")
    assert operator.everywhere() == ["2509.10001"]
    receipt = operator.receipt("2025-09-22")
    arxiv = receipt.sources["arxiv"]
    assert (arxiv.announced, arxiv.fetched, receipt.fetched, receipt.duplicates) == (1, 1, 2, 1)
    assert operator.faults() == []


# -- arXiv: the feed and the API -----------------------------------------------------------------------------------


def held(world: World, day: str, before: str) -> set[str]:
    """Two papers of the day; one that was on hold; one that is older, and newly cross-listed."""
    world.arxiv += [
        ArxivPaper("2511.10010", f"{before}T12:00:00Z", day),
        ArxivPaper("2511.10011", f"{before}T13:00:00Z", day),
        ArxivPaper("2511.20001", f"{later(before, -20)}T12:00:00Z", day),
        ArxivPaper("2511.10001", f"{later(before, -40)}T12:00:00Z", day, "cross"),
    ]
    following = later(day, 1)
    world.arxiv.append(ArxivPaper("2511.10020", f"{day}T12:00:00Z", following))
    return {"2511.10010", "2511.10011", "2511.20001", "2511.10001"}


@pytest.mark.parametrize("hour", HOURS)
@pytest.mark.parametrize(("day", "before"), [("2025-12-02", "2025-12-01"), ("2025-09-23", "2025-09-22")])
def test_held_papers_and_late_cross_lists_join_their_day(
    tmp_path: Path, world: World, day: str, before: str, hour: str
) -> None:
    papers = held(world, day, before)
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    for date in (day, later(day, 1), later(day, 2)):
        operator.run(f"{date}T{hour}")
    assert operator.day(day) == papers
    assert operator.everywhere() == sorted({*papers, "2511.10020"})
    receipt = operator.receipt(day)
    assert (receipt.state, receipt.announced, receipt.scanned) == (DayState.OK, 4, 4)
    assert receipt.sources["arxiv"].open == ""
    assert operator.faults() == []


def test_a_day_of_its_own_evening_is_provisional_and_asked_again_once(tmp_path: Path, world: World) -> None:
    held(world, "2025-12-02", "2025-12-01")
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    operator.run("2025-12-02T04:23")  # 23:23 US Eastern of the evening before
    first = operator.receipt("2025-12-02")
    assert (first.state, first.announced) == (DayState.OK, 2)
    assert first.sources["arxiv"].open.endswith("before its feed came out")
    assert "2025-12-02" in operator.run("2025-12-02T05:23")
    assert operator.receipt("2025-12-02").announced == 4
    assert set(operator.run("2025-12-03T05:23")) == {"2025-12-03"}


def test_a_day_whose_feed_was_missed_completes_with_a_note(tmp_path: Path, world: World) -> None:
    held(world, "2025-12-02", "2025-12-01")
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    operator.run("2025-12-02T04:23")
    ran = operator.run("2025-12-03T13:00")["2025-12-02"]
    assert ran.notes == ("arxiv: settled without papers that were on hold and late cross-lists, which only the feed of"
                         " the day lists",)  # fmt: skip
    assert (ran.receipt.state, ran.receipt.sources["arxiv"].open) == (DayState.OK, "")
    assert set(operator.run("2025-12-04T13:00")) == {"2025-12-04"}


def test_a_provisional_day_stays_open_while_arxiv_is_unreachable(tmp_path: Path, world: World) -> None:
    papers = held(world, "2025-12-02", "2025-12-01")
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    operator.run("2025-12-02T04:23")
    world.feed_down = world.api_down = True
    stays = operator.run("2025-12-02T12:00")["2025-12-02"].receipt
    assert (stays.state, bool(stays.sources["arxiv"].open), stays.announced) == (DayState.OK, True, 2)
    world.feed_down = world.api_down = False
    operator.run("2025-12-03T04:23")
    assert operator.day("2025-12-02") == papers


# -- sums and requests ------------------------------------------------------------------------------------------------


def test_a_day_with_papers_that_the_settings_leave_out_is_not_quiet(tmp_path: Path, world: World) -> None:
    world.arxiv = [ArxivPaper("2511.10001", "2025-08-01T12:00:00Z", "2025-09-23", "cross")]
    operator = Operator(tmp_path, world, arxiv=ARXIV | {"cross_lists": False})
    receipt = operator.run("2025-09-23T05:23")["2025-09-23"].receipt
    assert (receipt.state, receipt.announced, receipt.fetched) == (DayState.OK, 1, 0)
    assert operator.faults() == []


def test_only_what_is_open_is_asked_again(tmp_path: Path, world: World) -> None:
    usual(world, "2025-09-15", 12)
    grow(world, "2025-09-18")
    operator = Operator(tmp_path, world, arxiv=ARXIV, huggingface=True)
    operator.run("2025-09-18T05:23")
    world.server.requests.clear()
    operator.run("2025-09-19T05:23")
    assert (len(requests(world, FEED)), len(requests(world, API)), len(requests(world, HF))) == (1, 1, 2)


def test_a_dropped_paper_counts_when_another_source_has_it(tmp_path: Path, world: World) -> None:
    world.hf = [HfPaper("2509.10001", "2025-09-23", "2025-09-23T00:05:00Z")]
    world.arxiv = [ArxivPaper("2509.10001", "2025-09-22T12:00:00Z", "2025-09-23")]
    operator = Operator(tmp_path, world, arxiv=ARXIV, huggingface=True)
    settings = tmp_path / "digest.yml"
    settings.write_text(settings.read_text("utf-8").replace("min_relevance: 1", "min_relevance: 10"), "utf-8")
    world.feed_down = world.api_down = True
    operator.run("2025-09-23T04:23")
    world.feed_down = world.api_down = False
    receipt = operator.run("2025-09-23T05:23")["2025-09-23"].receipt
    assert operator.day("2025-09-23") == set()
    assert (receipt.dropped, receipt.scanned, receipt.fetched) == ({"below 10": 1}, 1, 2)
    assert (receipt.sources["arxiv"].announced, receipt.sources["arxiv"].fetched) == (1, 1)
    assert operator.faults() == []


@pytest.mark.parametrize("away", [1, 5, 12, 20])
def test_a_settled_day_whose_renewal_was_killed_is_settled_again(tmp_path: Path, world: World, away: int) -> None:
    world.hf = [HfPaper("2509.10001", "2025-09-22", "2025-09-22T00:05:00Z")]
    world.arxiv = [ArxivPaper("2509.10002", "2025-09-19T12:00:00Z", "2025-09-22")]
    operator = Operator(tmp_path, world, arxiv=ARXIV, huggingface=True)
    for day in ("2025-09-22", "2025-09-23", "2025-09-25"):
        operator.run(f"{day}T05:23")
    before = operator.receipt("2025-09-22")
    ledger.begin(operator.store, before, "2025-09-22", "2025-09-26T05:23:00Z")  # what a killed run leaves
    assert operator.receipt("2025-09-22").state is DayState.PARTIAL
    world.api_down = True
    ran = operator.run(f"{later('2025-09-26', away)}T05:23")
    assert ran["2025-09-22"].receipt.state is DayState.OK
    after = operator.receipt("2025-09-22")
    assert (after.errors, after.scanned, after.announced) == ((), before.scanned, before.announced)


def test_an_open_list_that_cannot_be_read_stays_open(tmp_path: Path, world: World) -> None:
    operator = Operator(tmp_path, world, arxiv=ARXIV, huggingface=True)
    assert operator.run("2025-09-27T04:28")["2025-09-27"].receipt.state is DayState.QUIET  # a Saturday
    world.hf_down = True
    receipt = operator.run("2025-10-04T04:23")["2025-09-27"].receipt
    assert (receipt.state, bool(receipt.sources["hf"].open)) == (DayState.PARTIAL, True)
    world.hf_down = False
    receipt = operator.run("2025-10-06T04:23")["2025-09-27"].receipt  # later than days are repaired
    assert (receipt.state, receipt.errors, receipt.sources["hf"].open) == (DayState.QUIET, (), "")
