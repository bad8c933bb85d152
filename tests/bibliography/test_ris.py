"""RIS: an independent parser reads back the values of any record."""

import re
from typing import Any

import rispy
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.bibliography.citation_key import citation_key
from broadsheet.bibliography.csl import csl
from broadsheet.bibliography.ris import ris
from broadsheet.model.paper import Paper
from broadsheet.model.publication import parse_records
from broadsheet.text.rendering import plain

LINE = re.compile(r"[A-Z][A-Z0-9]  - .*")


def read(text: str) -> dict[str, Any]:
    """Return the only record of a RIS text, parsed by rispy."""
    assert all(LINE.fullmatch(line) for line in text.splitlines()), text
    (record,) = rispy.loads(text)
    return dict(record)


def test_a_paper() -> None:
    paper = Paper(
        arxiv_id="math/0309136",
        title=r"On $x^2$ and \'Etale maps",
        authors=("Ada van der Berg", "CMS Collaboration", "King, Martin, Jr.", r"Paul Erd\H{o}s"),
        published="2003-09-08T17:01:02Z",
        doi="10.1000/x",
        journal_ref="Ann. Math. 7 (2004)",
        abstract="Let $x^2$\nbe.",
        categories=("math.AG", "math.NT"),
    )
    assert ris(paper) == (
        "TY  - UNPB\n"
        "ID  - vanderberg2003etale\n"
        "AU  - van der Berg, Ada\n"
        "AU  - CMS Collaboration\n"
        "AU  - King, Martin, Jr.\n"
        "AU  - Erdős, Paul\n"
        "TI  - On x² and Étale maps\n"
        "PY  - 2003\n"
        "DA  - 2003/09/08/\n"
        "PB  - arXiv\n"
        "M1  - arXiv:math/0309136\n"
        "DO  - 10.1000/x\n"
        "UR  - https://arxiv.org/abs/math/0309136\n"
        "N1  - Ann. Math. 7 (2004)\n"
        "AB  - Let x² be.\n"
        "KW  - math.AG\n"
        "KW  - math.NT\n"
        "ER  - \n"
    )


def test_a_preprint_has_the_doi_that_arxiv_registers() -> None:
    record = read(ris(Paper(arxiv_id="2505.00001", title="T")))
    assert record["doi"] == "10.48550/arXiv.2505.00001"
    assert "doi" not in read(ris(Paper(arxiv_id="0411431", title="T")))


def test_a_publication() -> None:
    fields: dict[str, Any] = {
        "_id": "7",
        "type": "journal_article",
        "title": "T",
        "publication": "Journal of T",
        "volume": "3",
    }
    fields |= {"keyword": ["moss", "fern"], "abstract": [{"text": "Words."}]}
    (work,), problems = parse_records([fields | {"page": "5-9", "year": "2024"}], "x")
    assert not problems
    record = read(ris(work))
    assert (record["abstract"], record["keywords"]) == ("Words.", ["moss", "fern"])
    assert (record["type_of_reference"], record["secondary_title"], record["volume"]) == ("JOUR", "Journal of T", "3")
    assert (record["start_page"], record["end_page"], record["year"]) == ("5", "9", "2024")
    assert record["date"] == "2024///"


TEXT = st.text(max_size=60) | st.sampled_from(
    ["ER  - ", "a\nER  - \nTY  - JOUR", "\r\nAU  - X", "$x$ {b}", "\u2028AU  - X"]
)


@given(TEXT, st.lists(TEXT, max_size=3), TEXT)
def test_no_text_becomes_a_line_of_its_own(title: str, authors: list[str], note: str) -> None:
    paper = Paper(arxiv_id="2505.00001", title=title or "T", authors=tuple(authors), journal_ref=note)
    record = read(ris(paper))
    assert record["id"] == citation_key(paper)
    assert record.get("title", "") == plain(paper.title)
    assert len(record.get("authors", [])) == len([name for name in csl(paper).get("author", []) if name])
    assert record["urls"] == ["https://arxiv.org/abs/2505.00001"]
