"""Each paper is announced once."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.daily.dedupe import require_archive, split_new, stale_categories
from broadsheet.daily.merge import apply_sighting
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Links, Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.store.store import Store

KINDS = ("new", "cross", "replace", "replace-cross", None)


def paper(number: int, kind: str | None = "new", **fields: object) -> Paper:
    return Paper(arxiv_id=f"2609.{number:05}", title="T", announce_type=kind, **fields)  # type: ignore[arg-type]


def test_new_papers_duplicates_and_new_versions() -> None:
    first_days = {"2609.00002": "2026-09-01", "2609.00003": "2026-09-02"}
    papers = [paper(1), paper(2, "cross"), paper(3, "replace"), paper(4, "replace-cross"), paper(2, None, source="hf")]
    done = split_new(papers, first_days)
    assert [p.arxiv_id for p in done.new] == ["2609.00001"]
    assert done.duplicates == {"2609.00002": "2026-09-01"}
    assert done.updates == {"2026-09-01": (paper(2, None), papers[4]), "2026-09-02": (paper(3, None),)}
    assert done.unknown == ("2609.00004",)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(KINDS))),
    st.dictionaries(st.integers(1, 9).map(lambda n: f"2609.{n:05}"), st.just("2026-09-01")),
)
def test_nothing_is_lost_and_nothing_announced_twice(
    found: list[tuple[int, str | None]], first_days: Mapping[str, str]
) -> None:
    papers = [paper(number, kind) for number, kind in found]
    done = split_new(papers, first_days)
    sightings = [p for group in done.updates.values() for p in group]
    assert len(done.new) + len(sightings) + len(done.unknown) == len(papers)
    assert not {p.arxiv_id for p in done.new} & first_days.keys()
    assert done.duplicates.keys() <= {p.arxiv_id for p in sightings}


def test_a_category_whose_papers_are_all_known_is_stale() -> None:
    old = [paper(number, categories=("cs.AI",)) for number in (1, 2, 3)]
    fresh = [paper(4, categories=("cs.LG", "cs.AI")), paper(5, "cross", categories=("cs.CL",))]
    first_days = {p.arxiv_id: "2026-09-01" for p in (*old, fresh[1])}
    assert stale_categories([*old, *fresh], first_days) == ["cs.AI"]
    assert stale_categories(old[:2], first_days) == []  # two may have been filed under another day
    assert stale_categories([*old, paper(6, categories=("cs.AI",))], first_days) == []


def test_a_later_record_adds_and_removes_nothing() -> None:
    old = paper(1, upvotes=3, comments=2, version=1, relevance=8, novelty=7, updated="2026-09-01", doi="10.1/a")
    new = paper(1, "replace", upvotes=9, version=2, updated="2026-09-20", links=Links(code="https://x.example"))
    seen = apply_sighting(old, new)
    assert (seen.upvotes, seen.comments, seen.version, seen.updated) == (9, 2, 2, "2026-09-20")
    assert (seen.score, seen.announce_type, seen.doi) == (15, "new", "10.1/a")
    assert apply_sighting(new, old).version == 2
    gone = paper(1, "replace", version=3, extra={"withdrawn": True})
    assert apply_sighting(old, gone).extra == {"withdrawn": True}
    assert apply_sighting(apply_sighting(old, gone), new).extra == {"withdrawn": True}


# -- an archive that is lost ---------------------------------------------------------------------------------------


def receipt(date: str, shown: int | None, state: DayState = DayState.OK) -> Receipt:
    return Receipt(date=date, state=state, shown=shown)


def test_no_archive_where_there_must_be_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_receipt(receipt("2026-09-22", 14))
    store.write_receipt(receipt("2026-09-23", 0, DayState.QUIET))
    with pytest.raises(DigestError) as caught:
        require_archive(store, "2026-09-24")
    assert str(caught.value) == (
        "data/runs/2026/2026-09-22.json: says that 14 papers were shown, yet data/papers has none of them:"
        " bring data/papers back: without it papers would be announced again"
    )
    require_archive(store, "2026-09-22")  # that day itself may be fetched again
    store.write_papers("2026-09-22", [paper(1)])
    require_archive(store, "2026-09-24")


def test_a_new_digest_needs_no_archive(tmp_path: Path) -> None:
    require_archive(Store(tmp_path), "2026-09-24")
    Store(tmp_path).write_receipt(receipt("2026-09-23", 0, DayState.QUIET))
    require_archive(Store(tmp_path), "2026-09-24")
