"""Bibliographies with slips: records that are not closed, text around entries, quotes in quotes, names in parts."""

from pathlib import Path

import pytest

from broadsheet.daily.import_ import ImportReport, run
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.paper import Paper
from broadsheet.providers.bibliography import parser as references
from broadsheet.providers.decode import TextDocument
from broadsheet.store.store import Store

DAY = "2026-11-23"


def import_text(root: Path, name: str, text: str) -> tuple[ImportReport, dict[str, Paper]]:
    (root / name).write_bytes(text.encode())
    report = run(root, [str(root / name)], date=DAY)
    return report, {paper.arxiv_id: paper for paper in Store(root).papers(DAY)}


def record(number: int, start: str = "TY  - JOUR\n", end: str = "ER  - \n") -> str:
    return f"{start}TI  - Title {number}\nAU  - Lee, Ann\nUR  - https://arxiv.org/abs/2611.{number:05}\n{end}"


def entry(number: int, **fields: str) -> str:
    values = {"title": "{T}", "eprint": f"{{2611.{number:05}}}"} | fields
    return f"@misc{{key{number}, {', '.join(f'{name} = {value}' for name, value in values.items())}}}\n"


@pytest.mark.parametrize(
    "fields",
    [
        "number={arXiv:2611.00007}",
        "number = {arXiv:2611.00007v2 [cs.LG]}",
        "howpublished={arXiv preprint arXiv:2611.00007}",
        r"howpublished={\url{https://arxiv.org/abs/2611.00007}}",
        "journal={CoRR}, volume={abs/2611.00007}",
        'journal="CoRR", volume="2611.00007", year=2026',
        "note={Also as arXiv:2611.00007, in print}",
    ],
)
def test_places_of_an_arxiv_id(tmp_path: Path, fields: str) -> None:
    _, papers = import_text(tmp_path, "refs.bib", f"@article{{key, title={{T}}, {fields}}}\n")
    assert list(papers) == ["2611.00007"]


@pytest.mark.parametrize("fields", ["number={2611.00007}", "volume={abs/2611.00007}", "journal={CoRR}, volume={7}"])
def test_numbers_that_are_no_arxiv_id(fields: str) -> None:
    document = TextDocument("refs.bib", f"@article{{key, title={{T}}, {fields}}}\n")
    assert ["eprint" in row for row in references.rows(document, [])] == [False]


# -- RIS -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines", "lacks"),
    [
        (record(1, end="") + record(2), [1], "ER before the next one begins"),
        (record(1) + record(2, end="\n") + record(3), [6], "ER before the next one begins"),
        (record(1) + record(2, end=""), [6], "ER at the end of the file"),
        (record(1, start="") + record(2), [1], "TY"),
        (record(1) + record(2, start="") + record(3, start=""), [6, 10], "TY"),
        ("Provider: a library\nContent: text/plain\n\n" + record(1, end="") + record(2), [4], "ER before"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_records_without_their_ends_are_read(
    tmp_path: Path, text: str, lines: list[int], lacks: str, line_end: str
) -> None:
    report, papers = import_text(tmp_path, "refs.ris", text.replace("\n", line_end))
    assert list(papers) == [f"2611.0000{number}" for number in range(1, text.count("UR  -") + 1)]
    assert {paper.authors for paper in papers.values()} == {("Ann Lee",)}
    assert report.faults == []
    notes = [problem for problem in report.problems if problem.message.startswith("a record without")]
    assert [int(note.location.rpartition(":")[2]) for note in notes] == lines
    assert all(note.message.startswith(f"a record without {lacks}") for note in notes)


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0b", "\x0c"])
def test_only_line_ends_end_a_line_of_ris(tmp_path: Path, mark: str) -> None:
    _, papers = import_text(tmp_path, "refs.ris", record(1).replace("Title", f"Title{mark}ER  - of"))
    assert papers["2611.00001"].title.endswith("ER - of 1")


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("King, Ada, Jr.", "Ada King Jr."),
        ("Lee, Ann B.", "Ann B. Lee"),
        ("de la Cruz, Ana, III", "Ana de la Cruz III"),
        ("The ATLAS Collaboration", "The ATLAS Collaboration"),
        ("Plato,", "Plato"),
    ],
)
def test_names_of_ris(tmp_path: Path, name: str, author: str) -> None:
    _, papers = import_text(tmp_path, "refs.ris", record(1).replace("Lee, Ann", name))
    assert papers["2611.00001"].authors == (author,)


# -- BibTeX --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "authors"),
    [
        ("{family=Lee, given=Ann}", ("Ann Lee",)),
        ("{given=Ann B., family=Lee, given-i=A and Chen, Bo}", ("Ann B. Lee", "Bo Chen")),
        ("{family={van Dyk}, given={Eva}, suffix={Jr.} and family=Gogh, prefix=van, useprefix=true, given=Vi}",
         ("Eva van Dyk Jr.", "Vi van Gogh")),
        ('"King, Jr, Ada and Ann Lee"', ("Ada King, Jr", "Ann Lee")),
    ],
)  # fmt: skip
def test_names_of_bibtex_and_biblatex(tmp_path: Path, names: str, authors: tuple[str, ...]) -> None:
    _, papers = import_text(tmp_path, "refs.bib", entry(1, author=names))
    assert papers["2611.00001"].authors == authors


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ('"Quote ""in"" quotes"', 'Quote ""in"" quotes'),
        ('"A "good" title, they say"', 'A "good" title, they say'),
        ('"In {"}braces{"}" # " joined"', 'In {"}braces{"} joined'),
        ('"Plain" # { and } # "simple"', "Plain and simple"),
        ('""', ""),
    ],
)
def test_quotes_in_quotes(value: str, read: str) -> None:
    text = entry(1, title=value, note='"n"') + entry(2)
    problems: list[Diagnostic] = []
    (_, first), (_, second) = references.read_bibtex(TextDocument("file", text), problems)
    assert (" ".join(first.get("title", "").split()), first["eprint"], second["title"]) == (read, "2611.00001", "T")
    assert problems == []


@pytest.mark.parametrize(
    "before",
    ["Exported by hand\n\n", "Made by a program 1.9\nChanges will be lost\n\nOptions: see\n\n", "\n% remark\n", ""],
)
@pytest.mark.parametrize("name", ["refs.bib", "refs.txt"])
@pytest.mark.parametrize("line_end", ["\n", "\r"])
def test_text_around_entries_is_passed_over(tmp_path: Path, before: str, name: str, line_end: str) -> None:
    text = before + entry(1) + "some text\n" + entry(2)
    report, papers = import_text(tmp_path, name, text.replace("\n", line_end))
    assert (list(papers), report.faults) == (["2611.00001", "2611.00002"], [])


def test_entries_on_one_line_and_behind_comments(tmp_path: Path) -> None:
    text = f"@comment{{\n@x }} {entry(1).strip()} {entry(2)}@comment{{jabref-meta: a;}}\n{entry(3)}"
    _, papers = import_text(tmp_path, "refs.bib", text)
    assert list(papers) == ["2611.00001", "2611.00002", "2611.00003"]


@pytest.mark.parametrize("cut", [20, 30, 44])
def test_an_entry_that_is_cut_is_reported(tmp_path: Path, cut: int) -> None:
    report, papers = import_text(tmp_path, "refs.bib", entry(1) + entry(2)[:cut] + "\n" + entry(3))
    assert list(papers) == ["2611.00001", "2611.00003"]
    assert [problem.location.rpartition(":")[2] for problem in report.faults] == ["2"]


def test_a_page_that_quotes_an_entry_is_no_bibliography() -> None:
    page = "# A package\n" + "Some words.\n" * 20 + "Cite it as\n\n" + entry(1)
    assert not references.matches(TextDocument("README.md", page))


def test_lines_of_a_large_library_are_counted_once() -> None:
    text = "".join(f"@article{{k{number},\n  title = {{T}},\n}}\n" for number in range(20_000))
    lines = [line for line, _ in references.read_bibtex(TextDocument("library.bib", text), [])]
    assert lines[:3] == [1, 4, 7]
    assert lines[-1] == 3 * 20_000 - 2
