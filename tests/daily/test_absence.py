"""A working day without papers: a second empty reply completes the day if the source works."""

import datetime
from pathlib import Path

import pytest

from broadsheet.model.state import DayState
from broadsheet.store import records
from tests.hourly_services import ARXIV, ArxivPaper, HfPaper, Operator, World, later, usual


def test_a_working_day_without_papers_is_stale_and_fetched_again(tmp_path: Path, world: World) -> None:
    usual(world, "2025-09-15", 12)
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    for day in range(15, 20):
        operator.run(f"2025-09-{day}T05:23")
    world.empty = True
    receipt = operator.run("2025-09-22T05:23")["2025-09-22"].receipt
    assert (receipt.state, receipt.sources["arxiv"].status) == (DayState.FAILED, "stale")
    world.empty = False
    assert operator.run("2025-09-23T05:23")["2025-09-22"].receipt.state is DayState.OK
    assert operator.day("2025-09-22") == {"2509.20007"}


@pytest.mark.parametrize("history", [True, False], ids=["with a history", "the first days"])
def test_an_unannounced_holiday_is_quiet_once_the_source_works(tmp_path: Path, world: World, history: bool) -> None:
    usual(world, "2025-09-15", 12)
    world.arxiv = [paper for paper in world.arxiv if paper.day != "2025-09-22"]
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    if history:
        operator.run("2025-09-18T05:23")
        operator.run("2025-09-19T05:23")
    states = {}
    for at in ("2025-09-22T05:23", "2025-09-22T20:00", "2025-09-23T05:23", "2025-09-23T13:00"):
        states[at] = operator.run(at)["2025-09-22"].receipt.state
    assert list(states.values()) == [DayState.FAILED, DayState.FAILED, DayState.FAILED, DayState.QUIET]
    assert operator.receipt("2025-09-22").sources["arxiv"].empty_since == "2025-09-22T05:23:00Z"
    assert operator.faults() == []


@pytest.mark.parametrize("looks", [("2025-09-22T23:59", "2025-09-23T00:01"), ("2025-09-22T12:00", "2025-09-22T23:59")])
def test_two_looks_within_half_a_day_are_one(tmp_path: Path, world: World, looks: tuple[str, str]) -> None:
    usual(world, "2025-09-15", 12)
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    operator.run("2025-09-19T05:23")
    world.empty = True
    for at in looks:
        assert operator.run(at)["2025-09-22"].receipt.state is DayState.FAILED
    world.empty = False
    assert operator.run("2025-09-23T05:23")["2025-09-22"].receipt.state is DayState.OK
    assert operator.day("2025-09-22") == {"2509.20007"}


@pytest.mark.parametrize("days", [2, 3, 5])
@pytest.mark.parametrize("source", ["arxiv", "huggingface"])
def test_an_outage_of_several_days_makes_no_day_quiet(tmp_path: Path, world: World, source: str, days: int) -> None:
    usual(world, "2025-09-15", 15)
    world.hf = [
        HfPaper(f"2509.3{n:04}", later("2025-09-15", n), f"{later('2025-09-15', n)}T00:01:00Z") for n in range(15)
    ]
    wanted = {"arxiv": ARXIV} if source == "arxiv" else {"huggingface": True}
    operator = Operator(tmp_path, world, **wanted)
    for day in range(15, 20):
        operator.run(f"2025-09-{day}T05:23")
    world.empty = True
    for day in range(22, 22 + days):
        ran = operator.run(f"2025-09-{day}T05:23")
        assert all(ran[f"2025-09-{past}"].receipt.state is DayState.FAILED for past in range(22, day))
    world.empty = False
    ran = operator.run(f"2025-09-{22 + days}T05:23")
    assert all(ran[f"2025-09-{past}"].receipt.state is DayState.OK for past in range(22, 22 + days))
    assert operator.faults() == []


def test_days_without_papers_beyond_the_repair_period_stay_failed(tmp_path: Path, world: World) -> None:
    usual(world, "2025-09-15", 30)
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    operator.run("2025-09-19T05:23")
    world.empty = True
    for day in range(9):
        operator.run(f"{later('2025-09-22', day)}T05:23")
    world.empty = False
    ran = operator.run("2025-10-02T05:23")
    assert "2025-09-22" not in ran  # older than run.backfill_days: a run of the day alone fetches it
    assert operator.receipt("2025-09-22").state is DayState.FAILED
    assert ran["2025-09-25"].receipt.state is DayState.OK


def test_papers_of_later_days_from_before_the_empty_answer_prove_nothing(tmp_path: Path, world: World) -> None:
    usual(world, "2025-09-15", 12)
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    for day in (22, 23, 24, 25):
        operator.run(f"2025-09-{day}T05:23")
    world.empty = True
    for at in ("2025-09-25T06:00", "2025-09-25T22:00"):
        assert operator.run_alone("2025-09-19", at).receipt.state is DayState.FAILED


def test_a_holiday_of_the_settings_is_quiet_at_once(tmp_path: Path, world: World) -> None:
    operator = Operator(tmp_path, world, arxiv=ARXIV | {"holidays": ["2025-09-22"]}, huggingface=True)
    operator.run("2025-09-22T05:23")
    receipt = operator.run("2025-09-23T05:23")["2025-09-23"].receipt
    assert receipt.state is DayState.QUIET


def test_a_list_that_was_empty_on_its_own_day_is_doubted_too(tmp_path: Path, world: World) -> None:
    world.hf = [HfPaper(f"2509.3000{n}", f"2025-09-{22 + n}", f"2025-09-{22 + n}T00:01:00Z") for n in range(4)]
    operator = Operator(tmp_path, world, huggingface=True)
    world.empty = True
    states = [operator.run(f"2025-09-{day}T05:23")["2025-09-22"].receipt.state for day in (22, 23, 24)]
    assert states == [DayState.QUIET, DayState.FAILED, DayState.FAILED]
    world.empty = False
    assert operator.run("2025-09-25T05:23")["2025-09-22"].receipt.state is DayState.OK


def test_the_day_of_the_first_empty_answer_in_an_older_receipt_is_read(tmp_path: Path) -> None:
    old = b'{"date":"2025-09-22","state":"failed","sources":{"arxiv":{"condition":"stale","empty_on":"2025-09-22"}}}'
    receipt = records.decode_receipt(old)
    assert receipt.sources["arxiv"].empty_since == "2025-09-22T23:59:59Z"
    assert b"empty_on" not in records.encode_receipt(receipt)


def test_a_day_that_failed_is_not_repaired_by_one_empty_answer(tmp_path: Path, world: World) -> None:
    usual(world, "2025-09-15", 12)
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    operator.run("2025-09-19T05:23")
    world.feed_down = world.api_down = True
    assert operator.run("2025-09-22T05:23")["2025-09-22"].receipt.state is DayState.FAILED
    world.feed_down, world.api_down, world.empty = False, False, True
    assert operator.run("2025-09-23T05:23")["2025-09-22"].receipt.state is DayState.FAILED
    world.empty = False
    assert operator.run("2025-09-24T05:23")["2025-09-22"].receipt.state is DayState.OK
    assert operator.everywhere() == [f"2509.2{number:04}" for number in (4, 7, 8, 9)]


def test_a_category_that_is_mostly_silent_may_be_quiet_at_once(tmp_path: Path, world: World) -> None:
    world.arxiv = [ArxivPaper("2509.20001", "2025-09-16T12:00:00Z", "2025-09-17")]
    operator = Operator(tmp_path, world, arxiv=ARXIV)
    for day in (15, 16, 17, 18, 19):
        operator.run(f"2025-09-{day}T05:23")
    ran = operator.run("2025-09-22T05:23")
    assert ran["2025-09-22"].receipt.state is DayState.QUIET
    assert set(operator.run("2025-09-23T05:23")) == {"2025-09-23"}


def test_an_empty_list_of_a_working_day_that_is_over_is_doubted_too(tmp_path: Path, world: World) -> None:
    world.hf = [HfPaper("2509.10001", "2025-09-19", "2025-09-19T00:05:00Z")]
    operator = Operator(tmp_path, world, huggingface=True)
    world.now = datetime.datetime(2025, 9, 22, 5, tzinfo=datetime.UTC)
    operator.run("2025-09-18T12:00")
    world.empty = True
    assert operator.run("2025-09-22T05:23")["2025-09-19"].receipt.state is DayState.FAILED
    world.empty = False
    assert operator.run("2025-09-22T06:23")["2025-09-19"].receipt.state is DayState.OK
