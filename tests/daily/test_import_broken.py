"""Files of a wrong or broken format: each has its exact message, and the others are imported."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.daily.import_ import run
from broadsheet.model.diagnostics import DigestError
from broadsheet.providers import parsers
from broadsheet.providers.fields import ID_KEYS
from broadsheet.store.store import Store

BROKEN = Path(__file__).parents[1] / "broken" / "import"
UNKNOWN = "see 'broadsheet import --help' for what can be imported"
NO_DAY = "no date found: put YYYY-MM-DD into the file's name or as date into each row, or pass --date"
COLUMNS = ", or name its column: --map date=COLUMN; the columns are ARXIVID, COMMENT, RELEVANCE, NOVELTY, SCORE"

# file: (papers or publications that come in, problems and notes, repairs)
EXPECTED: dict[str, tuple[int, list[str], list[str]]] = {
    "2025-01-02.Dockerfile": (0, [f": text of no known kind: {UNKNOWN}"], []),
    "aliases.yml": (
        0,
        [":1: a record with YAML aliases, which LibreCat does not write: export it from the repository again"],
        [],
    ),
    "binary-2025-01-02.json": (0, [": a binary file, not text: leave it out"], []),
    "blank-2025-01-02.json": (0, [": the file is empty: fetch or copy the file again"], []),
    "bom-2025-01-02.json": (1, [], []),
    "cut.xml": (0, [":4: not XML: no element found, column 1: fetch or copy the file again"], []),
    "deep-2025-01-02.json": (0, [": nested too deeply to be records: leave the file out"], []),
    "departments.yml": (
        0,
        [": LibreCat's departments, not publications: name them under departments: in digest.yml"],
        [],
    ),
    "doctype.xml": (0, [": XML with a DOCTYPE, which no feed has: fetch the feed itself"], []),
    "empty-2025-01-02.json": (0, [": the file is empty: fetch or copy the file again"], []),
    "empty-feed.xml": (
        0,
        [": holds no papers: nothing to do on weekends and holidays, when arXiv's feeds are empty"],
        [],
    ),
    "error-page-2025-01-02.json": (
        0,
        [": an HTML page, not data: an error page was saved instead: fetch the data again"],
        [],
    ),
    "lines-2025-01-02.jsonl": (
        2,
        [
            ":2: not a JSON object: correct or delete the line",
            ":4: not JSON: Expecting value, column 1: correct or delete the line",
            f":5: no arXiv id under {', '.join(ID_KEYS)}: a digest lists papers of arXiv alone: add arxiv_id,"
            " or name its key with --map arxiv_id=KEY",
        ],
        [],
    ),
    "malformed-2025-01-02.json": (
        0,
        [":3: not JSON: Expecting ',' delimiter, column 3: fetch or copy the file again"],
        [],
    ),
    "nan-2025-01-02.json": (
        2,
        [],
        [
            ":2: a score that is not from 1 to 10 was left out: novelty nan",
            ":2: a score needs relevance and novelty: one without the other was left out: relevance 8",
            ":3: a score that is not from 1 to 10 was left out: relevance 42",
            ":3: a score needs relevance and novelty: one without the other was left out: novelty 7",
        ],
    ),
    "no-day.json": (0, [f": {NO_DAY}{COLUMNS}"], []),
    "no-id-2025-01-02.json": (
        1,
        [
            ":2: no arXiv id: arxiv_id is none, the row's own key is first, ARXIVID is none:"
            " add the id (YYMM.NNNNN) as arxiv_id",
            ":4: not an object with a paper's keys: correct or delete it",
        ],
        [],
    ),
    "no-papers-2025-01-02.json": (0, [": holds no papers: nothing to do if the day was quiet"], []),
    "packed-2025-01-02.json": (1, [], []),
    "page.md": (0, [": a digest page without its totals: save the whole page again"], []),
    "projects.yml": (0, [": LibreCat's projects, not publications: import the publications"], []),
    "publications.yml": (
        1,
        [
            ":7: record 2 has no title: add it in the repository and export the record again",
            ":12: not YAML: found unexpected end of stream: fix the line; the other records were read",
        ],
        [],
    ),
    "python-2025-01-02.json": (0, [": entries are Python text, not JSON: fetch the day again"], []),
    "refused-oai.xml": (
        0,
        [": the repository refused: badArgument no such set: correct the request, then fetch again"],
        [],
    ),
    "refused.xml": (
        0,
        [":3: arXiv refused: incorrect id format for x: correct the query, then fetch again"],
        [],
    ),
    "repeated-2025-01-02.json": (2, [], [":4: a paper that is twice in one file: both rows read: 2501.00001"]),
    "surrogate-2025-01-02.json": (1, [], [":2: control characters removed: title"]),
    "trending.txt": (
        0,
        [
            ": a Hugging Face page saved as text, which has no paper ids: import the day's JSON,"
            " https://huggingface.co/api/daily_papers?date=YYYY-MM-DD"
        ],
        [],
    ),
    "truncated-2025-01-02.json": (0, [":3: the JSON breaks off in the middle: fetch or copy the file again"], []),
    "truncated-2025-01-02.jsonl": (2, [":3: the line breaks off in the middle: correct or delete the line"], []),
    "two-days-2025-01-02-2025-01-03.json": (0, [f": {NO_DAY}{COLUMNS}"], []),
    "unknown-2025-01-02.json": (0, [f": JSON of no known kind: {UNKNOWN}"], []),
    "utf-16-2025-01-02.json": (1, [], []),
    "windows-1252-2025-01-02.json": (
        0,
        [":2: not UTF-8: byte 0xeb at offset 150: save the file as UTF-8; it may be Windows-1252"],
        [],
    ),
}
HARMLESS = {"empty-feed.xml", "no-papers-2025-01-02.json"}  # a note, no fault


def test_every_broken_file_is_expected() -> None:
    assert sorted(os.listdir(BROKEN)) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_message(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, problems, repairs = EXPECTED[name]
    monkeypatch.chdir(BROKEN)
    report = run(tmp_path, [name])
    store = Store(tmp_path)
    assert [str(problem) for problem in report.problems] == [name + problem for problem in problems]
    assert [f"{fix.location}: {fix.kind}: {fix.detail}" for fix in report.fixes] == [
        name + repair for repair in repairs
    ]
    assert len(store.papers("2025-01-02")) + len(store.publications()) == taken
    assert bool(report.faults) == (bool(problems) and name not in HARMLESS)


def test_the_good_come_in_between_the_broken(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    shutil.copytree(BROKEN, folder)
    (folder / "z-2025-01-02.json").write_text('{"2501.00009": {"title": "The last file", "COMMENT": ""}}')
    report = run(tmp_path, [str(folder)])
    assert report.files == len(EXPECTED) + 1
    assert "The last file" in [paper.title for paper in Store(tmp_path).papers("2025-01-02")]
    # Found in a folder, a file that looks like no data is a note; one that does is a problem.
    notes = [problem.location for problem in report.problems if problem.is_note and "known kind" in problem.message]
    assert notes == [str(folder / "2025-01-02.Dockerfile")]
    assert str(folder / "unknown-2025-01-02.json") in [problem.location for problem in report.faults]


def test_a_day_that_cannot_be_read_is_not_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.papers_path("2025-01-02")
    path.parent.mkdir(parents=True)
    path.write_text('{"arxiv_id":"2501.00001","title":"Mine"}\n{"arxiv_id": broken\n')
    before = path.read_bytes()
    report = run(tmp_path, [str(BROKEN / "bom-2025-01-02.json")])
    assert [str(problem) for problem in report.problems] == [
        "data/papers/2025/2025-01-02.jsonl:2: not JSON: invalid character (byte 13): correct or delete the line",
        f"{BROKEN}/bom-2025-01-02.json: 1 row of 2025-01-02 not imported, since the file of that day is broken:"
        " correct the file, then import again",
    ]
    assert (report.rejected, path.read_bytes()) == (1, before)


def test_publications_that_cannot_be_read_are_not_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_publications("mine.yml", "_id: '9'\ntitle: 'Never closed\n")
    report = run(tmp_path, [str(BROKEN / "publications.yml")])
    assert str(report.problems[-1]) == (
        f"{BROKEN}/publications.yml: 1 publication not imported, since data/publications cannot be read:"
        " correct the files, then import again"
    )
    assert [path.name for path in store.publication_files()] == ["mine.yml"]


FRAGMENTS = st.sampled_from(
    [
        *(
            b'{"2501.00001": {',
            b'"title": "',
            b'"ARXIVID": ',
            b"NaN",
            b"<feed><entry>",
            b"<rss>",
            b"_id: 1\n",
            b"---\n",
        ),
        *(
            b'[{"paper": {"id": "2501.00001"}}]',
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\x1f\x8b",
            b"\\ud800",
            b"}",
            b"]",
            b"\n",
        ),
        b"&a *a",
    ]
)


@settings(max_examples=300)
@given(st.lists(FRAGMENTS | st.binary(max_size=8), max_size=12).map(b"".join))
def test_no_bytes_raise_anything_but_a_problem(data: bytes) -> None:
    try:
        problems = parsers.parse(data, "file", "2025-01-02")[1].problems
    except DigestError as error:
        problems = list(error.problems)
    assert all(problem.location.startswith("file") and problem.message and problem.hint for problem in problems)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"[" + b"[]," * 9_000_000 + b"[]]", "too many parts to be records"),
        (b"_id: " + b"1" * (17 << 20), "YAML with a line of more than 16 MB"),
        (
            b'{"ARXIVID": "2501.00001", "title": "T"}\n{"title": "' + b"a" * (17 << 20) + b'"}\n',
            "a line of more than 16 MB",
        ),
        (b'{"ARXIVID": ' + b"1" * 5000 + b"}", "no arXiv id: ARXIVID is inf"),
        (b"<rss>" + b"<a>" * 100_000, "nested too deeply to be records"),
        (b"_id: " + b"[" * 100_000, "nested too deeply to be records"),
        (b'{"ARXIVID": "2501.00001", "title": "T", "x": ' + b"[" * 200 + b"]" * 200 + b"}", None),
    ],
)
def test_what_would_take_all_memory_or_minutes(data: bytes, what: str | None, tmp_path: Path) -> None:
    path = tmp_path / "2025-01-02.json"
    path.write_bytes(data)
    assert [problem.message for problem in run(tmp_path, [str(path)]).faults] == ([what] if what else [])
