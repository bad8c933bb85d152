"""Liked papers from files."""

from pathlib import Path

import pytest

from broadsheet.model.diagnostics import DigestError
from broadsheet.model.liked_paper import LikedPaper
from broadsheet.providers.liked import parse, to_jsonl
from broadsheet.text.rendering import plain

BIBTEX = rb"""@article{mueller2024,
  title = {{Graph Neural Networks} f{\"u}r M{\"u}ller},
  author = {M{\"u}ller, Ada and King, Jr, Bob},
  abstract = {We learn. {\textquotedblleft}Much{\textquotedblright}.},
  eprint = {2505.18313}, archiveprefix = {arXiv},
  file = {Full Text PDF:/home/ada/storage/a.pdf:application/pdf}
}
@book{noid, title = "A Book without {arXiv}", year = 1999}
@misc{untitled, author = {Nobody}}
"""
RIS = b"TY  - JOUR\nTI  - A journal article\nAB  - Its abstract.\nER  - \n"


def test_bibtex_is_read_with_and_without_ids() -> None:
    first, second = parse(BIBTEX, "library.bib").papers
    assert plain(first.title) == "Graph Neural Networks für Müller"
    assert first.arxiv_id == "2505.18313"
    assert second == LikedPaper(title="A Book without arXiv")


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (RIS, "A journal article"),
        (b'{"title": "Alone", "abstract": "A."}\n', "Alone"),
        (b'[{"title": "CSL", "DOI": "10.48550/arXiv.2505.18313"}]', "CSL"),
        (b'{"arxiv_id": "2505.18313", "title": "A", "abstract": "B"}\n{"title": "C"}\n', "A"),
        ("\ufeff@misc{a, title={Größe}}".encode(), "Größe"),
    ],
)
def test_other_formats_are_read(data: bytes, title: str) -> None:
    assert parse(data, "file").papers[0].title == title


def test_publications_are_read(corpus: Path) -> None:
    seed = next(corpus.glob("seeds/000*"))
    papers = parse(seed.read_bytes(), seed.name).papers
    assert len(papers) == 7
    assert all(paper.abstract for paper in papers)


@pytest.mark.parametrize("data", [b"", b"hello", b"@misc{a, author={X}}", b"[]", b"{}", b"@misc{a, title={"])
def test_a_file_without_papers_is_a_problem(data: bytes) -> None:
    with pytest.raises(DigestError) as error:
        parse(data, "library.bib")
    assert all(str(problem).startswith("library.bib") for problem in error.value.problems)


def test_lines_are_read_back() -> None:
    papers = parse(BIBTEX, "library.bib").papers
    assert parse(to_jsonl(papers), "papers.jsonl").papers == papers


def test_each_paper_is_read_once() -> None:
    lines = b'{"title": "A paper"}\n{"title": "A Paper.", "abstract": "Longer."}\n'
    assert parse(lines, "papers.jsonl").papers == (LikedPaper(title="A Paper.", abstract="Longer."),)
