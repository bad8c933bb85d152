"""Rows with their own days, other field names and other score scales."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from broadsheet.cli.import_ import import_command
from broadsheet.daily.import_ import ImportReport, run
from broadsheet.model.paper import Paper
from broadsheet.providers.dates import day_of_path
from broadsheet.providers.fields import ID_KEYS, FieldMap, Scale, parse_scale
from broadsheet.store.records import A_DATE
from broadsheet.store.store import Store

A, B = "2611.01001", "2611.01002"
DAY, NEXT = "2026-11-23", "2026-11-24"


def row(arxiv_id: str = A, **fields: Any) -> dict[str, Any]:
    return {"arxiv_id": arxiv_id, "title": f"Title of {arxiv_id}", "relevance": 8, "novelty": 4, **fields}


def put(root: Path, name: str, *rows: Mapping[str, Any] | str) -> str:
    path = root / name
    lines = (part if isinstance(part, str) else json.dumps(part) for part in rows)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def papers(root: Path) -> dict[str, list[Paper]]:
    store = Store(root)
    return {date: list(store.papers(date)) for date in store.dates() if store.papers(date)}


def ids(root: Path) -> dict[str, list[str]]:
    return {date: [paper.arxiv_id for paper in listed] for date, listed in papers(root).items()}


def only(root: Path) -> Paper:
    ((paper,),) = papers(root).values()
    return paper


def whats(report: ImportReport) -> list[str]:
    return [problem.message for problem in report.faults]


def digest_import(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(import_command, [*arguments, "--root", str(root)])


# -- days ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2025-02-03T132959.json", "2025-02-03"),
        ("2025-02-03T13:29:59Z.json", "2025-02-03"),
        ("2025-02-03T23-59-59+0100.json", "2025-02-03"),
        ("20250203T132959.json", "2025-02-03"),
        ("20250203T1329Z.jsonl.gz", "2025-02-03"),
        ("20250203132959.json", "2025-02-03"),
        ("x2025-02-03.json", "2025-02-03"),
        ("papers_2025-02-03v2", "2025-02-03"),
        ("arXiv2025.02.03final.json", "2025-02-03"),
        ("2025-02-03T13/output.json", "2025-02-03"),
        ("2025-02-03T00_2025-02-04T00.json", None),
        ("12025-02-03.json", None),
        ("2025-02-031.json", None),
        ("20250203T9959.json", None),
        ("202502031.json", None),
        ("2001.01234v1.json", None),
        ("x20250203.json", None),
    ],
)
def test_the_day_of_a_name_with_a_time_or_letters(name: str, day: str | None) -> None:
    assert day_of_path(name) == day


@pytest.mark.parametrize(
    "written",
    [NEXT, f"{NEXT}T23:10:00-05:00", "20261124", 20261124, "2026/11/24", "Tue, 24 Nov 2026 00:00:00 -0500"],
)
@pytest.mark.parametrize("key", ["date", "day", "Date"])
def test_a_row_gives_its_own_day(tmp_path: Path, key: str, written: object) -> None:
    report = run(tmp_path, [put(tmp_path, "rows.jsonl", {**row(), key: written}, {**row(B), key: DAY})])
    assert (report.faults, ids(tmp_path)) == ([], {DAY: [B], NEXT: [A]})
    assert [paper.extra for listed in papers(tmp_path).values() for paper in listed] == [{}, {}]


@pytest.mark.parametrize("named", [True, False])
def test_a_row_whose_date_contradicts_is_refused(tmp_path: Path, named: bool) -> None:
    path = put(tmp_path, f"{DAY}.jsonl" if named else "rows.jsonl", row(date=DAY), row(B, date=NEXT))
    report = run(tmp_path, [path], date=None if named else DAY)
    assert whats(report) == [f"the row's date is {NEXT}, its file's name or --date gives {DAY}"]
    assert [problem.location for problem in report.faults] == [f"{path}:2"]
    assert (report.rejected, ids(tmp_path)) == (1, {DAY: [A]})


def test_date_is_for_rows_and_files_without_one(tmp_path: Path) -> None:
    report = run(tmp_path, [put(tmp_path, "a.jsonl", row(), row(B, date=DAY))], date=DAY)
    assert (report.faults, ids(tmp_path)) == ([], {DAY: [A, B]})
    report = run(tmp_path, [put(tmp_path, f"{NEXT}.jsonl", row(B))], date=DAY)
    assert (report.faults, ids(tmp_path)[NEXT]) == ([], [B])


def test_rows_without_a_day_are_refused_among_others(tmp_path: Path) -> None:
    report = run(tmp_path, [put(tmp_path, "rows.jsonl", row(date=DAY), row(B), row(B, date="soon"))])
    assert whats(report) == ["no date, though other rows have one", f"date soon is not {A_DATE}"]


def test_the_day_of_publication_is_used_with_its_option(tmp_path: Path) -> None:
    path = put(tmp_path, "rows.jsonl", row(published=f"{DAY}T01:02:03Z"), row(B, published=NEXT))
    (problem,) = run(tmp_path, [path]).faults
    assert problem.hint.endswith("--map date=published takes the day of publication")
    report = run(tmp_path, [path], fields=FieldMap({"date": "published"}))
    assert (report.faults, ids(tmp_path)) == ([], {DAY: [A], NEXT: [B]})


@pytest.mark.parametrize(
    "value",
    [
        {"date": DAY, "papers": [row(), row(B)]},
        {"day": f"{DAY}T10:00:00Z", "papers": {A: row(), B: row(B)}},
        {"meta": {"date": DAY}, "items": [row(), row(B)]},
        {DAY: [row(), row(B)]},
        [{"date": DAY, "papers": [row()]}, {"date": DAY, "papers": [row(B)]}],
    ],
)
def test_papers_in_an_object_that_gives_the_day(tmp_path: Path, value: object) -> None:
    report = run(tmp_path, [put(tmp_path, "rows.json", json.dumps(value))])
    assert (report.faults, ids(tmp_path)) == ([], {DAY: [A, B]})


def test_objects_of_several_days(tmp_path: Path) -> None:
    batches = ({"date": DAY, "papers": [row()]}, {"date": NEXT, "papers": [row(B)]})
    assert not run(tmp_path, [put(tmp_path, "lines.jsonl", *batches)]).faults
    assert ids(tmp_path) == {DAY: [A], NEXT: [B]}
    (problem,) = run(tmp_path, [put(tmp_path, f"{NEXT}.json", batches[0])]).faults
    assert problem.message == f"the file is of {DAY} by its own date, of {NEXT} by its name or --date"


# -- ids and names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        ({"id": f"http://arxiv.org/abs/{A}v2"}, 2),
        ({"paper_id": f"arXiv:{A}"}, None),
        ({"url": f"https://arxiv.org/pdf/{A}v3.pdf"}, 3),
        ({"entry_id": f"https://arxiv.org/abs/{A}"}, None),
        ({"externalIds": {"DOI": "10.1/x", "ArXiv": A}}, None),
        ({"arXiv ID": A}, None),
        ({"arxivId": A}, None),
        ({"eprint": A, "id": "lee2026"}, None),
        ({"id": A, "pdf": f"https://arxiv.org/pdf/{A}", "abs": f"https://arxiv.org/abs/{A}"}, None),
        ({"doi": f"10.48550/arXiv.{A}"}, None),
    ],
)
def test_an_id_under_another_usual_key(tmp_path: Path, fields: dict[str, Any], version: int | None) -> None:
    given = {name: value for name, value in row().items() if name != "arxiv_id"} | fields
    report = run(tmp_path, [put(tmp_path, f"{DAY}.jsonl", given)])
    paper = only(tmp_path)
    assert (report.faults, paper.arxiv_id, paper.version) == ([], A, version)
    assert not {"pdf", "abs", "url"} & paper.extra.keys()


def test_an_id_under_a_key_of_ones_own(tmp_path: Path) -> None:
    given = {"title": "T", "where": {"preprint": A}, "relevance": 8, "novelty": 4}
    path = put(tmp_path, f"{DAY}.json", json.dumps([given]))
    assert whats(run(tmp_path, [path])) == [
        f"1 paper with no arXiv id under {', '.join(ID_KEYS)}; the columns are title, where, relevance, novelty"
    ]
    assert not run(tmp_path, [path], fields=FieldMap({"arxiv_id": "where.preprint"})).faults
    assert only(tmp_path).arxiv_id == A


def test_a_paper_without_an_arxiv_id_is_named(tmp_path: Path) -> None:
    preprint = {"doi": "10.1101/2026.11.20.123456", "title": "T", "relevance": 9, "novelty": 6}
    path = put(tmp_path, f"{DAY}.jsonl", row(), preprint, {"title": "T", "relevance": 9})
    report = run(tmp_path, [path])
    assert [problem.location for problem in report.faults] == [f"{path}:2", f"{path}:3"]
    assert {*whats(report)} == {f"no arXiv id under {', '.join(ID_KEYS)}"}
    assert all(problem.hint.startswith("a digest lists papers of arXiv alone") for problem in report.faults)


def test_other_spellings_of_our_names(tmp_path: Path) -> None:
    given = {"ArXiv-ID": A, "Title": "T", "Relevance": 8, "Novelty": 4, "Comment": "c", "Author": "A. One, B. Two",
             "Summary": "Text.", "Categories": "cs.LG, stat.ML", "Topics": "One, two; three"}  # fmt: skip
    assert not run(tmp_path, [put(tmp_path, f"{DAY}.jsonl", given)]).unscored
    paper = only(tmp_path)
    assert (paper.score, paper.comment, paper.abstract) == (12, "c", "Text.")
    assert (paper.authors, paper.categories) == (("A. One", "B. Two"), ("cs.LG", "stat.ML"))
    assert (paper.topics, paper.extra) == (("One, two", "three"), {})


def test_arxivs_own_layout_calls_the_authors_remarks_comment(tmp_path: Path) -> None:
    given = {"id": A, "abs": f"https://arxiv.org/abs/{A}", "title": "T", "authors": ["A"], "categories": ["cs.GR"],
             "comment": "14 pages", "summary": "Text."}  # fmt: skip
    report = run(tmp_path, [put(tmp_path, f"{DAY}.jsonl", given, {**given, "id": B, "comment": None})])
    first = papers(tmp_path)[DAY][0]
    assert (first.arxiv_comment, first.comment, first.abstract, first.extra) == ("14 pages", None, "Text.", {})
    assert [(part.rows, part.reason) for part in report.unscored] == [
        (2, "no relevance and no novelty, and no key that looks like a score")
    ]


# -- scores --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["score", "rating", "relevance_score", "Rating (1-10)", "llmScore", "stars"])
def test_a_score_under_another_name_is_counted_and_mapped(tmp_path: Path, key: str) -> None:
    given = [{"arxiv_id": arxiv_id, "title": "T", key: 8} for arxiv_id in (A, B)]
    path = put(tmp_path, f"{DAY}.jsonl", *given)
    output = digest_import(tmp_path, path).stdout
    what = f"without a score: 2 rows: no relevance and no novelty, but {key} looks like a score, e.g. {path}:1"
    assert f"{what}: pass --map relevance={key} --map novelty={key}, and" in output
    assert papers(tmp_path)[DAY][0].extra == {key: 8}
    options = ("--map", f"relevance={key}", "--map", f"novelty={key}", "--replace")
    assert "without a score" not in digest_import(tmp_path, path, *options).stdout
    assert [paper.score for paper in papers(tmp_path)[DAY]] == [16, 16]


@pytest.mark.parametrize(
    ("scale", "given", "scores"),
    [
        ("0-1", [0, 0.5, 1], [1, 5.5, 10]),
        ("0-100", [0, 87, "100%"], [1, 8.83, 10]),
        ("1-5", [1, "4/5", 5], [1, 7.75, 10]),
        ("5-1", [5, 3, 1], [1, 5.5, 10]),
    ],
)
def test_another_scale(tmp_path: Path, scale: str, given: list[object], scores: list[float]) -> None:
    rows = [row(f"2611.0100{n}", relevance=value, novelty=5) for n, value in enumerate(given, 1)]
    path = put(tmp_path, f"{DAY}.jsonl", *rows)
    assert digest_import(tmp_path, path, "--scale", f"relevance={scale}").exit_code == 0
    assert [(paper.relevance, paper.novelty) for paper in papers(tmp_path)[DAY]] == [(s, 5) for s in scores]


def test_a_score_that_is_not_on_the_scale_is_left_out(tmp_path: Path) -> None:
    report = run(
        tmp_path, [put(tmp_path, f"{DAY}.jsonl", row(relevance=7))], fields=FieldMap({}, {"relevance": Scale(1, 5)})
    )
    assert [fix.detail for fix in report.fixes] == ["relevance 7 (not from 1 to 5)", "novelty 4"]
    assert (report.unscored[0].reason, report.unscored[0].hint) == ("relevance not from 1 to 5", "correct the value")


@pytest.mark.parametrize(("given", "scale"), [([0.87, 0.5, 1], "0-1"), ([87, 5, 40], "0-100")])
def test_a_file_on_another_scale_is_not_half_read(tmp_path: Path, given: list[float], scale: str) -> None:
    rows = [row(f"2611.0100{n}", relevance=value) for n, value in enumerate(given, 1)]
    path = put(tmp_path, f"{DAY}.jsonl", *rows)
    output = digest_import(tmp_path, path).stdout
    assert [paper.relevance for paper in papers(tmp_path)[DAY]] == [None] * 3
    what = f"without a score: 3 rows: relevance on a scale that is not 1 to 10, e.g. {path}:1"
    assert f"{what}: pass --scale relevance={scale}" in output


def test_only_the_faulty_row_is_lost(tmp_path: Path) -> None:
    rows = [row(f"2611.0100{n}", relevance=value) for n, value in enumerate([8, 11, 3, 2], 1)]
    report = run(tmp_path, [put(tmp_path, f"{DAY}.jsonl", *rows)])
    assert [paper.relevance for paper in papers(tmp_path)[DAY]] == [8, None, 3, 2]
    assert [(part.rows, part.reason) for part in report.unscored] == [(1, "relevance not from 1 to 10")]


def test_relevance_without_novelty_is_reported(tmp_path: Path) -> None:
    given = {"arxiv_id": A, "title": "T", "relevance": 8}
    (part,) = run(tmp_path, [put(tmp_path, f"{DAY}.jsonl", given)]).unscored
    assert (part.rows, part.reason) == (1, "relevance without novelty")
    assert part.hint == "add novelty (1 to 10), or name its key with --map novelty=KEY"


def test_scores_that_never_pass_five_are_doubted(tmp_path: Path) -> None:
    rows = [row(f"2611.{n:05}", relevance=1 + n % 5) for n in range(1, 41)]
    report = run(tmp_path, [put(tmp_path, f"{DAY}.jsonl", *rows)])
    assert [problem.message for problem in report.problems] == ["none of 40 relevances is above 5"]


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("0-100", (0, 100)),
        ("0..1", (0, 1)),
        ("-1-1", (-1, 1)),
        ("1 to 5", (1, 5)),
        ("5", None),
        ("3-3", None),
        ("a-b", None),
    ],
)
def test_scales_as_they_are_typed(text: str, scale: tuple[float, float] | None) -> None:
    assert parse_scale(text) == scale


@pytest.mark.parametrize(
    "options", [("--map", "score"), ("--map", "nonsense=a"), ("--scale", "x"), ("--scale", "title=1-5")]
)
def test_options_that_make_no_sense(tmp_path: Path, options: tuple[str, str]) -> None:
    assert digest_import(tmp_path, ".", *options).exit_code == 2


@pytest.mark.parametrize("value", [{"arxiv_id": A, "record": {"title": "T"}}, {"arxiv_id": A, "authors": ["A"]}])
def test_a_row_with_neither_title_nor_rating_is_refused(tmp_path: Path, value: dict[str, Any]) -> None:
    report = run(tmp_path, [put(tmp_path, f"{DAY}.jsonl", value)])
    assert whats(report) == [f"{A} has neither a title nor a rating"]
    assert ("record" in report.faults[0].hint) == ("record" in value)
    assert papers(tmp_path) == {}


# -- packed --------------------------------------------------------------------------------------------------------


def test_gzip_is_unpacked_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / f"{DAY}.jsonl.gz"
    members = [gzip.compress(json.dumps(row(arxiv_id)).encode() + b"\n") for arxiv_id in (A, B)]
    packed.write_bytes(b"".join(members))
    assert not run(tmp_path, [str(packed)]).faults
    assert ids(tmp_path) == {DAY: [A, B]}
    for data, what in (
        (members[0][:-6], "a gzip file that breaks off in the middle"),
        (members[0][:20] + b"\0\0\0" + members[0][23:], "a damaged gzip file"),
        (gzip.compress(members[0]), "a packed file (gzip inside gzip)"),
        (gzip.compress(b"SQLite format 3\0" + bytes(99)), "a SQLite database"),
    ):
        packed.write_bytes(data)
        assert whats(run(tmp_path, [str(packed)])) == [what]
    monkeypatch.setattr("broadsheet.providers.decode.MAX_FILE_BYTES", 1 << 20)
    packed.write_bytes(gzip.compress(b" " * (2 << 20)))
    assert whats(run(tmp_path, [str(packed)])) == ["more than 1 MB once it is unpacked"]


def test_the_report_as_json_has_the_unscored(tmp_path: Path) -> None:
    path = put(tmp_path, f"{DAY}.jsonl", {"arxiv_id": A, "title": "T", "rating": 3})
    report = msgspec.json.decode(digest_import(tmp_path, path, "--json").stdout.encode())
    assert [(part["location"], part["rows"]) for part in report["unscored"]] == [(f"{path}:1", 1)]
