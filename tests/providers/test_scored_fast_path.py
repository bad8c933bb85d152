"""The short way through a scored file says what the long way says of it, or nothing."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.daily import import_ as importing
from broadsheet.daily.import_ import run
from broadsheet.model import arxiv_id, limits
from broadsheet.model.diagnostics import DigestError
from broadsheet.providers import decode as payload
from broadsheet.providers.normalize import authors, marks_of
from broadsheet.providers.parse_result import Harvest, Notes
from broadsheet.providers.scored_json import fast_path as usual
from broadsheet.providers.scored_json import parser as scored
from broadsheet.text.sanitize import is_printable

DAY = "2025-05-27"
TEXT = "The $\\alpha$ of it, said \u201cproperly\u201d — R&D at 5 < 6"
TEXTS = [
    "", " ", "  two  spaces ", "2505.00001", " 2505.00001", "2505.00002", "a\tb", "a\nb", "$\theta$, \x08eta", "\x7f",
    "\ufeffx", "\u202e", "title", "A &amp; B", "A &amp B", "AT&T; x", "é &eacute;", "\U0001d54a", "arXiv:not quite",
    "arXiv:2505.00001v2 Announce Type: replace  Abstract: Text.",
]  # fmt: skip
NAMES = [
    "Ada Lovelace", "Jos\\'e Garc\\'ia", "{\\L}ukasz", "M. M{\\\"u}ller", "and Bo", " Bo ", "Bo  Li", "", ":",
    "Bo (MIT", "Boston)", "Bo (X (Y))", "X|and Y", "title", "Ng~Bo", "J. $\\alpha$", "O'Neil-Smith", "Zoë", "AT&T",
    "A &eacute;", "\x08eta", "李",
]  # fmt: skip
VALUES: list[Any] = [None, True, 0, 1, 10, 11, -1, 7.5, 8.0, 0.0, 1e999, 10**30, "8/10", "x", []]
IDS = ["2505.00001", "2505.00003v2", "0603163", "2505.00001\n2505.00002", "1301.0001", "2513.00001", " x"]
NAME_LISTS = st.lists(st.sampled_from(NAMES), max_size=5)
FIELDS: dict[str, list[Any]] = {
    "title": TEXTS, "abstract": TEXTS + VALUES, "COMMENT": TEXTS + VALUES, "comment": TEXTS, "upvotes": VALUES,
    "authors": [*VALUES, *([name] for name in NAMES)], "RELEVANCE": VALUES, "NOVELTY": VALUES, "SCORE": VALUES,
    "ARXIVID": IDS, "arxiv_id": IDS,
}  # fmt: skip


def written(number: int) -> dict[str, Any]:
    """A row as assistants write it."""
    known = f"2505.{number:05}"
    return {
        "SCORE": 15, "ARXIVID": known, "COMMENT": f"Relevant. {TEXT}", "RELEVANCE": 8, "NOVELTY": 7,
        "authors": ["Ada Lovelace", "Bo Li"], "title": f"Title {number}", "abstract": TEXT, "arxiv_id": known,
    }  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file in one layout or another, with something odd about it."""
    found = {f"2505.{number:05}": written(number) for number in (1, 2, 3)[: draw(st.integers(1, 3))]}
    row = found.pop("2505.00001")
    if draw(st.booleans()):
        row["authors"] = draw(NAME_LISTS)
    for name in draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=2, unique=True)):
        row[name] = draw(st.sampled_from(FIELDS[name]))
    for name in draw(st.lists(st.sampled_from(sorted(row)), max_size=1)):
        del row[name]
    known = "2505.00001"
    if not draw(st.integers(0, 4)):
        known = row["arxiv_id"] = row["ARXIVID"] = draw(st.sampled_from(IDS))
    return draw(damaged(draw(texts_of({known: row} | found)).encode()))


@st.composite
def texts_of(draw: st.DrawFn, found: dict[str, Any]) -> str:
    """JSON of these rows, now and then under another key, with a key twice, or with a row on a line of its own."""
    between = draw(st.sampled_from([": ", ":", " : ", ":\n"]))
    indent, ensure_ascii = draw(st.sampled_from([None, 4])), draw(st.booleans())
    members = [(key, json.dumps(row, indent=indent, ensure_ascii=ensure_ascii)) for key, row in found.items()]
    match draw(st.integers(0, 11)):
        case 0:
            members[0] = (draw(st.sampled_from(IDS)), members[0][1])
        case 1:
            members[0] = (members[0][0], members[0][1][:-1] + ', "title": "Another"}')
        case 2:
            members.append(members[0])
    return "{\n" + "\n,\n".join(f"{json.dumps(key)}{between}{text}" for key, text in members) + "\n}"


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """The file, now and then with one byte changed."""
    if draw(st.integers(0, 9)):
        return data
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.sampled_from([b"", b"\0", b"\x08", b"\xff", b"\n", b'"'])) + data[at + 1 :]


def the_long_way(data: bytes) -> Harvest | None:
    try:
        read = payload.read(data, "file")
        return scored.parse(read, DAY) if scored.recognise(read) else None
    except DigestError:
        return None


@pytest.mark.parametrize(
    ("field", "value", "longest"),
    [
        ("title", "x", limits.LONGEST["title"]),
        ("abstract", "y", limits.LONGEST["abstract"]),
        ("COMMENT", "z", limits.LONGEST["comment"]),
        ("authors", ["n"], limits.MOST_IN_LIST["authors"]),
    ],
)
def test_what_is_too_long_is_left_to_the_long_way(field: str, value: Any, longest: int) -> None:
    for length, is_usual in ((longest, True), (longest + 1, False)):
        data = json.dumps({"2505.00001": written(1) | {field: value * length}}).encode()
        assert (usual.harvest(data, "x.json", DAY) is not None) is is_usual


@pytest.mark.parametrize(("end", "is_usual"), [("A)", True), ("A) Li", False)])
def test_a_name_that_is_too_long_once_it_is_joined_is_left_to_the_long_way(end: str, is_usual: bool) -> None:
    parts = ["Bo (Town", *["Town"] * 100, end]
    data = json.dumps({"2505.00001": written(1) | {"authors": parts}}).encode()
    assert (usual.harvest(data, "x.json", DAY) is not None) is is_usual


@pytest.mark.parametrize("name", FIELDS)
def test_one_odd_value_alone(name: str) -> None:
    for value in FIELDS[name]:
        for scored_by in ({}, {"RELEVANCE": None}):
            row = written(1) | scored_by | {name: value}
            data = json.dumps({"2505.00001": row, "2505.00002": written(2)}, indent=4).encode()
            found = usual.harvest(data, "file", DAY)
            assert found is None or found == the_long_way(data)


@settings(max_examples=400)
@given(files())
def test_both_ways_say_the_same(data: bytes) -> None:
    found = usual.harvest(data, "file", DAY)
    assert found is None or found == the_long_way(data)


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_a_file_in_order_goes_the_short_way(indent: int | None, ensure_ascii: bool) -> None:
    found = {f"2505.{number:05}": written(number) for number in range(1, 40)}
    found["2505.00007"]["authors"] = ["Jos\\'e Garc\\'ia", "Bo (MIT", "Boston)", ":"]
    found["2505.00009"]["abstract"] = "arXiv:2505.00009v3 Announce Type: replace  Abstract: Text."
    for name in ("ARXIVID", "RELEVANCE", "NOVELTY"):
        del found["2505.00011"][name]
    data = json.dumps(found, indent=indent, ensure_ascii=ensure_ascii).encode()
    harvest = usual.harvest(data, "file", DAY)
    assert harvest is not None
    assert harvest == the_long_way(data)
    line = 1 if indent is None else data[: data.index(b'"2505.00007"')].count(b"\n") + 1
    assert [(repair.where, repair.what[:11]) for repair in harvest.repairs[:3]] == [
        (f"file:{line}", "affiliation"), (f"file:{line}", "empty autho"), (f"file:{line}", "TeX accents"),
    ]  # fmt: skip
    assert harvest.rows[8].paper.version == 3
    assert harvest.rows[10].paper.extra == {"score": 15}


def test_the_corpus_goes_the_short_way(corpus: Path) -> None:
    paths = sorted((corpus / "scored").glob("*/*/*.json"))
    found = {path: usual.harvest(path.read_bytes(), "file", DAY) for path in paths}
    short = [path for path in paths if found[path] is not None]
    assert len(short) > 300
    for path in random.Random(1).sample(short, 60):
        assert found[path] == the_long_way(path.read_bytes())


@given(NAME_LISTS.map(lambda names: [name for name in names if not set("()") & set(name)]))
def test_names_are_mended_alike_with_an_affiliation_among_them(names: list[str]) -> None:
    alone, among = Notes("file"), Notes("file")
    mended, _ = authors(names, alone)
    assert authors([*names, "Q (P)"], among)[0] == (*mended, "Q")
    counts = [[repair.what for repair in notes.repairs] for notes in (alone, among)]
    assert counts[0] == counts[1]


@given(st.lists(NAME_LISTS | st.lists(st.sampled_from(["Bo\nLi", "Ada"])), max_size=4))
def test_lists_of_names_are_looked_at_together_as_each_alone(lists: list[list[str]]) -> None:
    assert marks_of(lists) == [marks_of([names])[0] for names in lists]


@given(st.text(st.characters() | st.sampled_from("\ud800\x00\x7f\x1f\xa0"), max_size=12))
def test_printable_is_what_python_says(text: str) -> None:
    assert is_printable(text) == text.isprintable()


@given(st.from_regex(r"(?:[a-z]+/)?[0-9]{2}(?:0[0-9]|1[0-3])\.?[0-9]{3,6}(?:v1)?\n?", fullmatch=True))
def test_a_canonical_id_is_one_that_is_written_as_it_is_read(text: str) -> None:
    found = arxiv_id.parse(text)
    assert arxiv_id.is_canonical(text) == (found is not None and found.id == text)
    assert not arxiv_id.are_plain([text]) or arxiv_id.is_canonical(text)


def test_a_day_comes_out_the_same_however_many_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        for day in range(1, 6 if name != "a" else 16):
            found = {f"2505.{number:05}": written(number) for number in range(ord(name) - 96, ord(name) - 90)}
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / f"2025-05-{day:02}.json").write_text(json.dumps(found))
    reports = []
    for root, most in ((tmp_path / "all", 1_000), (tmp_path / "few", 10), (tmp_path / "none", 0)):
        monkeypatch.setattr(importing, "_MOST_WAITING", most)
        reports.append(run(root, [str(tmp_path / name) for name in "abc"]))
    assert reports[0] == reports[1] == reports[2]
    for file in (tmp_path / "all" / "data").rglob("*.jsonl"):
        assert file.read_bytes().count(b"\n") == (8 if file.stem <= "2025-05-05" else 6)
        for other in ("few", "none"):
            assert (tmp_path / other / file.relative_to(tmp_path / "all")).read_bytes() == file.read_bytes()
