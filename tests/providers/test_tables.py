"""Tables and bibliographies, compared with the results of the standard library and other parsers."""

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.daily.import_ import ImportReport, run
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.providers import decode, parsers
from broadsheet.providers.bibliography import parser as references
from broadsheet.providers.decode import TextDocument
from broadsheet.providers.tables import parser as tables
from broadsheet.store.store import Store

DAY = "2026-11-23"
HEADINGS = ["arxiv_id", "title", "authors", "abstract", "relevance", "novelty", "comment", "categories"]
CELLS = ["2611.01001", 'A "quoted", long\ntitle', "Ann Lee; Bo Chen", "Two\nlines", "9", "7", "Ja, ü", "cs.LG stat.ML"]
BIBTEX = r"""
% exported by hand
@string{arx = "arXiv"}
@comment{ @article{nothing, title={x}} }
@Article{lee2026sparse,
  title = {Sparse {R}outing of $x_{1}$},
  author = "Lee, Ann and {The A and B Collaboration} and Garc{\'i}a, Jos{\'e} and Bo Chen and others",
  year = 2026, month = nov, journal = arx # " preprint arXiv:2611.01002",
  eprint={2611.01001}, archivePrefix={arXiv}, abstract = {Text, with = and "quotes".}
}
@misc{key, title={By address}, author={A}, url={https://arxiv.org/abs/2611.01003v2}}
@inproceedings(other, title={In a journal}, author={King, Jr, Ada}, journal={arXiv preprint arXiv:2611.01004})
@book{paper, title={No preprint}, doi={10.1000/xyz}}
"""
RIS = """TY  - JOUR
TI  - A title
T2  - arXiv
AU  - Lee, Ann
AU  - Chen, Bo
AB  - An abstract that
goes on here
UR  - http://arxiv.org/abs/2611.01001
ER  -

TY  - GEN
T1  - Another
A1  - Roe, Cy
M1  - arXiv:2611.01002
ER  -
TY  - JOUR
TI  - None
DO  - 10.1000/xyz
ER  -
"""


def import_text(root: Path, name: str, text: str, encoding: str = "utf-8") -> tuple[ImportReport, list[Paper]]:
    (root / name).write_text(text, encoding, newline="")
    return run(root, [str(root / name)], date=DAY), list(Store(root).papers(DAY))


def written(delimiter: str, line_end: str, *rows: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return text.getvalue()


# -- CSV and TSV ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table(tmp_path: Path, delimiter: str, line_end: str, encoding: str) -> None:
    report, (paper,) = import_text(tmp_path, "papers.csv", written(delimiter, line_end, HEADINGS, CELLS), encoding)
    assert (report.faults, report.kinds) == ([], {"table": 1})
    assert (paper.arxiv_id, paper.title) == ("2611.01001", 'A "quoted", long title')
    assert (paper.authors, paper.categories) == (("Ann Lee", "Bo Chen"), ("cs.LG", "stat.ML"))
    assert (paper.score, paper.comment) == (16, "Ja, ü")


def test_a_table_with_excels_hint_days_links_and_counts(tmp_path: Path) -> None:
    headings = ["arXiv ID", "Title", "date", "links.code", "upvotes", "mine"]
    text = "sep=;\r\n" + written(";", "\r\n", headings, ["2611.01001", "T", DAY, "https://example.org/c", "1234", ""])
    _, (paper,) = import_text(tmp_path, "papers.txt", text)
    assert paper.links is not None
    assert (paper.links.code, paper.upvotes, paper.extra) == ("https://example.org/c", 1234, {})


def test_a_fault_of_a_table_is_reported_with_its_line(tmp_path: Path) -> None:
    rows = [["arxiv_id", "title", "relevance"], ["2611.01001", "T", "5"], ["", ""], ["", "No id", "5"],
            ["2611.01002", "a", "b", "c", "d"]]  # fmt: skip
    report, listed = import_text(tmp_path, "papers.csv", written(",", "\n", *rows))
    assert [paper.arxiv_id for paper in listed] == ["2611.01001"]
    lines = [problem.location.rpartition(":")[2] for problem in report.faults]
    assert (lines, report.faults[1].message) == (["4", "5"], "5 cells under 3 headings")
    headless, _ = import_text(tmp_path, "no-header.csv", "2611.01001,T,5\n2611.01002,U,6\n")
    assert [problem.message for problem in headless.faults] == [
        "a table without a header: its first line is 2611.01001,T,5"
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text("ab,;\t\"' \n", max_size=8), min_size=3, max_size=3), min_size=1, max_size=4),
       st.sampled_from(",\t;"))  # fmt: skip
def test_cells_are_those_that_were_written(rows: list[list[str]], delimiter: str) -> None:
    text = written(delimiter, "\n", ["arxiv_id", "title", "comment"], *rows)
    listed = list(tables.read_rows(TextDocument("file", text), [], []))
    shown = [[cell.strip() for cell in row] for row in rows]
    expected = [dict(zip(["arxiv_id", "title", "comment"], cells, strict=True)) for cells in shown if any(cells)]
    assert [row for _, row in listed] == [{k: v for k, v in row.items() if v} for row in expected]


def test_a_text_is_no_table(tmp_path: Path) -> None:
    for text in ("Title, date and place\nto be told\n", "id: 3\n", "# Notes\n\n- one, two\n"):
        with pytest.raises(parsers.UnknownFormat):
            parsers.parse(text.encode(), "notes.txt", DAY)


# -- BibTeX and RIS ------------------------------------------------------------------------------------------------


def test_bibtex(tmp_path: Path) -> None:
    report, listed = import_text(tmp_path, "refs.bib", BIBTEX)
    assert [(paper.arxiv_id, paper.version) for paper in listed] == [
        ("2611.01001", None), ("2611.01003", 2), ("2611.01004", None),
    ]  # fmt: skip
    assert listed[0].authors == ("Ann Lee", "The A and B Collaboration", "José García", "Bo Chen")
    assert (listed[0].title, listed[0].abstract) == ("Sparse Routing of $x_{1}$", 'Text, with = and "quotes".')
    assert listed[2].authors == ("Ada King, Jr",)
    assert [problem.location.rpartition(":")[2] for problem in report.faults] == ["13"]
    assert report.unscored[0].rows == 3


def test_bibtex_is_read_as_others_read_it() -> None:
    library = parse_string(
        BIBTEX.replace("@inproceedings(other", "@inproceedings{other").replace("2611.01004})", "2611.01004}}")
    )
    theirs = [" ".join(entry["title"].split()) for entry in library.entries]
    ours = [row["title"] for _, row in references.read_bibtex(TextDocument("file", BIBTEX), [])]
    assert ours == theirs
    assert len(ours) == 4


def test_only_the_unclosed_entry_is_lost(tmp_path: Path) -> None:
    text = "@article{a, title={Open, eprint={2611.01001}\n\n@article{b, title={Shut}, eprint={2611.01002}}\n"
    report, listed = import_text(tmp_path, "refs.bib", text)
    assert [paper.arxiv_id for paper in listed] == ["2611.01002"]
    assert [problem.message for problem in report.faults] == ["an entry (@article) that breaks off"]


def test_ris(tmp_path: Path) -> None:
    report, listed = import_text(tmp_path, "refs.ris", RIS)
    theirs = rispy.loads(RIS.replace("\ngoes on here", " goes on here").replace("ER  -\n", "ER  - \n"))
    assert [paper.arxiv_id for paper in listed] == ["2611.01001", "2611.01002"]
    assert [paper.title for paper in listed] == [entry.get("title") or entry["primary_title"] for entry in theirs[:2]]
    assert [paper.authors for paper in listed] == [("Ann Lee", "Bo Chen"), ("Cy Roe",)]
    assert listed[0].abstract == theirs[0]["abstract"]
    assert [problem.location.rpartition(":")[2] for problem in report.faults] == ["16"]


@settings(max_examples=200, deadline=None)
@given(st.text('@a{}()=,#"\n \\%', max_size=60), st.sampled_from(["@article{", "TY  - JOUR\n", "arxiv_id,title\n"]))
def test_no_text_raises_anything_but_a_problem(text: str, start: str) -> None:
    document = decode.decode_document((start + text).encode(), "file")
    for parser in (references, tables):
        with suppress(DigestError):
            if parser.matches(document):
                assert parser.parse(document, DAY).publications == []
