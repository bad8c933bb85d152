"""``/papers/ID/``: which papers have a page, its content for readers and programs, and the links to it."""

import html as html_escapes
import json
from pathlib import Path
from typing import Any

import lxml.html
import markdown as python_markdown
import pytest
import yaml
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadsheet.index.dependencies import DependencyTracker
from broadsheet.index.index import Index
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication, parse_records
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store
from broadsheet.views.citation_meta import paper_tags
from broadsheet.views.feeds.files import PAPERS
from broadsheet.views.feeds.files import pages as feed_files
from broadsheet.views.markdown import head, html, markdown, meta
from broadsheet.views.page import File, MetaTag, Page
from broadsheet.views.pages import day, paper, topic, week
from broadsheet.views.permalink import lasting_address, paper_address
from broadsheet.views.search_documents import documents, shards
from tests.example import SETTINGS, make_digest
from tests.example import paper as row
from tests.test_hostile_text import PAYLOADS

MANY = [row(f"2505.1{n:04}", relevance=9) for n in range(10)]
DAYS = {
    "2025-05-26": [
        row("2505.00001", version=1, title="On $x^2$ & more", scorer={"model": "gpt-x", "rubric": "r1"}),
        row("math/0309136", title="Old-style", published="2003-09-08", categories=["math.GT"]),
        row("0411431"),
    ],
    "2025-05-27": [*MANY, row("2505.00002"), row("2505.00003", relevance=1)],
    "2025-05-28": [
        row(
            "2505.00001",
            version=3,
            updated="2025-05-28",
            comment="Better.",
            relevance=5,
            doi="10.1000/x",
            source="hf",
            title="On $x^2$ & more",
        ),
        row("2505.00003", relevance=1, withdrawn=True, arxiv_comment="An error in Lemma 2"),
    ],
}


def archive(root: Path, settings: str = SETTINGS, days: dict[str, Any] = DAYS) -> tuple[Index, Settings]:
    make_digest(root, days, settings)
    loaded = config.load(root)
    catalogue = Index(":memory:", loaded)
    catalogue.refresh(Store(root))
    return catalogue, loaded


def build_pages(catalogue: Index, settings: Settings) -> dict[str, Page]:
    dates = paper.keys(catalogue, settings)
    return {page.address: page for date in dates for page in paper.pages(DependencyTracker(catalogue), settings, date)}


def of(name: str, settings: str, root: Path) -> tuple[Page, lxml.html.HtmlElement]:
    page = build_pages(*archive(root, settings))[f"papers/{name}/"]
    return page, lxml.html.fromstring(page.body)


def test_all_top_or_none(tmp_path: Path) -> None:
    def addresses(choice: str) -> set[str]:
        return set(build_pages(*archive(tmp_path / choice, f"paper_pages: {choice}\n{SETTINGS}")))

    everything = {row["arxiv_id"] for rows in DAYS.values() for row in rows}
    assert addresses("all") == {f"papers/{name}/" for name in everything}
    # 2505.00003 is no top of its first day, but of the second that shows it.
    assert addresses("top") == {f"papers/{name}/" for name in everything - {"2505.00002"}}
    assert addresses("none") == set()


def test_another_word_is_refused_with_its_line(tmp_path: Path) -> None:
    make_digest(tmp_path, settings=f"{SETTINGS}paper_pages: some\n")
    with pytest.raises(DigestError) as error:
        config.load(tmp_path)
    line = SETTINGS.count("\n") + 1
    assert f"digest.yml:{line}: paper_pages: 'some' is not one of all, top, none" in str(error.value)


@pytest.mark.parametrize("choice", ["all", "top", "none"])
def test_everything_leads_to_the_one_address(choice: str, tmp_path: Path) -> None:
    catalogue, settings = archive(tmp_path, f"paper_pages: {choice}\n{SETTINGS}")
    entries = {entry.paper.arxiv_id: entry for date in DAYS for entry in catalogue.day(date)}
    right = {name: paper_address(entry, settings) for name, entry in entries.items()}
    first = "daily/2025/05/26/#2505.00001"
    assert right["2505.00001"] == (first if choice == "none" else "papers/2505.00001/")
    cards = [
        json.loads(d.card)[0] for shard in shards(catalogue, settings) for d in documents(catalogue, settings, shard)
    ]
    assert sorted(cards) == sorted(right.values())
    files = {file.path: file.data for file in feed_files(catalogue, settings, PAPERS)}
    items = json.loads(files["feeds/all.json"])["items"]
    assert {item["url"].removeprefix(settings.site.site_url) for item in items} == {
        lasting_address(entry, settings) for entry in entries.values()
    }
    assert {item["id"].rpartition("paper/")[2] for item in items} == set(right)
    for made_page in (*topic.pages(catalogue, settings, "compression"), *week.pages(catalogue, settings, "2025-W22")):
        if isinstance(made_page, File):
            continue
        links = lxml.html.fromstring(made_page.body).xpath("//li[starts-with(@class, 'item')]/h3/a/@href")
        assert links
        assert {link.removeprefix("../../") for link in links} <= set(right.values())
    page = next(day.pages(catalogue, settings, "2025-05-28"))
    assert isinstance(page, Page)
    links = lxml.html.fromstring(page.body).xpath("//footer/a[@class='id']/@href")
    assert (
        {"../27/#2505.00003", "../26/#2505.00001"} == set(links)
        if choice == "none"
        else all("papers/" in x for x in links)
    )


def test_the_page_of_a_paper_of_two_days(tmp_path: Path) -> None:
    page, body = of("2505.00001", SETTINGS, tmp_path)
    text = " ".join(body.text_content().split())
    assert page.updated == "2025-05-28"
    assert [p.text_content() for p in body.find_class("comment")] == ["Better.", "On low-rank methods."]
    assert (
        "Relevance 8 of 10 Novelty 7 of 10 Score 15: shared by 3 papers of that day by gpt-x, rubric r1 on 26 May 2025"
        in text
    )
    assert [a.get("href") for a in body.xpath("//ul//a")] == [
        "../../daily/2025/05/26/#2505.00001",
        "../../daily/2025/05/28/#2505.00001",
    ]
    assert "Version v3 of 28 May 2025" in " ".join(" ".join(div.itertext()) for div in body.xpath("//dl/div"))
    assert "place 2" not in text  # a position among equal scores is no place
    assert "from Hugging Face Daily Papers" in text
    assert body.xpath("//dl//a/@href") == ["https://doi.org/10.1000/x"]


def test_a_withdrawn_paper_has_a_label_and_the_reason(tmp_path: Path) -> None:
    _, body = of("2505.00003", SETTINGS, tmp_path)
    assert body.find_class("note")[0].text_content() == "Withdrawn by its authors: An error in Lemma 2"


def test_an_old_style_id_is_a_folder_deeper(tmp_path: Path) -> None:
    page, body = of("math/0309136", SETTINGS, tmp_path)
    assert page.path == "papers/math/0309136/index.md"
    assert body.xpath("//ul//a/@href") == ["../../../daily/2025/05/26/#math/0309136"]
    assert MetaTag("citation_pdf_url", "https://arxiv.org/pdf/math/0309136") in page.head
    assert MetaTag("citation_publication_date", "2003/09/08") in page.head


def test_the_heading_has_the_formula_in_every_builder(tmp_path: Path) -> None:
    page, _ = of("2505.00001", SETTINGS, tmp_path)
    assert page.title == "On x² & more"
    source = markdown(page).split("---\n", 2)[2]
    parsed = python_markdown.markdown(source, extensions=["attr_list", "tables", "toc"])
    assert parsed == html(page).strip()
    heading = lxml.html.fromstring(parsed.partition("</h1>")[0].rpartition("<h1")[2].join(["<h1", "</h1>"]))
    assert heading.find("math") is not None
    assert heading.text_content() == "On x2 & more"


def test_the_three_citations_are_there_to_copy(tmp_path: Path) -> None:
    _, body = of("2505.00001", SETTINGS, tmp_path)
    said = {d.find("summary").text: d.find("pre/code").text for d in body.xpath("//section[@class='cite']/details")}
    assert list(said) == ["BibTeX", "RIS", "CSL-JSON"]
    (entry,) = parse_string(said["BibTeX"]).entries
    assert entry["title"] == r"{On $x^2$ \& more}"
    assert said["RIS"].startswith("TY  - UNPB\nID  - lovelace2025\n")
    assert json.loads(said["CSL-JSON"])[0]["title"] == "On x² & more"


# -- what other programs read --------------------------------------------------------------------------------------


def work(**fields: Any) -> Publication:
    record = {"_id": "7", "type": "journal_article", "title": "T", "publication": "Journal", "year": "2024"} | fields
    (found,), problems = parse_records([record], "x")
    assert not problems
    return found


def citation_names(it: Paper, *published: Publication) -> list[tuple[str, str]]:
    return [(t.name, t.content) for t in paper_tags(it, published)]


def test_the_tags_are_google_scholars() -> None:
    it = Paper(
        arxiv_id="2505.00001",
        title=r"On $x^2$",
        authors=(r"Paul Erd\H{o}s", "Ada van der Berg", "ATLAS Collaboration"),
        abstract="Text.",
        published="2025-05-01T00:00:00Z",
        updated="2025-06-02",
        doi="10.1000/x",
    )
    assert citation_names(it) == [
        ("citation_title", "On x²"),
        ("citation_author", "Erdős, Paul"),
        ("citation_author", "van der Berg, Ada"),
        ("citation_author", "ATLAS Collaboration"),
        ("citation_publication_date", "2025/05/01"),
        ("citation_online_date", "2025/06/02"),
        ("citation_doi", "10.1000/x"),
        ("citation_publisher", "arXiv"),
        ("citation_technical_report_number", "arXiv:2505.00001"),
        ("z:itemType", "preprint"),
        ("citation_arxiv_id", "2505.00001"),
        ("citation_pdf_url", "https://arxiv.org/pdf/2505.00001"),
        ("citation_abstract", "Text."),
    ]


def test_values_of_the_published_record_win() -> None:
    it = Paper(arxiv_id="2505.00001", title="T", doi="10.1000/preprint")
    found = dict(citation_names(it, work(volume="3", doi="10.1000/journal", date_published="2024-07-01")))
    assert found["citation_journal_title"] == "Journal"
    assert found["citation_publication_date"] == "2024/07/01"
    assert (found["citation_volume"], found["citation_doi"]) == ("3", "10.1000/journal")
    assert "citation_journal_title" not in dict(citation_names(it, work(type="preprint")))


def test_one_author_is_never_two() -> None:
    names = ("Jan Willem van der Berg", "One; Two", "Solo")
    found = [
        v for k, v in citation_names(Paper(arxiv_id="2505.00001", title="T", authors=names)) if k == "citation_author"
    ]
    # Zotero splits at a semicolon.
    assert found == ["van der Berg, Jan Willem", "Two, One", "Solo"]
    (only,) = (v for k, v in citation_names(Paper(arxiv_id="2505.1", title="T", authors=names[:1])) if "author" in k)
    # A single author would be two, if there were a space on either side of the comma.
    assert only == "van\N{NO-BREAK SPACE}der\N{NO-BREAK SPACE}Berg, Jan Willem"


def test_what_is_no_doi_is_left_out_and_an_unknown_day_is_a_month() -> None:
    found = dict(citation_names(Paper(arxiv_id="2505.00001", title="T", doi="javascript:alert(1)")))
    assert found["citation_doi"] == "10.48550/arXiv.2505.00001"
    assert found["citation_publication_date"] == "2025/05"


@examples(deadline=None)
@given(st.sampled_from(PAYLOADS) | st.text(), st.sampled_from(PAYLOADS) | st.text(max_size=20))
def test_hostile_text_stays_in_its_tag(one: str, other: str) -> None:
    it = Paper(arxiv_id="2505.00001", title=one or "T", authors=(other, one), abstract=other, doi=one, published=None)
    found = paper_tags(it, [])
    served = head(found)
    document = lxml.html.fromstring(f"<html><head>{served}</head><body></body></html>")
    assert [e.tag for e in document.find("head")] == ["meta"] * len(found)
    read = [(e.get("name") or e.get("property"), e.get("content")) for e in document.find("head")]
    expected = [(tag.name, tag.content) for tag in found]
    assert [(name, " ".join(text.split())) for name, text in read] == [(n, " ".join(t.split())) for n, t in expected]
    page = Page("papers/x/", "T", "D", "<div></div>", head=tuple(found))
    front = yaml.safe_load(markdown(page).split("---\n", 2)[1])
    assert front["head"] == meta(page)["head"]
    assert [html_escapes.unescape(tag.get("content", "")) for tag in front["head"]] == [tag.content for tag in found]
