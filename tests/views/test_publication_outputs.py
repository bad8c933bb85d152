"""What other programs read on the pages of publications: tags, JSON-LD, Signposting, citations, COinS."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin

import lxml.html
import pytest
import rispy
import yaml
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index.index import Index
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication, parse_records
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.fetch import Fetch, Repository
from broadsheet.settings.publications import Publications
from broadsheet.store.store import Store
from broadsheet.views.citation_meta import publication_tags
from broadsheet.views.coins import coins
from broadsheet.views.markdown import head
from broadsheet.views.page import DataTag, LinkTag, Page
from broadsheet.views.pages import publications
from broadsheet.views.repository import file_url, pdf_url, record_url
from broadsheet.views.share.card import CARD
from broadsheet.views.structured_data import json_ld
from tests.example import SETTINGS, make_digest

EXPORT = "https://repository.example/sub/export"
FETCHED = Settings(fetch=Fetch(contact="a@b.example", librecat=(Repository(url=EXPORT, name="group"),)))


def record(**fields: Any) -> Publication:
    values = {"_id": "7", "type": "journal_article", "title": "T", "year": "2024", "status": "public"}
    found, problems = parse_records([values | fields], "data/publications/group.yml:1")
    assert not problems
    return found[0]


FILE = {"file_id": "12", "file_name": "a b#1.pdf", "access_level": "open_access", "content_type": "application/pdf"}
FULL = {
    "title": "Of $x^2$ </script>",
    "author": [
        {"first_name": "Jan Willem", "last_name": "van der Berg", "orcid": "0000-0001-5337-5875"},
        {"first_name": "Ada", "last_name": "Lovelace"},
    ],
    "editor": [{"first_name": "Ed", "last_name": "Itor"}],
    "publication": "Journal of Things",
    "date_published": "2024-03-05",
    "volume": "3",
    "issue": "4",
    "page": "5-9",
    "doi": "10.1234/x",
    "publication_identifier": {"issn": ["1234-5679"]},
    "keyword": ["moss", "fern; wet"],
    "language": [{"iso": "ger"}],
    "license": "cc_by_4_0",
    "file": [FILE],
    "external_id": {"arxiv": ["2401.00001"]},
    "acknowledgement": "We thank <b>all</b>.\r\nGrant 7.",
    "article_processing_charge": "No",
}


def site(records: list[dict[str, Any]], root: Path, settings: Settings = FETCHED) -> dict[str, Page]:
    folder = root / "data" / "publications"
    folder.mkdir(parents=True, exist_ok=True)
    values = {"type": "journal_article", "title": "T", "year": "2024", "status": "public"}
    text = yaml.safe_dump_all([values | data for data in records], explicit_start=True, allow_unicode=True)
    (folder / "group.yml").write_text(text, "utf-8")
    catalogue = Index(":memory:", settings)
    catalogue.refresh(Store(root))
    return {page.address: page for page in publications.pages(catalogue, settings)}


# -- tags ----------------------------------------------------------------------------------------------------------


def test_the_tags_of_an_article() -> None:
    tags = [(tag.name.removeprefix("citation_"), tag.content) for tag in publication_tags(record(**FULL), FETCHED)]
    assert tags == [
        ("title", "Of x² </script>"),
        ("author", "van der Berg, Jan Willem"),
        ("author", "Lovelace, Ada"),
        ("editor", "Itor, Ed"),
        ("publication_date", "2024/03/05"),
        ("journal_title", "Journal of Things"),
        ("volume", "3"),
        ("issue", "4"),
        ("firstpage", "5"),
        ("lastpage", "9"),
        ("doi", "10.1234/x"),
        ("issn", "1234-5679"),
        ("arxiv_id", "2401.00001"),
        ("language", "de"),
        ("keywords", "moss; fern, wet"),
        ("pdf_url", "https://repository.example/sub/download/7/12/a%20b%231.pdf"),
    ]


@pytest.mark.parametrize(
    ("kind", "tag"),
    [
        ("conference", ("citation_conference_title", "Host")),
        ("book_chapter", ("citation_inbook_title", "Host")),
        ("dissertation", ("citation_dissertation_institution", "ISTA")),
        ("report", ("citation_technical_report_institution", "ISTA")),
        ("preprint", ("z:itemType", "preprint")),
        ("book", ("z:itemType", "book")),
        ("research_data", ("z:itemType", "dataset")),
        ("software", ("z:itemType", "computerProgram")),
        ("blog_post", ("z:itemType", "preprint")),
    ],
)
def test_one_tag_has_the_type(kind: str, tag: tuple[str, str]) -> None:
    tags = {
        t.name: t.content for t in publication_tags(record(type=kind, publication="Host", publisher="ISTA"), FETCHED)
    }
    assert tags[tag[0]] == tag[1]
    types = {"citation_journal_title", "citation_conference_title", "z:itemType", *map(str, [tag[0]])}
    assert len(types & tags.keys()) == 1


# -- addresses in the repository -----------------------------------------------------------------------------------


def test_librecat_has_known_addresses_and_settings_win() -> None:
    work = record(file=[FILE, FILE | {"file_id": "13", "access_level": "closed"}, FILE | {"file_id": ""}])
    assert record_url(work, FETCHED) == "https://repository.example/sub/record/7"
    assert [file_url(work, file, FETCHED) for file in work.files] == [
        "https://repository.example/sub/download/7/12/a%20b%231.pdf",
        None,
        None,
    ]
    own = Settings(fetch=FETCHED.fetch, publications=Publications(record_url="https://other.example/r/{id}"))
    assert record_url(work, own) == "https://other.example/r/7"
    assert record_url(work, Settings()) is None
    assert pdf_url(work, FETCHED).endswith("/12/a%20b%231.pdf")


def test_a_record_belongs_to_the_repository_that_its_file_is_named_after() -> None:
    repositories = (Repository(url=EXPORT, name="other"), Repository(url="https://b.example/export", name="group"))
    assert record_url(record(), Settings(fetch=Fetch(librecat=repositories))) == "https://b.example/record/7"
    assert record_url(record(), Settings(fetch=Fetch(librecat=repositories[:1] * 2))) is None
    no_export = (Repository(url="https://b.example/records", name="group"),)
    assert record_url(record(), Settings(fetch=Fetch(librecat=no_export))) is None


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("record_url: repository.example/{id}", "record_url is not an absolute http(s) address"),
        ("record_url: https://repository.example/", "record_url is not the address of each record"),
        ("record_url: https://repository.example/{file_id}", "record_url is not the address of each record"),
        ("file_url: https://repository.example/{name}", "file_url is not the address of each file"),
    ],
)
def test_wrong_templates(setting: str, message: str, tmp_path: Path) -> None:
    root = make_digest(tmp_path, settings=f"{SETTINGS}publications:\n  {setting}\n")
    _, problems = config.read(root, {})
    assert [problem.message for problem in problems if not problem.is_note] == [message]


# -- the page ------------------------------------------------------------------------------------------------------


def test_the_page_has_what_a_reader_of_the_repository_misses(tmp_path: Path) -> None:
    page = site([FULL | {"_id": "7"}], tmp_path)["publications/7/"]
    body = lxml.html.fromstring(page.body)
    hrefs = body.xpath("//a/@href")
    assert "https://repository.example/sub/record/7" in hrefs
    assert "https://repository.example/sub/download/7/12/a%20b%231.pdf" in hrefs
    text = " ".join(body.text_content().split())
    assert "Acknowledgement We thank" in text
    assert "Article processing charge No" in text.replace("chargeNo", "charge No")
    assert {"citation.bib", "citation.ris", "citation.json"} <= set(hrefs)


def test_signposting_is_complete_and_the_linkset_agrees(tmp_path: Path) -> None:
    page = site([FULL | {"_id": "7"}], tmp_path)["publications/7/"]
    links = [tag for tag in page.head if isinstance(tag, LinkTag)]
    address = f"http://localhost/{page.address}"
    by_rel: dict[str, list[str]] = {}
    for link in links:
        by_rel.setdefault(link.rel, []).append(urljoin(address, link.href))
    # https://signposting.org/FAIR/: these relations, cite-as once, type twice, with media types of what is linked.
    assert by_rel["cite-as"] == ["https://doi.org/10.1234/x"]
    assert by_rel["type"] == ["https://schema.org/AboutPage", "https://schema.org/ScholarlyArticle"]
    assert by_rel["author"] == ["https://orcid.org/0000-0001-5337-5875"]
    assert by_rel["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert all(link.type for link in links if link.rel in ("item", "describedby", "linkset"))
    files = {f"http://localhost/{file.path}": file.data for file in page.files if not file.path.endswith(CARD)}
    assert {*by_rel["describedby"], *by_rel["linkset"]} == files.keys()
    first, *others = json.loads(files[by_rel.pop("linkset")[0]])["linkset"]
    assert first.pop("anchor") == address
    assert {rel: [target["href"] for target in targets] for rel, targets in first.items()} == by_rel
    backward = {"item": "collection", "describedby": "describes"}
    assert [(c["anchor"], c[rel][0]["href"]) for c in others for rel in c if rel != "anchor"] == [
        (url, address) for rel in ("item", "describedby") if backward[rel] for url in by_rel[rel]
    ]


def test_json_ld_of_an_article(tmp_path: Path) -> None:
    page = site([FULL | {"_id": "7"}], tmp_path)["publications/7/"]
    (data,) = (json.loads(tag.json) for tag in page.head if isinstance(tag, DataTag))
    assert (data["@type"], data["name"], data["datePublished"]) == ("ScholarlyArticle", "Of x² </script>", "2024-03-05")
    assert data["author"][0]["@id"] == "https://orcid.org/0000-0001-5337-5875"
    assert data["isPartOf"]["isPartOf"]["isPartOf"]["issn"] == ["1234-5679"]
    assert data["encoding"][0]["encodingFormat"] == "application/pdf"


@given(st.text(max_size=40) | st.sampled_from(["</script><script>alert(1)</script>", "<!--", "\u2028&amp;"]))
def test_no_text_ends_the_data(text: str) -> None:
    served = head([json_ld({"name": text, "keywords": [text]})])
    (element,) = lxml.html.fromstring(f"<html><head>{served}</head><body></body></html>").find("head")
    assert json.loads(element.text)["keywords"] == [text]


# -- lists ---------------------------------------------------------------------------------------------------------


def test_every_list_has_all_its_publications_in_every_format(tmp_path: Path) -> None:
    records = [{"_id": str(n), "year": str(2020 + n % 2), "department": [{"_id": "Ab"}]} for n in range(1, 320)]
    pages = site(records, tmp_path)
    wanted = {"publications/": 319, "publications/years/2021/": 160, "publications/departments/Ab/": 319}
    for address, number in wanted.items():
        files = {file.path: file.data.decode() for file in pages[address].files}
        library = parse_string(files[f"{address}publications.bib"])
        assert len(library.entries_dict) == number
        assert not library.failed_blocks
        assert len(rispy.loads(files[f"{address}publications.ris"])) == number
        items = json.loads(files[f"{address}publications.json"])
        assert {item["id"] for item in items} == library.entries_dict.keys()
        assert 'href="publications.bib"' in pages[address].body
    second = pages["publications/departments/Ab/2/"]
    assert second.files == ()
    assert 'href="../publications.bib"' in second.body


def test_a_digest_without_alternates_has_no_citation_files(tmp_path: Path) -> None:
    pages = site([FULL | {"_id": "7"}], tmp_path, Settings(alternates="none"))
    assert not [file for page in pages.values() for file in page.files if not file.path.endswith(CARD)]
    assert not any("publications.bib" in page.body or "citation.bib" in page.body for page in pages.values())
    rels = {tag.rel for tag in pages["publications/7/"].head if isinstance(tag, LinkTag)}
    assert not {"describedby", "linkset"} & rels


# -- COinS ---------------------------------------------------------------------------------------------------------


def context_object(work: Paper | Publication) -> dict[str, list[str]]:
    title = lxml.html.fromstring(str(coins(work))).get("title", "")
    return parse_qs(title, strict_parsing=True)


def test_coins_of_a_paper() -> None:
    values = context_object(
        Paper(arxiv_id="2505.00001", title="On $x^2$ & +1", authors=("Ada van der Berg", "ATLAS Collaboration"))
    )
    assert values["rft.title"] == ["On x² & +1"]
    assert (values["rft.au"], values["rft.aucorp"]) == (["van der Berg, Ada"], ["ATLAS Collaboration"])
    assert values["rft_id"] == ["info:doi/10.48550/arXiv.2505.00001"]
    assert values["rft.type"] == ["preprint"]


def test_coins_of_a_published_preprint_lead_to_arxiv_too() -> None:
    values = context_object(Paper(arxiv_id="2505.00001", title="T", doi="10.1234/x"))
    assert values["rft_id"] == ["info:doi/10.1234/x", "https://arxiv.org/abs/2505.00001"]


@pytest.mark.parametrize(
    ("name", "creator"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("Jean-Luc Müller-Lüdenscheidt", "Jean-Luc Müller-Lüdenscheidt"),
        ("L. van Beethoven", "van Beethoven, L."),
        ("Sammy Davis Jr.", "Davis, Sammy, Jr."),
        ("'t Hooft, Gerard", "'t Hooft, Gerard"),
    ],
)
def test_zotero_splits_the_names_in_coins_as_they_are(name: str, creator: str) -> None:
    """Zotero takes the last word for the family name if there is no comma (`cleanAuthor` in its utilities.js)."""
    values = context_object(Paper(arxiv_id="2505.00001", title="T", authors=(name,)))
    assert values["rft.au"] == [creator]


def test_coins_repeat_the_words_of_the_row() -> None:
    """Compressed, words as they are in the title and the authors of the row take no space again."""
    element = coins(Paper(arxiv_id="2505.00001", title="Über die Wärme, 2. Teil", authors=("Ada Lovelace",)))
    assert "rft.title=Über die Wärme, 2. Teil&rft.au=Ada Lovelace&" in element


@pytest.mark.parametrize(
    ("kind", "form", "title"),
    [
        ("journal_article", "journal", "rft.atitle"),
        ("conference", "book", "rft.atitle"),
        ("book", "book", "rft.btitle"),
        ("dissertation", "dissertation", "rft.title"),
        ("preprint", "dc", "rft.title"),
        ("research_data", "dc", "rft.title"),
    ],
)
def test_coins_of_publications(kind: str, form: str, title: str) -> None:
    values = context_object(record(**FULL | {"type": kind}))
    assert values["rft_val_fmt"] == [f"info:ofi/fmt:kev:mtx:{form}"]
    assert values[title] == ["Of x² </script>"]
    assert "info:doi/10.1234/x" in values["rft_id"]


def test_editors_are_no_authors_and_the_record_is_the_address() -> None:
    work = record(
        type="newspaper_article", publication="The Herald", editor=[{"first_name": "Ed", "last_name": "Itor"}]
    )
    title = lxml.html.fromstring(str(coins(work, "https://repository.example/record/7"))).get("title", "")
    values = parse_qs(title, strict_parsing=True)
    assert (values["rft.source"], values["rft.contributor"]) == (["The Herald"], ["Ed Itor"])
    assert values["rft_id"] == ["https://repository.example/record/7"]
    assert "rft.au" not in values


def test_a_newspaper_is_named_and_stays_a_newspaper() -> None:
    tags = {
        t.name: t.content for t in publication_tags(record(type="newspaper_article", publication="Herald"), FETCHED)
    }
    assert (tags["prism.publicationName"], tags["z:itemType"]) == ("Herald", "newspaperArticle")


@given(st.text(max_size=40))
def test_no_text_ends_the_coins(text: str) -> None:
    element = str(coins(Paper(arxiv_id="2505.00001", title=text or "T", authors=(text,))))
    assert re.fullmatch(r'<span class="Z3988" title="[^"<>]*"></span>', element)
