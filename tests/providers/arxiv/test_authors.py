"""Lines of authors in arXiv's own form: names, numbered places, teams, and "et al."."""

import time
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import SeparateCoAuthors, SplitNameParts
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.bibliography.bibtex import bibtex
from broadsheet.model.paper import Paper
from broadsheet.providers import parsers
from broadsheet.providers.arxiv.authors import parse

LINES = [
    ("Ada One", ["Ada One"]),
    ("Ada One, Bo Two and Cy Three", ["Ada One", "Bo Two", "Cy Three"]),
    ("Ada One, Bo Two, & Cy Three", ["Ada One", "Bo Two", "Cy Three"]),
    ("A.One,B.Two", ["A. One", "B. Two"]),
    ("Ada One; Bo Two", ["Ada One", "Bo Two"]),
    ("J.-P. One, Andy Sand", ["J.-P. One", "Andy Sand"]),
    ("Bo Two, Jr., Cy Three III", ["Bo Two, Jr.", "Cy Three III"]),
    ("Robert (Bob) Two, Cy Three (MIT)", ["Robert (Bob) Two (MIT)", "Cy Three (MIT)"]),
    # Places: each by itself, for those before it too, and within parentheses of its own.
    ("Ada One (MIT), Bo Two (ETH)", ["Ada One (MIT)", "Bo Two (ETH)"]),
    ("Ada One, Bo Two (ETH), Cy Three", ["Ada One (ETH)", "Bo Two (ETH)", "Cy Three"]),
    ("Ada One (Dept. (Group X), Univ., Rome), Bo Two", ["Ada One (Dept. (Group X), Univ., Rome)", "Bo Two"]),
    ("Ada One (I. N. F. N.)", ["Ada One (I. N. F. N.)"]),
    # Places by number.
    (
        "Ada One (1), Bo Two (1 and 2), Cy Three (2) ((1) First Univ., (2) Second Inst.)",
        ["Ada One (First Univ)", "Bo Two (First Univ; Second Inst)", "Cy Three (Second Inst)"],
    ),
    ("Ada One(1,2),Bo Two(2)((1)Lab A,(2)Lab B)", ["Ada One (Lab A; Lab B)", "Bo Two (Lab B)"]),
    ("Ada One (1 & 2) ((1): Lab A (2): Lab B)", ["Ada One (Lab A; Lab B)"]),
    ("Ada One (1-3), Bo Two (3) ((1) A, (2) B, (3) C)", ["Ada One (A; B; C)", "Bo Two (C)"]),
    ("Ada One (1)(2), Bo Two (1) ((1) A, (2) B)", ["Ada One (A; B)", "Bo Two (A)"]),
    ("Ada One, Bo Two (1), Cy Three (2) ((1) A, (2) B)", ["Ada One (A)", "Bo Two (A)", "Cy Three (B)"]),
    ("Ada One (a), Bo Two (a,b) ((a) A, (b) B)", ["Ada One (A)", "Bo Two (A; B)"]),
    ("Ada One (1), Bo Two (2) ((1) Univ. (Rome), Italy, (2) B)", ["Ada One (Univ. (Rome), Italy)", "Bo Two (B)"]),
    # The legend in other forms, which arXiv does not ask for but has.
    ("Ada One (1), Bo Two (2) ((1) A, (2) B", ["Ada One (A)", "Bo Two (B)"]),
    ("Ada One (1), Bo Two (2), (1) A, Rome, (2) B", ["Ada One (A, Rome)", "Bo Two (B)"]),
    ("Ada One (1), Bo Two (1,2) (1 - A; 2 - B)", ["Ada One (A)", "Bo Two (A; B)"]),
    ("Ada One (1), Bo Two (2) (1 Dip. A, Via 3, Rome; 2 B)", ["Ada One (Dip. A, Via 3, Rome)", "Bo Two (B)"]),
    ("Ada One (1), Bo Two (2)", ["Ada One", "Bo Two"]),
    ("Ada One (1), Bo Two (7) ((1) A)", ["Ada One (A)", "Bo Two"]),
    # Teams.
    ("XYZ Collaboration: A. One, B. Two", ["XYZ Collaboration", "A. One", "B. Two"]),
    ("The XYZ Collaboration, A. One (MIT)", ["The XYZ Collaboration", "A. One (MIT)"]),
    ("XYZ team: A. One (1) ((1) MIT)", ["XYZ team", "A. One (MIT)"]),
    ("The X and Y Collaborations: A. One", ["The X and Y Collaborations", "A. One"]),
    ("A. One, B. Two, for the XYZ Collaboration", ["A. One", "B. Two", "XYZ Collaboration"]),
    ("A. One for the XYZ Collaboration", ["A. One", "XYZ Collaboration"]),
    ("A. One (on behalf of the XYZ Collaboration)", ["A. One", "XYZ Collaboration"]),
    ("A. One and the XYZ Collaboration", ["A. One", "XYZ Collaboration"]),
    ("A. One, B. Two (the XYZ Collaboration)", ["A. One (the XYZ Collaboration)", "B. Two (the XYZ Collaboration)"]),
    ("", []),
]
WITH_MORE = [
    ("A. One, B. Two, et al", ["A. One", "B. Two"]),
    ("A. One, et. al.", ["A. One"]),
    ("A. One et al.", ["A. One"]),
    ("A. One et al. (XYZ Collaboration)", ["A. One (XYZ Collaboration)"]),
    ("A. One, et al, for the XYZ Collaboration", ["A. One", "XYZ Collaboration"]),
    ("XYZ Collaboration: A. One, et al", ["XYZ Collaboration", "A. One"]),
    ("A. One (MIT) (et al.)", ["A. One (MIT)"]),
    ("A. One and others", ["A. One"]),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_lines(line: str, expected: list[str]) -> None:
    assert parse(line) == (tuple(expected), False)


@pytest.mark.parametrize(("line", "expected"), WITH_MORE)
def test_incomplete_lines_of_authors(line: str, expected: list[str]) -> None:
    assert parse(line) == (tuple(expected), True)


@settings(deadline=None)
@given(
    st.text("AB. ,;:&()12*é\\{}'", max_size=60)
    | st.lists(st.sampled_from(["Ada", "(1)", "(", ")", ", ", " and "])).map("".join)
)
def test_any_line_is_read_and_parentheses_balance(line: str) -> None:
    for author in parse(line).authors:
        assert author.strip()
        assert author.count("(") == author.count(")")


@pytest.mark.parametrize("part", ["(", ")", "A (1), ", "((1) ", " and ", "et al ", "1 A; ", ", ", "(1)"])
def test_long_lines_are_read_at_once(part: str) -> None:
    start = time.process_time()
    parse(part * (20_000 // len(part)))
    assert time.process_time() - start < 2


RECORD = """<record><metadata><arXivRaw><id>2506.0000{number}</id>
<version version="v1"><date>Sun, 1 Jun 2025 10:00:00 GMT</date></version>
<title>T</title><authors>{authors}</authors><categories>hep-ex</categories><abstract>Text.</abstract></arXivRaw></metadata></record>"""


def papers(folder: Path, *lines: str) -> list[Paper]:
    records = "".join(RECORD.format(number=number, authors=line) for number, line in enumerate(lines, 1))
    path = folder / "raw.xml"
    path.write_text(f"<OAI-PMH><ListRecords>{records}</ListRecords></OAI-PMH>", "utf-8")
    return [row.paper for row in parsers.parse(path.read_bytes(), path.name, "2025-06-02")[1].rows]


def test_records_have_people_places_and_teams(tmp_path: Path) -> None:
    numbered, team = papers(
        tmp_path,
        r"J\'ose One (1), B.Two (1 and 2) ((1) Universit\"at A, (2) B)",
        "XYZ Collaboration: A. B. One, C. Three, et al",
    )
    assert numbered.authors == ("Jóse One", "B. Two")
    assert numbered.extra == {"affiliations": ["Universität A", "Universität A; B"]}
    assert team.authors == ("XYZ Collaboration", "A. B. One", "C. Three")
    assert team.extra == {"more_authors": True}


def test_bibtex_has_persons_teams_and_others(tmp_path: Path) -> None:
    lines = ("A. One (1), B. Two (2) ((1) MIT, (2) ETH)", "The X and Y Collaborations: A. B. One, C.Three, et al")
    expected = (["One", "Two"], ["The X and Y Collaborations", "One", "Three", "others"])
    for paper, persons in zip(papers(tmp_path, *lines), expected, strict=True):
        library = parse_string(bibtex(paper), append_middleware=[SeparateCoAuthors(), SplitNameParts()])
        assert [" ".join(person.last).strip("{}") for person in library.entries[0]["author"]] == persons


def test_bibtex_of_a_name_that_is_et_al() -> None:
    paper = Paper(arxiv_id="2506.00001", title="T", authors=("Ada One", "et al."))
    assert "author = {One, Ada and others}" in bibtex(paper)
