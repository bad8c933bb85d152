"""``broadsheet import --map`` and ``--scale``: keys in any spelling, and scores in the usual notations."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from broadsheet.checks import check as checking
from broadsheet.cli.import_ import import_command
from broadsheet.model.paper import Paper
from broadsheet.providers.normalize import amount, number
from broadsheet.store.records import A_DATE
from broadsheet.store.store import Store
from tests.example import digest, make_digest

A, B, C = "2611.05001", "2611.05002", "2611.05003"
DAY = "2026-11-18"


def row(arxiv_id: str = A, /, **fields: Any) -> dict[str, Any]:
    return {"arxiv_id": arxiv_id, "title": f"Title of {arxiv_id}", **fields}


def put(root: Path, *rows: dict[str, Any] | str, name: str = f"{DAY}.json") -> str:
    (root / name).write_text("\n".join(rows) if isinstance(rows[0], str) else json.dumps(rows))  # type: ignore[arg-type]
    return str(root / name)


def digest_import(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(import_command, [*arguments, "--root", str(root)])


def papers(root: Path) -> list[Paper]:
    return list(Store(root).papers(DAY))


def scores(root: Path) -> list[tuple[float | None, float | None]]:
    return [(paper.relevance, paper.novelty) for paper in papers(root)]


# -- keys in any spelling ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relevance", "novelty"),
    [("Relevance", "Novelty"), ("RELEVANCE", "novelty"), ("relevance ", "NO-VELTY"), ("Rele vance", "no_velty")],
)
@pytest.mark.parametrize("shape", ["list", "lines", "table", "days"])
def test_a_scale_applies_to_scores_in_any_spelling(tmp_path: Path, relevance: str, novelty: str, shape: str) -> None:
    rows = [row(A, **{relevance: 4, novelty: 5}), row(B, **{relevance: 1, novelty: 2})]
    match shape:
        case "list":
            path = put(tmp_path, *rows)
        case "lines":
            path = put(tmp_path, *map(json.dumps, rows))
        case "days":
            path = put(tmp_path, json.dumps({DAY: rows}))
        case _:
            path = put(tmp_path, f"arXiv ID,Title,{relevance},{novelty}", f"{A},T,4,5", f"{B},U,1,2")
    result = digest_import(tmp_path, "--scale", "1-5", path)
    assert (result.exit_code, scores(tmp_path)) == (0, [(7.75, 10), (1, 3.25)])
    assert [paper.extra for paper in papers(tmp_path)] == [{}, {}]


@pytest.mark.parametrize("typed", ["rating", "RATING", "Rat-ing"])
@pytest.mark.parametrize("key", ["Rating", "rating", "ra_ting"])
def test_a_key_is_met_in_any_spelling(tmp_path: Path, typed: str, key: str) -> None:
    path = put(tmp_path, row(A, **{key: 9, "relevance": 2, "novelty": 4}))
    assert digest_import(tmp_path, "--map", f"relevance={typed}", path).exit_code == 0
    assert scores(tmp_path) == [(9, 4)]


def test_a_key_inside_an_object_is_met_in_any_spelling(tmp_path: Path) -> None:
    path = put(tmp_path, {"title": "T", "Where": {"Preprint ID": A}, "Scores": {"Fit": 80}, "Novelty": 50})
    options = ("--map", "arxiv_id=where.preprint_id", "--map", "relevance=scores.fit", "--scale", "0-100")
    assert digest_import(tmp_path, *options, path).exit_code == 0
    assert scores(tmp_path) == [(8.2, 5.5)]


def test_the_exact_spelling_wins(tmp_path: Path) -> None:
    path = put(tmp_path, row(Rating=3, rating=9, novelty=4))
    digest_import(tmp_path, "--map", "relevance=rating", path)
    assert (scores(tmp_path), papers(tmp_path)[0].extra) == ([(9, 4)], {"Rating": 3})


def test_two_keys_may_change_places(tmp_path: Path) -> None:
    path = put(tmp_path, row(Relevance=3, Novelty=9))
    digest_import(tmp_path, "--map", "relevance=novelty", "--map", "novelty=relevance", path)
    assert scores(tmp_path) == [(9, 3)]


@pytest.mark.parametrize("text", ["help", "docs/manual/data.md"])
def test_the_examples_keep_the_scores_of_rows_with_one_rating(tmp_path: Path, text: str) -> None:
    page = import_command.help if text == "help" else (Path(__file__).parents[2] / text).read_text()
    example = next(line for line in (page or "").splitlines() if "broadsheet import --map" in line)
    options = re.findall(r"--(?:map|scale) \S+", example)
    path = put(tmp_path, row(rating=80, reason="On topic."))
    assert digest_import(tmp_path, *" ".join(options).split(), path).exit_code == 0
    assert scores(tmp_path) == [(8.2, 8.2)]


def test_a_hint_names_the_key_of_each_score(tmp_path: Path) -> None:
    path = put(tmp_path, row(relevance_score=8, novelty_score=4))
    hint = "pass --map relevance=relevance_score --map novelty=novelty_score, and"
    assert hint in digest_import(tmp_path, path).stdout


# -- options that meet nothing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--map", "relevance=foo"), "--map relevance=foo: no row has the key foo"),
        (("--map", "arxiv_id=foo"), "--map arxiv_id=foo: no row has the key foo"),
        (("--map", "links.code=Foo.bar"), "--map links.code=Foo.bar: no row has the key Foo.bar"),
    ],
)
def test_a_mapped_key_without_rows_is_reported_once_and_changes_nothing(
    tmp_path: Path, options: tuple[str, str], what: str
) -> None:
    path = put(tmp_path, row(Relevance=8, novelty=4), row(B, relevance=7, novelty=3))
    result = digest_import(tmp_path, *options, path)
    columns = "the columns are arxiv_id, title, Relevance, novelty, relevance"
    assert result.stderr == f"{path}: {what}; {columns}: name one of these\n"
    assert (result.exit_code, scores(tmp_path)) == (1, [(8, 4), (7, 3)])


@pytest.mark.parametrize(
    ("scale", "shown"),
    [("0-100", "0-100: no row has relevance or novelty"), ("novelty=1-5", "novelty=1-5: no row has novelty")],
)
def test_a_scale_without_scores_is_a_problem(tmp_path: Path, scale: str, shown: str) -> None:
    path = put(tmp_path, row(grade=80))
    result = digest_import(tmp_path, "--scale", scale, path)
    assert result.stderr.startswith(f"{path}: --scale {shown}; the columns are arxiv_id, title, grade: name the key")
    assert (result.exit_code, len(papers(tmp_path))) == (1, 1)


def test_a_scale_applies_to_mapped_keys_and_to_single_scores(tmp_path: Path) -> None:
    path = put(tmp_path, row(grade=80, novelty=4))
    assert digest_import(tmp_path, "--map", "relevance=grade", "--scale", "relevance=0-100", path).exit_code == 0
    assert scores(tmp_path) == [(8.2, 4)]


def test_a_row_without_the_key_does_not_take_another_for_it(tmp_path: Path) -> None:
    path = put(tmp_path, row(grade=80, novelty=40), row(B, relevance=8, novelty=40))
    result = digest_import(tmp_path, "--map", "relevance=grade", "--scale", "0-100", path)
    assert (result.exit_code, scores(tmp_path)) == (0, [(8.2, 4.6), (None, None)])
    assert "without a score: 1 row: novelty without relevance" in result.stdout


def test_a_mapped_key_without_rows_is_reported_beside_the_fault_of_the_file(tmp_path: Path) -> None:
    undated = put(tmp_path, row(day_of="x"), name="undated.json")
    assert digest_import(tmp_path, "--map", "date=when", undated).stderr.count("no row has the key when") == 1
    nameless = put(tmp_path, {"title": "T", "authors": ["A"]})
    result = digest_import(tmp_path, "--map", "arxiv_id=preprint", nameless)
    assert "no row has the key preprint; the columns are title, authors: " in result.stderr
    assert "1 paper with no arXiv id under arxiv_id, " in result.stderr
    assert digest_import(tmp_path, "--map", "relevance=", nameless).exit_code == 2


def test_files_with_keys_of_their_own_say_that_options_are_not_for_them(tmp_path: Path) -> None:
    digest_import(tmp_path, put(tmp_path, row(relevance=8, novelty=4)))
    file = tmp_path / "data/papers/2026" / f"{DAY}.jsonl"
    result = digest_import(tmp_path, "--scale", "0-100", str(file))
    assert (result.exit_code, scores(tmp_path)) == (0, [(8, 4)])
    assert "--map and --scale are for rows of papers" in result.stdout


def test_columns_without_an_id_are_reported_once(tmp_path: Path) -> None:
    path = put(tmp_path, "Preprint,Title,Relevance,Novelty", f"{A},T,4,5", f"{B},U,1,2", name="rows.csv")
    result = digest_import(tmp_path, "--date", DAY, path)
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{path}:1: a table without a column of arXiv ids; its columns are Preprint, Title, Rel")
    assert digest_import(tmp_path, "--date", DAY, "--map", "arxiv_id=preprint", path).exit_code == 0
    assert scores(tmp_path) == [(4, 5), (1, 2)]


# -- scores as people write them -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8,5", 8.5), ("8,50", 8.5), ("0,875", 0.875), ("8,5/10", 8.5), (" 8 / 10 ", 8), ("8.125", 8.125),
        ("8,125", None), ("1,234", None), ("1,234,5", None), ("8/5", None), ("8%", None), ("8,", None), (",5", None),
        ("-3", -3), ("8 5", None), ("٨", None), ("9" * 16, None),
    ],
)  # fmt: skip
def test_numbers_in_a_text(text: str, value: float | None) -> None:
    assert number(text) == value


def test_the_text_of_a_score_gives_its_value_and_maximum() -> None:
    assert [amount(text) for text in ("87%", "4/5", "7")] == [(87, 100), (4, 5), (7, None)]
    assert [amount(raw) for raw in (True, None, "", float("nan"), 1e300)] == [None] * 5


@pytest.mark.parametrize(
    ("scale", "given", "score"),
    [
        ("0-100", "8/10", 8),
        ("0-100", "80/100", 8.2),
        ("0-100", "87,5", 8.88),
        ("0-100", "4/5", None),
        ("0-10", "8/10", 8.2),
        ("1-5", "4/5", 7.75),
        ("1-5", "8/10", 8),
        ("5-1", "1/5", 10),
        ("1-5", "4,5", 8.88),
        ("0-1", "0,875", 8.88),
        ("0-1000", "1,000", None),
    ],
)
def test_a_score_that_names_its_scale(tmp_path: Path, scale: str, given: str, score: float | None) -> None:
    path = put(tmp_path, row(relevance=given, novelty=5))
    digest_import(tmp_path, "--scale", f"relevance={scale}", path)
    assert scores(tmp_path) == [(score, 5 if score else None)]


def test_a_european_sheet(tmp_path: Path) -> None:
    path = put(tmp_path, "arXiv ID;Title;Relevance;Novelty", f"{A};T;8,5;7", f'{B};U;"6,25";10', name=f"{DAY}.csv")
    assert digest_import(tmp_path, path).exit_code == 0
    assert scores(tmp_path) == [(8.5, 7), (6.25, 10)]


# -- half a score, and dates that cannot be read -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"relevance": 8}, "relevance without novelty"),
        ({"novelty": 8}, "novelty without relevance"),
        ({"RELEVANCE": 12, "NOVELTY": 8}, "relevance not from 1 to 10"),
        ({"relevance": 8, "novelty": "high"}, "novelty not from 1 to 10"),
    ],
)
def test_half_a_score_is_left_out_and_reported(tmp_path: Path, fields: dict[str, Any], what: str) -> None:
    rows = {arxiv_id: row(arxiv_id, RELEVANCE=5, NOVELTY=5) | {"abstract": "", "authors": []} for arxiv_id in (B, C)}
    path = put(tmp_path, json.dumps({A: row() | {"abstract": "", "authors": []} | fields, **rows}))
    result = digest_import(tmp_path, path)
    assert (result.exit_code, scores(tmp_path)) == (0, [(None, None), (5, 5), (5, 5)])
    assert f"without a score: 1 row: {what}, e.g. {path}:1: " in result.stdout
    (tmp_path / "digest.yml").write_text("title: T\n")
    problems = [problem.message for problem in checking.check(tmp_path).problems]
    assert not [what for what in problems if "without" in what]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("written", ["25/11/2026", "soon", "2026-02-30"])
def test_a_date_that_cannot_be_read_is_refused(tmp_path: Path, named: bool, written: str) -> None:
    path = put(tmp_path, row(date=written), row(B), name=f"{DAY}.json" if named else "rows.json")
    result = digest_import(tmp_path, path, *(() if named else ("--date", DAY)))
    assert (result.exit_code, [paper.arxiv_id for paper in papers(tmp_path)]) == (1, [B])
    assert (
        f"date {written} is not {A_DATE}: write it so, or take the day from another column: --map date=COLUMN"
        in result.stderr
    )


def test_the_year_of_a_bibliography_is_no_day(tmp_path: Path) -> None:
    path = put(tmp_path, f"@misc{{a, title={{T}}, date={{2026-11}}, eprint={{{A}}}}}", name=f"{DAY}.bib")
    assert (digest_import(tmp_path, path).exit_code, len(papers(tmp_path))) == (0, 1)


# -- messages ------------------------------------------------------------------------------------------------------


def test_a_slip_is_to_be_corrected_and_many_are_on_a_scale(tmp_path: Path) -> None:
    path = put(tmp_path, row(relevance=8, novelty=12))
    assert f"novelty not from 1 to 10, e.g. {path}:1: correct the value\n" in digest_import(tmp_path, path).stdout
    many = put(tmp_path, *[row(arxiv_id, relevance=8, novelty=800) for arxiv_id in (A, B, C)])
    assert "novelty not from 1 to 10, e.g. " in (output := digest_import(tmp_path, many).stdout)
    assert ": pass --scale LOW-HIGH\n" in output
    output = digest_import(tmp_path, many, "--scale", "novelty=0-100").stdout
    assert "novelty not from 0 to 100, e.g. " in output
    assert "pass the scale that they are on with --scale\n" in output


def test_low_scores_are_not_doubted_after_a_scale(tmp_path: Path) -> None:
    path = put(tmp_path, *[row(f"2611.{n:05}", relevance=1 + n % 3, novelty=2) for n in range(1, 32)])
    assert "none of 31 relevances is above 3" in digest_import(tmp_path, path).stdout
    output = digest_import(tmp_path, path, "--scale", "1-10", "--replace").stdout
    assert "relevances" not in output
    assert "31 unchanged" in output


def test_rows_that_give_way_are_replaced(tmp_path: Path) -> None:
    digest_import(tmp_path, put(tmp_path, row(relevance=8, novelty=4), row(B)))
    path = put(tmp_path, row(relevance=9, novelty=4), row(B, abstract="Text."))
    lines = digest_import(tmp_path, path, "--replace").stdout.splitlines()
    assert lines[:2] == [
        "1 file of scored papers",
        "2 rows: 0 added, 1 filled, 1 replaced, 0 conflicting, 0 unchanged, 0 rejected",
    ]


def test_kinds_of_files_are_counted_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    put(folder, row(relevance=8, novelty=4))
    put(folder, row(B, relevance=8, novelty=4), name="2026-11-19.json")
    put(folder, "{}", name="2026-11-20.json")
    put(folder, "arxiv_id,title", f"{C},T", name="2026-11-21.csv")
    lines = digest_import(tmp_path, str(folder)).stdout.splitlines()
    assert lines[0] == "4 files: 1 empty file, 2 files of scored papers, 1 table"
    assert lines[-2].endswith("2026-11-21.csv:2: run 'broadsheet score' to score them")


def test_what_is_no_file_is_called_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    assert digest_import(tmp_path, str(folder)).stderr == f"{folder}: holds no files to import: check the path\n"
    os.mkfifo(folder / "pipe.json")
    (folder / "link.json").symlink_to("nowhere")
    expected = {
        "link.json": "a link to nowhere, which leads to no file: correct or remove the link",
        "pipe.json": "a named pipe, not a file: import its content as standard input: broadsheet import - < PIPE",
    }
    for arguments in ([str(folder)], [str(folder / name) for name in expected]):
        result = digest_import(tmp_path, *arguments)
        assert result.exit_code == 1
        assert result.stderr.splitlines() == [f"{folder / name}: {message}" for name, message in expected.items()]


def test_an_id_that_is_none_names_the_keys(tmp_path: Path) -> None:
    path = put(tmp_path, row("soon"), row(B))
    assert "no arXiv id: arxiv_id is soon: add the id" in digest_import(tmp_path, path).stderr


ZOTERO = """\
"Key","Item Type","Publication Year","Author","Title","DOI","Url","Abstract Note","Date","Date Added","Date Modified"
"AB12","preprint","2024","Lee, Ann","T","","http://arxiv.org/abs/2401.00001","We route.",{},"2026-11-24 09:30:00",""
"""


@pytest.mark.parametrize("published", ["2024-01-05", "2024/01", "January 2024", ""])
def test_a_table_of_zotero_has_abstracts_and_the_days_on_which_papers_were_added(
    tmp_path: Path, published: str
) -> None:
    make_digest(tmp_path)
    (tmp_path / "library.csv").write_text(ZOTERO.format(f'"{published}"'))
    run = digest("import", "--root", tmp_path, tmp_path / "library.csv")
    assert run.returncode == 0, run.stderr
    (paper,) = Store(tmp_path).papers("2026-11-24")
    assert (paper.abstract, paper.authors) == ("We route.", ("Ann Lee",))
    run = digest("import", "--root", tmp_path, tmp_path / "library.csv", "--map", "date=Date")
    assert (Store(tmp_path).dates() == ["2024-01-05", "2026-11-24"]) == (published == "2024-01-05")


@pytest.mark.parametrize("cell", ["24 Nov 2026", "25.11.2026", "11/25/2026"])
def test_a_table_without_a_day_names_its_columns(tmp_path: Path, cell: str) -> None:
    make_digest(tmp_path)
    (tmp_path / "papers.csv").write_text(f"arxiv_id,title,Read on\n2401.00001,T,{cell}\n")
    run = digest("import", "--root", tmp_path, tmp_path / "papers.csv")
    assert "no date found: " in run.stderr
    assert "--map date=COLUMN; the columns are Read on" in run.stderr
    run = digest("import", "--root", tmp_path, tmp_path / "papers.csv", "--map", "date=Read on")
    assert "2026 is not a day as YYYY-MM-DD" in run.stderr
    assert "write it so, or take the day from another column: --map date=COLUMN" in run.stderr
