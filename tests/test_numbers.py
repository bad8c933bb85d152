"""Numbers of any length in any input: a message with the place, and no traceback."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.build.build import build
from broadsheet.checks.check import check
from broadsheet.daily.import_ import run
from broadsheet.model.diagnostics import DigestError
from broadsheet.providers import normalize
from broadsheet.store.store import Store
from tests.example import make_digest, paper

pytestmark = pytest.mark.slow

FIELDS = ("RELEVANCE", "NOVELTY", "SCORE", "upvotes", "version", "anything")
NUMBERS = ("9" * 309, "-" + "9" * 400, "9" * 4300, "9" * 5000, "1e400", "-1e309", "9" * 400 + ".5", "NaN", "-Infinity")
LARGE = ("9" * 17, *NUMBERS[:4])
DAY = "2025-05-01"


def scored(arxiv_id: str, **fields: str) -> str:
    """A scored paper whose `fields` are JSON."""
    row = {"ARXIVID": arxiv_id, "title": "T", "authors": ["A"], "abstract": "x", "RELEVANCE": 7, "NOVELTY": 5}
    whole = {name: json.dumps(value) for name, value in row.items()} | fields
    return "{" + ", ".join(f'"{name}": {value}' for name, value in whole.items()) + "}"


def votes_list(arxiv_id: str, number: str) -> str:
    """A list of Hugging Face with `number` as votes and comments."""
    return f'[{{"paper": {{"id": "{arxiv_id}", "title": "T", "upvotes": {number}}}, "numComments": {number}}}]'


@pytest.mark.parametrize("number", NUMBERS, ids=range(9))
@pytest.mark.parametrize("field", FIELDS)
def test_a_score_or_count_out_of_range_is_left_out_with_its_place(field: str, number: str, tmp_path: Path) -> None:
    make_digest(tmp_path, {})
    folder = tmp_path / "in"
    folder.mkdir()
    for month in range(1, 5):
        (folder / f"2025-{month:02}-01.json").write_text(f'{{"2505.0000{month}": {scored(f"2505.0000{month}")}}}')
    fields = {field: number} | ({"NOVELTY": "null"} if field == "SCORE" else {})
    bad = scored("2505.00005", **fields)
    (folder / "2025-03-02.json").write_text(f'{{"2505.00005": {bad}}}')
    (folder / "2025-03-03.json").write_text(votes_list("2505.00006", number))
    report = run(tmp_path, [str(folder)])
    assert report.faults == []
    store = Store(tmp_path)
    assert len(store.dates()) == 6
    (row,) = store.papers("2025-03-02")
    (votes,) = store.papers("2025-03-03")
    half = field in ("RELEVANCE", "NOVELTY", "SCORE")
    assert (row.relevance, row.novelty) == ((None, None) if half else (7, 5))
    assert (row.upvotes, row.version, votes.upvotes, votes.comments) == (None, None, None, None)
    assert row.extra.get("anything") is None
    assert any("2025-03-03.json" in fix.location and "upvotes" in fix.detail for fix in report.fixes)


def test_what_was_left_out_stops_no_build(tmp_path: Path) -> None:
    make_digest(tmp_path, {})
    for place, field in enumerate(FIELDS):
        rows = [f'"2505.{10000 + at}": {scored(f"2505.{10000 + at}", **{field: n})}' for at, n in enumerate(NUMBERS)]
        file = tmp_path / f"2025-05-{place + 10}.json"
        file.write_text("{" + ",\n".join(rows) + "}")
        assert run(tmp_path, [str(file)]).faults == []
    check(tmp_path)
    build(tmp_path)


@pytest.mark.parametrize("number", [*NUMBERS, "0x" + "f" * 5000, ".inf"], ids=range(11))
def test_a_publication_with_such_numbers_is_imported_or_reported(number: str, tmp_path: Path) -> None:
    make_digest(tmp_path, {})
    fields = ("year", "volume", "date_published", "intvolume")
    record = "".join(f"  {field}: {number}\n" for field in fields) + f"  file: [{{file_size: {number}}}]\n"
    (tmp_path / "pub.yml").write_text(f"---\n- _id: '1'\n  title: T\n{record}- _id: '2'\n  title: U\n")
    report = run(tmp_path, [str(tmp_path / "pub.yml")])
    assert all(problem.location.startswith(str(tmp_path / "pub.yml")) for problem in report.problems)
    errors = [problem for problem in check(tmp_path).problems if not problem.is_note]
    assert all(error.location.startswith("data/publications/pub.yml") for error in errors)


@pytest.mark.parametrize("number", LARGE, ids=len)
@pytest.mark.parametrize("field", ["upvotes", "comments", "version", "relevance"])
def test_a_row_of_data_with_such_a_number_is_named_with_its_line(field: str, number: str, tmp_path: Path) -> None:
    make_digest(tmp_path, {DAY: [paper("2505.00001"), paper("2505.00002", **{field: 7})]})
    path = Store(tmp_path).papers_path(DAY)
    path.write_text(path.read_text().replace(f'"{field}": 7', f'"{field}": {number}'))
    assert number in path.read_text()
    with pytest.raises(DigestError) as caught:
        build(tmp_path)
    (problem,) = caught.value.problems
    assert problem.location == f"data/papers/2025/{DAY}.jsonl:2"
    assert len(str(problem)) < 200
    assert problem in check(tmp_path).problems


@pytest.mark.parametrize("number", [*LARGE, "1e400"], ids=len)
@pytest.mark.parametrize(
    "field", ['"tokens": {"total": @}', '"cost": {"total": @}', '"announced": @', '"dropped": {"below 5": @}']
)
def test_a_receipt_with_such_a_number_is_named(field: str, number: str, tmp_path: Path) -> None:
    make_digest(tmp_path, {DAY: [paper("2505.00001")]})
    path = Store(tmp_path).receipt_path(DAY)
    path.parent.mkdir(parents=True)
    path.write_text(f'{{"date": "{DAY}", "state": "ok", {field.replace("@", number)}}}')
    if "cost" in field and number == "9" * 17:
        build(tmp_path)  # a float holds it
        return
    with pytest.raises(DigestError) as caught:
        build(tmp_path)
    assert [problem.location for problem in caught.value.problems] == [f"data/runs/2025/{DAY}.json"]


@pytest.mark.parametrize(
    ("written", "number"),
    [("7", 7), ("-0.0", 0), (" 7.0 / 10", 7), ("1e3", None), ("9" * 400, None), (10**5000, None), (float("nan"), None)],
    ids=range(7),
)
def test_numbers_are_read_as_they_are_meant(written: object, number: float | None) -> None:
    found = normalize.number(written) if written != "-0.0" else normalize.number(-0.0)
    assert found == number
    assert str(found) != "-0.0"


@given(st.integers() | st.integers(10**300, 10**5000) | st.floats() | st.text() | st.lists(st.integers(10**4999)))
def test_any_value_can_be_checked_and_formatted(value: object) -> None:
    found = normalize.number(value)
    assert found is None or abs(found) < 2**53
    assert len(normalize.excerpt(value)) <= 60
