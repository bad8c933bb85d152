"""Records of each format. All texts here are invented."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.daily.import_ import publication_file_name, run
from broadsheet.model.librecat import stream
from broadsheet.model.paper import Links, Paper
from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.model.state import DayState
from broadsheet.providers import parsers
from broadsheet.providers.dates import day_of_path, day_of_time
from broadsheet.providers.librecat import parser as librecat
from broadsheet.providers.normalize import authors, split_names
from broadsheet.providers.parse_result import ParseLog, ParseResult
from broadsheet.store.store import Store
from broadsheet.text.sanitize import clean

DAY = "2025-01-02"


def parsed(content: str | bytes | object, day: str | None = DAY) -> ParseResult:
    data = (
        content
        if isinstance(content, bytes)
        else content.encode()
        if isinstance(content, str)
        else json.dumps(content).encode()
    )
    return parsers.parse(data, "file", day)[1]


def paper(row: dict[str, Any]) -> Paper:
    (found,) = parsed({"2501.00001": {"COMMENT": "", "title": "T", **row}}).rows
    return found.paper


# -- scored papers -------------------------------------------------------------------------------------------------


def test_a_scored_row() -> None:
    row = {
        "SCORE": 15,
        "ARXIVID": "2501.00001",
        "COMMENT": "Matches.",
        "RELEVANCE": 8,
        "NOVELTY": 7,
        "authors": ["Ada Example"],
        "title": "A title",
        "abstract": "Text.",
        "arxiv_id": "2501.00001",
    }
    assert paper(row) == Paper(
        arxiv_id="2501.00001",
        title="A title",
        authors=("Ada Example",),
        abstract="Text.",
        relevance=8,
        novelty=7,
        comment="Matches.",
    )


def test_an_author_match_stays_unscored_and_keeps_its_number() -> None:
    made = paper({"COMMENT": "Author match", "SCORE": 20.0})
    assert (made.score, made.comment, made.extra) == (None, "Author match", {"score": 20})


@pytest.mark.parametrize(
    ("given", "score"),
    [
        (8, 8),
        (8.0, 8),
        (7.5, 7.5),
        ("8", 8),
        (" 8/10 ", 8),
        (0, None),
        (11, None),
        ("high", None),
        (True, None),
        (None, None),
    ],
)
def test_scores(given: object, score: float | None) -> None:
    assert paper({"RELEVANCE": given, "NOVELTY": 5}).relevance == score


def test_an_announce_prefix_gives_version_and_type() -> None:
    made = paper({"abstract": "arXiv:2501.00001v3 Announce Type: replace-cross  Abstract: We show nothing."})
    assert (made.abstract, made.version, made.announce_type) == ("We show nothing.", 3, "replace-cross")


def test_json_escapes_that_swallowed_tex() -> None:
    assert paper({"COMMENT": "the $\beta$ and \x0crac{1}{2}\x00"}).comment == "the $\\beta$ and \\frac{1}{2}"


def test_entities_escaped_twice() -> None:
    assert paper({"title": "A &amp;lt; B &amp; C &eacute; &nosuch;"}).title == "A < B & C é &nosuch;"


def test_the_id_of_the_metadata_wins_over_that_of_the_model() -> None:
    found = parsed({"2501.00001": {"ARXIVID": "2501.99999", "arxiv_id": "2501.00001", "title": "T"}})
    assert [row.paper.arxiv_id for row in found.rows] == ["2501.00001"]
    assert [fix.kind for fix in found.fixes] == ["two ids in one row: that of the paper's metadata is used"]


@pytest.mark.parametrize(
    ("given", "known", "what"),
    [
        (" 2501.00001\n", "2501.00001", "white space removed from the id"),
        ("2501.00001v2", "2501.00001", "version removed from the id"),
        ("arXiv:2501.00001", "2501.00001", "prefix removed from the id"),
        ("0411431", "0411431", "old-style id without its archive: kept, not linked"),
    ],
)
def test_ids_are_normalized(given: str, known: str, what: str) -> None:
    found = parsed([{"arxiv_id": given, "title": "T"}])
    assert [row.paper.arxiv_id for row in found.rows] == [known]
    assert [fix.kind for fix in found.fixes] == [what]


def test_our_own_lines_come_in_with_keys_of_their_own() -> None:
    line = (
        b'{"arxiv_id":"2501.00001","title":"T","authors":["A"],"categories":["cs.LG"],"published":"2025-01-01",'
        b'"version":2,"doi":"10.1/x","relevance":9,"novelty":8,"topics":["a"],"scorer":{"model":"m"},"source":"hf",'
        b'"links":{"code":"https://example.org/code"},"upvotes":0,"comments":3,"own":{"b":1,"a":[2]}}'
    )
    (row,) = parsed(line + b"\n" + line.replace(b"00001", b"00002")).rows[:1]
    assert row.paper == Paper(
        arxiv_id="2501.00001",
        title="T",
        authors=("A",),
        categories=("cs.LG",),
        published="2025-01-01",
        version=2,
        doi="10.1/x",
        relevance=9,
        novelty=8,
        topics=("a",),
        scorer=row.paper.scorer,
        source="hf",
        links=Links(code="https://example.org/code"),
        upvotes=0,
        comments=3,
        extra={"own": {"b": 1, "a": [2]}},
    )
    assert row.paper.scorer is not None
    assert row.paper.scorer.model == "m"


def test_ratings_wait_for_the_papers_they_rate(tmp_path: Path) -> None:
    ratings = tmp_path / f"a-{DAY}.jsonl"
    ratings.write_text(
        '{"ARXIVID": "2501.00001", "COMMENT": "Good.", "RELEVANCE": 9, "NOVELTY": 8}\n'
        '{"ARXIVID": "2501.00002", "COMMENT": "Fair.", "RELEVANCE": 5, "NOVELTY": 4}\n'
    )
    rss = tmp_path / "b.xml"
    rss.write_text(RSS)
    report = run(tmp_path, [str(ratings), str(rss)])
    first, second = Store(tmp_path).papers(DAY)
    assert (first.title, first.score, first.comment) == ("A title with $x_1$", 17, "Good.")
    assert (second.title, second.score) == ("2501.00002", 9)
    assert [str(problem) for problem in report.problems] == [
        f"{ratings}:2: rates 2501.00002, which is not among the papers of {DAY}; kept with its id as title:"
        " import the day's papers too"
    ]
    assert report.faults == []


# -- authors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "names", "places"),
    [
        (["A. B", "C D"], ("A. B", "C D"), ()),
        (["A B (X", "Y)", "C D (Z)", "E"], ("A B", "C D", "E"), ("X, Y", "Z", "")),
        (["A B (X (Y)", "Z)", "C"], ("A B", "C"), ("X (Y), Z", "")),
        (["TEAM", ":", "A B", ""], ("TEAM", "A B"), ()),
        ([": (X)", "A (X)"], ("A",), ("X",)),
        (["A (never closed", "B C"], ("A (never closed", "B C"), ()),
        (["(all of it)"], ("(all of it)",), ()),
        (["Pawe{\\l} \\'{E}va Erd\\H{o}s"], ("Paweł Éva Erdős",), ()),
        (["A (Universit\\'e", "Paris)"], ("A",), ("Université, Paris",)),
        (["A B", "and C D"], ("A B", "C D"), ()),
        ([{"name": "A B"}, {"user": 1}, 3], ("A B",), ()),
        ("A B, C D and E F", ("A B", "C D", "E F"), ()),
        (None, (), ()),
        (7, (), ()),
    ],
)
def test_authors(given: object, names: tuple[str, ...], places: tuple[str, ...]) -> None:
    assert authors(given, ParseLog("file")) == (names, places)


PIECES = st.sampled_from(["a", "Bo", "é", " ", "  ", ",", ":", ";", "&", "|", "{", "}", "~", "$", "\\'", "and ", "-"])


@given(st.lists(st.lists(PIECES, max_size=4).map("".join), min_size=1, max_size=3))
def test_plain_names_are_unchanged_by_normalization(names: list[str]) -> None:
    careful = authors([*names, "(a"], ParseLog("file"))[
        0
    ]  # a parenthesis that never closes asks for all the care there is
    assert authors(names, ParseLog("file"))[0] == careful[:-1]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("A B, C D", ["A B", "C D"]),
        ("A B (X and Y, Z), C D, Jr., and E", ["A B (X and Y, Z)", "C D, Jr.", "E"]),
        ("A (open, B", ["A (open", "B"]),
        ("", []),
    ],
)
def test_a_line_of_names(line: str, names: list[str]) -> None:
    assert split_names(line) == names


# -- Hugging Face --------------------------------------------------------------------------------------------------

ENTRY = {
    "paper": {
        "id": "2501.00001",
        "authors": [{"name": "Ada Example", "hidden": False}, {"name": "Hidden", "hidden": True}],
        "publishedAt": "2025-01-01T10:00:00.000Z",
        "submittedOnDailyAt": "2025-01-03T01:00:00.000Z",
        "title": "A title without its\n  TeX",
        "summary": "Text\nin lines.",
        "upvotes": 12,
        "githubRepo": "https://github.com/a/\nb",
        "projectPage": " javascript:alert(1)",
        "ai_summary": "Made up.",
        "ai_keywords": ["a", "b"],
        "organization": {"name": "acme", "fullname": "Acme Labs"},
    },
    "title": "A title without its $TeX$",
    "numComments": 2,
}


def test_a_hugging_face_entry() -> None:
    found = parsed([ENTRY])
    (row,) = found.rows
    assert row.date == "2025-01-03"
    assert row.paper == Paper(
        arxiv_id="2501.00001",
        title="A title without its $TeX$",
        authors=("Ada Example",),
        abstract="Text\nin lines.",
        published="2025-01-01T10:00:00.000Z",
        source="hf",
        links=Links(code="https://github.com/a/b", discussion="https://huggingface.co/papers/2501.00001"),
        upvotes=12,
        comments=2,
        extra={"ai_summary": "Made up.", "organization": "Acme Labs"},
    )
    assert sorted(fix.kind for fix in found.fixes) == [
        "a link that is not an http(s) address was left out",
        "white space removed from a link",
    ]


def test_a_hugging_face_entry_without_a_day_gets_that_of_the_file() -> None:
    entry = {"paper": {"id": "2501.00001", "title": "T"}}
    assert [row.date for row in parsed([entry]).rows] == [DAY]
    assert [row.date for row in parsed({"date": "2025-01-05", "data": [entry]}, None).rows] == ["2025-01-05"]
    assert [problem.message for problem in parsed([entry, 3], None).problems] == [
        "no date found",
        "an entry without a paper",
    ]


# -- arXiv ---------------------------------------------------------------------------------------------------------

RSS = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>
  <title>cs.LG updates on arXiv.org</title><pubDate>Thu, 02 Jan 2025 00:00:00 -0500</pubDate>
  <item>
    <title>A title with $x_1$</title><link>https://arxiv.org/abs/2501.00001</link>
    <description>arXiv:2501.00001v2 Announce Type: replace
Abstract: We show &amp;lt; nothing.</description>
    <guid isPermaLink="false">oai:arXiv.org:2501.00001v2</guid>
    <category>cs.LG</category><category>stat.ML</category>
    <pubDate>Thu, 02 Jan 2025 00:00:00 -0500</pubDate>
    <arxiv:announce_type>replace</arxiv:announce_type><arxiv:DOI>10.1/x</arxiv:DOI>
    <arxiv:journal_reference>J. Ex. 1 (2025)</arxiv:journal_reference>
    <dc:creator>Ada Example (X and Y, Z), Bo S\\'ample</dc:creator>
  </item>
</channel></rss>"""

API = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <entry>
    <id>http://arxiv.org/abs/math.GT/0309136v2</id><title>A  title
  in lines</title>
    <published>2003-09-08T10:00:00Z</published><updated>2004-01-01T10:00:00Z</updated>
    <summary>  Text. </summary>
    <author><name>Ada Example</name><arxiv:affiliation>X</arxiv:affiliation></author><author><name>Bo</name></author>
    <arxiv:comment>5 pages</arxiv:comment><arxiv:journal_ref>J. Ex. 1</arxiv:journal_ref><arxiv:doi>10.1/x</arxiv:doi>
    <category term="math.QA"/><category term="57M27"/><arxiv:primary_category term="math.GT"/>
  </entry>
</feed>"""


def test_an_announced_item() -> None:
    (row,) = parsed(RSS, None).rows
    assert row.date == DAY
    assert row.paper == Paper(
        arxiv_id="2501.00001",
        title="A title with $x_1$",
        authors=("Ada Example", "Bo Sámple"),
        abstract="We show < nothing.",
        categories=("cs.LG", "stat.ML"),
        version=2,
        doi="10.1/x",
        journal_ref="J. Ex. 1 (2025)",
        announce_type="replace",
        extra={"affiliations": ["X and Y, Z", ""]},
    )


def test_an_announced_entry_of_the_atom_feed() -> None:
    atom = RSS.replace("<channel>", "").replace("</channel>", "").replace("rss", "feed").replace("item>", "entry>")
    atom = atom.replace("pubDate", "published").replace("description", "summary").replace("guid", "id")
    assert parsed(atom, None).rows == parsed(RSS, None).rows


def test_an_api_entry_gets_the_day_of_its_first_version_or_of_the_option() -> None:
    found = parsed(API, None)
    (row,) = found.rows
    assert row.date == "2003-09-08"
    assert [fix.kind for fix in found.fixes] == ["announcement date unknown: filed under the first version's date"]
    assert [row.date for row in parsed(API, DAY).rows] == [DAY]
    assert row.paper == Paper(
        arxiv_id="math/0309136",
        title="A title in lines",
        authors=("Ada Example", "Bo"),
        abstract="Text.",
        categories=("math.GT", "math.QA"),
        published="2003-09-08T10:00:00Z",
        updated="2004-01-01T10:00:00Z",
        version=2,
        doi="10.1/x",
        journal_ref="J. Ex. 1",
        arxiv_comment="5 pages",
        extra={"affiliations": ["X", ""]},
    )


def test_a_recorded_answer_with_utf8_read_as_latin1() -> None:
    body = API.replace("Bo<", "Zoë<").encode().decode("latin-1")
    found = parsed({"url": "u", "status_code": 200, "body": body}, DAY)
    assert [row.paper.authors for row in found.rows] == [("Ada Example", "Zoë")]
    assert [fix.kind for fix in found.fixes] == ["UTF-8 that was read as Latin-1 decoded again"]


OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>
<record><header><identifier>oai:arXiv.org:2501.00001</identifier></header><metadata>%s</metadata></record>
<record><header status="deleted"><identifier>oai:arXiv.org:2501.00002</identifier></header></record>
</ListRecords></OAI-PMH>"""


@pytest.mark.parametrize(
    "metadata",
    [
        "<arXiv><id>2501.00001</id><created>2024-10-07</created><updated>2024-11-08</updated><authors><author>"
        "<keyname>Example</keyname><forenames>Ada</forenames></author><author><keyname>Team</keyname></author></authors>"
        "<title>T</title><categories>cs.CE math.NA</categories><comments>5 pages</comments>"
        "<journal-ref>J. Ex. 1</journal-ref><doi>10.1/x 10.1/y</doi><abstract> Text. </abstract></arXiv>",
        '<arXivRaw><id>2501.00001</id><version version="v1"><date>Mon, 07 Oct 2024 10:45:05 GMT</date></version>'
        '<version version="v2"><date>Fri, 08 Nov 2024 10:45:05 GMT</date></version><title>T</title>'
        "<authors>Ada Example and Team</authors><categories>cs.CE math.NA</categories><comments>5 pages</comments>"
        "<journal-ref>J. Ex. 1</journal-ref><doi>10.1/x</doi><abstract> Text. </abstract></arXivRaw>",
        '<oai_dc:dc xmlns:oai_dc="o" xmlns:dc="d"><dc:title>T</dc:title><dc:creator>Example, Ada</dc:creator>'
        "<dc:creator>Team</dc:creator><dc:description> Text. </dc:description><dc:description>Comment: 5 pages"
        "</dc:description><dc:date>2024-10-07</dc:date><dc:date>2024-11-08</dc:date><dc:identifier>http://arxiv.org/abs/2501.00001"
        "</dc:identifier><dc:identifier>J. Ex. 1</dc:identifier><dc:identifier>doi:10.1/x</dc:identifier></oai_dc:dc>",
    ],
    ids=["arXiv", "arXivRaw", "oai_dc"],
)
def test_oai_records_in_three_formats(metadata: str) -> None:
    found = parsed(OAI % metadata, None)
    (row,) = found.rows
    assert row.date == "2024-10-07"
    assert row.paper == Paper(
        arxiv_id="2501.00001",
        title="T",
        authors=("Ada Example", "Team"),
        abstract="Text.",
        categories=row.paper.categories,
        published="2024-10-07",
        updated="2024-11-08",
        version=row.paper.version,
        doi="10.1/x",
        journal_ref="J. Ex. 1",
        arxiv_comment="5 pages",
    )
    assert row.paper.categories == (() if "dc:title" in metadata else ("cs.CE", "math.NA"))
    assert row.paper.version == (2 if "arXivRaw" in metadata else None)
    assert [(problem.message, problem.is_note) for problem in found.problems] == [("1 deleted record left out", True)]


# -- a digest's page -----------------------------------------------------------------------------------------------

PAGE = """# Personalized Daily ArXiv Papers 2025-01-02

| *[gpt-4o]*   | **Prompt**          | **Completion**    | **Total**         |
|:---:|:---:|:---:|:---:|
| **Token**    | 1,097               | 150               | 1247              |
| **Cost**     | $0.27               | $0.15             | $0.42             |

Total arXiv papers: 1691

Total scanned papers: 1027

Total relevant papers: 84
"""


def test_a_digest_page_gives_the_receipt_of_its_day() -> None:
    expected = Receipt(
        date=DAY,
        state=DayState.OK,
        model="gpt-4o",
        tokens=Tokens(prompt=1097, completion=150, total=1247),
        cost=Cost(prompt=0.27, completion=0.15, total=0.42),
        announced=1691,
        scanned=1027,
        shown=84,
    )
    assert parsed(PAGE).receipts == [expected]


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("1247 ", "0 ", DayState.FAILED),
        ("papers: 1691", "papers: 0", DayState.QUIET),
        ("papers: 84", "papers: 0", DayState.QUIET),
    ],
)
def test_a_day_without_any_paper_scanned_is_failed(old: str, new: str, state: DayState) -> None:
    assert [receipt.state for receipt in parsed(PAGE.replace(old, new)).receipts] == [state]


# -- LibreCat ------------------------------------------------------------------------------------------------------


def record(number: int, title: str, updated: str = "2024-01-01T00:00:00Z") -> str:
    return f"_id: '{number}'\ntitle: {title}\ntype: journal_article\nyear: '2024'\ndate_updated: {updated}\n"


def files(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (root / "data/publications").iterdir()}


def test_a_stream_is_stored_unchanged(tmp_path: Path) -> None:
    content = f"---\n# ours\n{record(1, 'One')}...\n{record(2, 'Two')}...\n---\n{record(3, 'Three')}"
    given = tmp_path / "Our export (2024).yaml"
    given.write_text(content)
    assert run(tmp_path, [str(given)]).publications == {"added": 3}
    assert files(tmp_path) == {"Our-export-2024.yml": content}
    assert run(tmp_path, [str(given)]).publications == {"unchanged": 3}


def test_a_newer_record_replaces_the_old_one_in_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(f"---\n{record(1, 'One')}...\n---\n{record(2, 'Two')}...\n")
    newer, older = record(2, "Two, newer", "2025-01-01T00:00:00Z"), record(1, "Older", "2020-01-01")
    (tmp_path / "b.yml").write_text(f"---\n{newer}...\n---\n{older}...\n---\n{record(3, 'New')}")
    run(tmp_path, [str(tmp_path / "a.yml")])
    assert run(tmp_path, [str(tmp_path / "b.yml")]).publications == {"filled": 1, "conflicting": 1, "added": 1}
    kept = {publication.id: publication.title for publication in Store(tmp_path).publications()}
    assert kept == {"1": "One", "2": "Two, newer", "3": "New"}
    assert sorted(files(tmp_path)) == ["a.yml", "b.yml"]
    before = files(tmp_path)
    assert run(tmp_path, [str(tmp_path / "a.yml"), str(tmp_path / "b.yml")]).publications == {
        "conflicting": 2,
        "unchanged": 3,
    }
    assert files(tmp_path) == before


def test_a_new_export_of_the_same_name_is_stored_unchanged(tmp_path: Path) -> None:
    given = tmp_path / "a.yml"
    given.write_text(f"---\n{record(1, 'One')}...\n")
    run(tmp_path, [str(given)])
    newer = f"---\n{record(1, 'One, newer', '2025-01-01T00:00:00Z')}...\n# a comment\n---\n{record(2, 'Two')}"
    given.write_text(newer)
    run(tmp_path, [str(given)])
    assert files(tmp_path) == {"a.yml": newer}


@pytest.mark.parametrize("form", ["array", "object", "lines"])
def test_json_records_become_yaml(tmp_path: Path, form: str) -> None:
    records = [
        {
            "_id": str(n),
            "title": f"No: {n} \U0001f600",
            "type": "dataset",
            "year": 2024,
            "oa": True,
            "doi": None,
            "status": "public",
        }
        for n in (1, 2)
    ]
    content = {
        "array": json.dumps(records),
        "object": json.dumps(records[0], indent=2),
        "lines": "\n".join(map(json.dumps, records)),
    }[form]
    given = tmp_path / "export.json"
    given.write_text(content)
    run(tmp_path, [str(given)])
    found = Store(tmp_path).publications()
    assert [(p.id, p.title, p.year, p.open_access) for p in found] == [
        (str(n), f"No: {n} \U0001f600", "2024", True) for n in ((1,) if form == "object" else (1, 2))
    ]
    assert run(tmp_path, [str(given)]).publications == {"unchanged": len(found)}


TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(clean)
NESTED = st.recursive(
    TEXTS, lambda inner: st.lists(inner, min_size=1) | st.dictionaries(TEXTS, inner, min_size=1), max_leaves=6
)


@given(st.dictionaries(TEXTS.filter(bool), NESTED, min_size=1))
def test_a_record_written_anew_is_the_same(data: dict[str, Any]) -> None:
    documents = librecat.to_yaml(data) + librecat.to_yaml({"_id": "2"})
    assert [part[1] for part in stream(documents, "file") if isinstance(part, tuple)] == [data, {"_id": "2"}]


def test_private_records_stay_out_of_data(tmp_path: Path) -> None:
    given = tmp_path / "a.yml"
    given.write_text(f"---\n{record(1, 'One')}...\n---\n{record(2, 'Hidden')}status: private\n...\n")
    report = run(tmp_path, [str(given)])
    assert (report.publications, report.faults) == ({"added": 1, "rejected": 1}, [])
    assert "Hidden" not in files(tmp_path)["a.yml"]


@pytest.mark.parametrize("status", ["private", "deleted", "returned"])
@pytest.mark.parametrize("title", ["title: One\n", ""], ids=["titled", "bare"])
def test_a_record_that_is_no_longer_public_is_removed(tmp_path: Path, status: str, title: str) -> None:
    first, second = tmp_path / "first.yml", tmp_path / "second.yml"
    first.write_text(f"---\n{record(1, 'One')}...\n---\n{record(2, 'Two')}...\n")
    second.write_text(f"---\n_id: '1'\n{title}status: {status}\n...\n")
    run(tmp_path, [str(first)])
    report = run(tmp_path, [str(second)])
    assert (report.publications, report.faults) == ({"rejected": 1, "removed": 1}, [])
    assert any("publication 1 is no longer public" in problem.message for problem in report.problems)
    assert [publication.id for publication in Store(tmp_path).publications()] == ["2"]


def test_the_only_record_of_a_file_can_be_removed(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(record(1, "One"))
    run(tmp_path, [str(tmp_path / "a.yml")])
    (tmp_path / "a.yml").write_text("_id: '1'\nstatus: deleted\n")
    assert run(tmp_path, [str(tmp_path / "a.yml")]).publications["removed"] == 1
    assert Store(tmp_path).publications() == []
    (tmp_path / "a.yml").write_text(record(1, "One"))
    assert run(tmp_path, [str(tmp_path / "a.yml")]).publications == {"added": 1}


def test_a_newer_record_outlasts_an_older_export_that_hides_it(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(record(1, "One", "2025-01-01T00:00:00Z"))
    (tmp_path / "b.yml").write_text(record(1, "One", "2024-01-01T00:00:00Z") + "status: private\n")
    run(tmp_path, [str(tmp_path / "a.yml")])
    assert "removed" not in run(tmp_path, [str(tmp_path / "b.yml")]).publications


def test_a_correction_that_stays_out_is_named_with_its_fields(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(record(1, "One"))
    (tmp_path / "b.yml").write_text(record(1, "Two"))
    run(tmp_path, [str(tmp_path / "a.yml")])
    assert [str(conflict) for conflict in run(tmp_path, [str(tmp_path / "b.yml")]).conflicts] == [
        "publication 1 (title)"
    ]
    assert run(tmp_path, [str(tmp_path / "b.yml")], replace=True).publications == {"replaced": 1}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("x/Our export.yaml", "Our-export.yml"),
        ("../../.hidden.yml", "hidden.yml"),
        ("-", "publications.yml"),
        ("日本.yml", "publications.yml"),
        ("a.b.txt", "a.b.yml"),
    ],
)
def test_the_file_name_of_a_stream(path: str, name: str) -> None:
    assert publication_file_name(path) == name


# -- days ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2025-05-27-output.json", "2025-05-27"),
        ("a/20250527.json", "2025-05-27"),
        ("2025-05-27/output.json", "2025-05-27"),
        ("archive/2025/05/27/output.json", "2025-05-27"),
        ("2024-01-01/2025-05-27.json", "2025-05-27"),
        ("2025-05/output.json", None),
        ("2025-02-30.json", None),
        ("2025-05-27_2025-05-28.json", None),
        ("id_1707.08567_s0.json", None),
        ("x20250527y.json", None),
    ],
)
def test_the_day_of_a_path(path: str, day: str | None) -> None:
    assert day_of_path(path) == day


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("Thu, 24 Sep 2026 00:00:00 -0400", "2026-09-24"),
        ("2025-10-01T00:55:06.135Z", "2025-10-01"),
        ("2024-08-23T00:00:00-04:00", "2024-08-23"),
        ("Sat, 99 Foo 2026", None),
        ("", None),
        (None, None),
    ],
)
def test_the_day_of_a_time(stamp: str | None, day: str | None) -> None:
    assert day_of_time(stamp) == day
