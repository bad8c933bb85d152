"""Author pages: which names are one author, the addresses, and which authors have a page."""

import re
import shutil
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadsheet.index.authors import MAX_AUTHORS, PublicationAuthor, resolve_authors
from broadsheet.index.dependencies import DependencyTracker
from broadsheet.index.index import Index
from broadsheet.model.author_names import author_slug, name_key, person_key
from broadsheet.model.publication_parts import Person
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store
from broadsheet.views.page import Page
from broadsheet.views.pages import author, paper, publications
from tests.example import ROOT, SETTINGS, make_digest
from tests.example import paper as row
from tests.test_hostile_text import PAYLOADS

LETTERS = st.characters(categories=["L", "Mn"]) | st.sampled_from("aeoßøй-'’. ")
NAMES = st.sampled_from(PAYLOADS) | st.text(LETTERS, max_size=20) | st.text(max_size=60)
ALISTARH = "0000-0003-3650-940X"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Lovelace", "ADA LOVELACE"),
        ("Paul Erdős", "Paul Erd\\H{o}s"),
        ("Łukasz Kaiser", "{\\L}ukasz Kaiser"),
        ("Jan-Willem van der Berg", "Jan Willem van der Berg"),
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Martin Luther King, Jr.", "Martin Luther King Jr"),
        ("Conor O'Brien", "Conor O\u2019Brien"),
        ("José García", "Jose\u0301 Garci\u0301a"),
    ],
)
def test_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("John Smith", "Jane Smith"),
        ("John Smith", "John A. Smith"),
        ("John Smith", "John Smith Jr."),
        ("Иван Йонов", "Иван Ионов"),  # й is a letter, not an и with an accent
        ("王 伟", "王 芳"),
    ],
)
def test_two_names(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
    assert author_slug(name_key(one)) != author_slug(name_key(other))


@pytest.mark.parametrize(
    "name",
    "J. Smith|J.-P. Serre|JP Serre|J P Serre|Smith, J.|Ada L.|JP SERRE|Plato|ATLAS Collaboration||University of Oxford"
    "|R2 D2|1234 5678|0000-0002-1825-0097".split("|"),
)
def test_initials_teams_and_other_texts_have_no_author_key(name: str) -> None:
    assert name_key(name) == ""


@examples(deadline=None)
@given(NAMES, NAMES)
def test_any_name_has_an_address_of_its_own(one: str, other: str) -> None:
    keys = [name_key(f"{one} {other}"), name_key(f"{other} {one}"), person_key(Person(name=one, first=one, last=other))]
    for key in filter(None, keys):
        assert re.fullmatch(r"[a-z-]+(_[0-9a-f]{12})?", author_slug(key))
        assert author_slug(key) != "index"
    assert len({author_slug(key) for key in filter(None, keys)}) == len(set(filter(None, keys)))


WORKS = st.lists(
    st.builds(
        PublicationAuthor,
        st.sampled_from(["", "0000-0001-0000-000X", "0000-0002-0000-0001"]),
        st.sampled_from(["ada lovelace", "a b lovelace", "emmy noether"]),
        st.sampled_from(["Ada", "Emmy"]),
        st.sampled_from(["1", "2", "3"]),
    ),
    max_size=6,
)
SIGNED = st.dictionaries(
    st.sampled_from(["ada lovelace", "emmy noether", "kurt godel"]),
    st.tuples(st.integers(1, 5), st.just("N"), st.just("2025-05-26 1")),
    max_size=3,
)


@given(WORKS, WORKS, SIGNED)
def test_an_author_keeps_the_address_when_others_arrive(
    works: list[PublicationAuthor], more: list[PublicationAuthor], signed: Any
) -> None:
    before, after = resolve_authors(works, signed), resolve_authors([*works, *more], signed)
    for found in (before, after):
        assert len({one.slug for one in found}) == len(found)
        keys = [key for one in found for key in one.names]
        assert len(keys) == len(set(keys))  # what a name has signed counts for one page
        for one in found:
            assert one.names or one.orcid or len(one.others) == 1
    emptied = {author_slug(work.key) for work in [*works, *more]}  # a name whose bearers turn out to be several
    assert {one.slug for one in before} - {one.slug for one in after} <= emptied


def test_two_people_of_one_name_are_not_merged() -> None:
    works = [PublicationAuthor(f"0000-0000-0000-000{n}", "wei zhang", "Wei Zhang", str(n)) for n in (1, 2)]
    found = {one.slug: one for one in resolve_authors(works, {"wei zhang": (4, "Wei Zhang", "")})}
    assert found["wei-zhang"].names == ("wei zhang",)
    assert [name for name, _ in found["wei-zhang"].others] == ["0000-0000-0000-0001", "0000-0000-0000-0002"]
    assert found["0000-0000-0000-0001"].papers == 0
    alone = {one.slug: one for one in resolve_authors(works[:1], {"wei zhang": (4, "Wei Zhang", "")})}
    assert alone["0000-0000-0000-0001"].papers == 4
    assert alone["wei-zhang"].others == (("0000-0000-0000-0001", "Wei Zhang"),)


# -- pages ---------------------------------------------------------------------------------------------------------

DAYS = {
    "2025-05-26": [
        row("2505.00001", authors=["Ada Lovelace", "Emmy Noether"]),
        row("2505.00002", authors=["J. Smith"]),
    ],
    "2025-05-27": [
        row("2505.00003", authors=["LOVELACE, ADA", "J. Smith", "<b>Mal</b> Lory"]),
        row("2505.00001", authors=["Ada Lovelace"]),
        row("2410.06074", authors=["Jiale Chen", "Dan-Adrian Alistarh"], doi="10.1/x"),
    ],
    "2025-05-28": [
        row("2505.00004", authors=["Ada Lovelace", "J. Smith", "<b>Mal</b> Lory"]),
        row("2505.00005", authors=["<b>Mal</b> Lory"]),
        row("2505.00006", authors=["Ada Lovelace", *(f"Author Number{'x' * n}" for n in range(MAX_AUTHORS))]),
    ],
}


def archive(root: Path, settings: str = SETTINGS, days: dict[str, Any] = DAYS) -> tuple[Index, Settings]:
    make_digest(root, days, settings)
    shutil.copytree(ROOT / "data" / "publications", root / "data" / "publications")
    loaded = config.load(root)
    found = Index(":memory:", loaded)
    found.refresh(Store(root))
    return found, loaded


def build_pages(found: Index, settings: Settings) -> dict[str, Page]:
    recorder = DependencyTracker(found)
    keys = author.keys(found, settings)
    return {page.address: page for key in keys for page in author.pages(recorder, settings, key)}


def test_three_papers_or_a_publication_make_a_page(tmp_path: Path) -> None:
    pages = build_pages(*archive(tmp_path))
    assert "authors/ada-lovelace/" in pages
    assert "authors/emmy-noether/" not in pages
    assert f"authors/{ALISTARH}/" in pages
    assert not [address for address in pages if "smith" in address or "number" in address]
    body = lxml.html.fromstring(pages["authors/ada-lovelace/"].body)
    assert [li.get("data-paper") for li in body.find_class("item")] == ["2505.00004", "2505.00003", "2505.00001"]
    assert pages["authors/ada-lovelace/"].reader
    hostile = pages["authors/b-mal-b-lory/"]
    assert hostile.title == "<b>Mal</b> Lory"
    assert "<b>Mal" not in hostile.body + pages["authors/"].body


@pytest.mark.parametrize(
    ("slug", "words", "query"),
    [
        (
            "ada-lovelace",
            "Papers with a page of their own under this name; several people may have it.",
            "Ada%20Lovelace",
        ),
        ("b-mal-b-lory", "Papers with a page of their own under this name;", "%3Cb%3EMal%3C%2Fb%3E%20Lory"),
        (ALISTARH, "Papers with a page of their own, and publications, under this name.", "Dan-Adrian%20Alistarh"),
    ],
)
def test_a_page_names_its_works_and_leads_to_all_papers(slug: str, words: str, query: str, tmp_path: Path) -> None:
    page = build_pages(*archive(tmp_path))[f"authors/{slug}/"]
    note = lxml.html.fromstring(page.body).xpath("//p[@class='muted'][a[contains(@href, 'search/')]]")[0]
    assert note.text_content().startswith(words)
    assert note.text_content().endswith("Search for the name to see all papers.")
    assert note.xpath("a/@href") == [f"../../search/?q={query}"]


def test_a_page_without_papers_names_publications_alone(tmp_path: Path) -> None:
    pages = build_pages(*archive(tmp_path, f"{SETTINGS}author_pages: institution\n", {}))
    notes = [words for page in pages.values() for words in re.findall(r"(\w+) under this name", page.body)]
    assert set(notes) == {"Publications"}


def test_who_has_an_orcid_has_papers_and_publications_there(tmp_path: Path) -> None:
    pages = build_pages(*archive(tmp_path))
    body = lxml.html.fromstring(pages[f"authors/{ALISTARH}/"].body)
    assert body.xpath("//li[@data-paper]/@data-paper") == ["2410.06074"]
    assert len(body.xpath("//li[contains(@class, 'publication')]")) == 4
    assert body.xpath(f"//a[@href='https://orcid.org/{ALISTARH}']")
    forward = lxml.html.fromstring(pages["authors/dan-adrian-alistarh/"].body)
    assert forward.xpath("//a/@href") == [f"../{ALISTARH}/"]


def test_pages_of_papers_and_publications_lead_to_their_authors(tmp_path: Path) -> None:
    found, settings = archive(tmp_path)
    pages = {page.address: page for date in DAYS for page in paper.pages(found, settings, date)}
    by = lxml.html.fromstring(pages["papers/2505.00003/"].body).find_class("authors")[0]
    assert [(a.text, a.get("href")) for a in by.iter("a")] == [
        ("LOVELACE, ADA", "../../authors/ada-lovelace/"),
        ("<b>Mal</b> Lory", "../../authors/b-mal-b-lory/"),
    ]
    works = {page.address: page for page in publications.pages(found, settings)}
    links = {a for page in works.values() for a in lxml.html.fromstring(page.body).xpath("//a/@href")}
    assert f"../../authors/{ALISTARH}/" in links
    assert "../../papers/2410.06074/" in links
    assert {a.removeprefix("../../") for a in links if a.startswith("../../authors/")} <= set(
        build_pages(found, settings)
    )


@pytest.mark.parametrize(("choice", "ada"), [("institution", False), ("none", False), ("all", True)])
def test_the_setting(choice: str, ada: bool, tmp_path: Path) -> None:
    pages = build_pages(*archive(tmp_path, f"author_pages: {choice}\n{SETTINGS}"))
    assert ("authors/ada-lovelace/" in pages) is ada
    assert (f"authors/{ALISTARH}/" in pages) is (choice != "none")
    assert bool(pages) is (choice != "none")


def test_without_pages_of_papers_there_are_those_of_publications(tmp_path: Path) -> None:
    found, settings = archive(tmp_path, f"paper_pages: none\n{SETTINGS}")
    pages = build_pages(found, settings)
    assert "authors/ada-lovelace/" not in pages
    assert "data-paper" not in pages[f"authors/{ALISTARH}/"].body


def test_a_long_list_ends_at_the_limit_of_the_settings(tmp_path: Path) -> None:
    days = {f"2025-05-{day:02}": [row(f"2505.{day:05}")] for day in range(1, 8)}
    pages = build_pages(*archive(tmp_path, f"pages: {{topic_newest: 5}}\n{SETTINGS}", days))
    body = lxml.html.fromstring(pages["authors/ada-lovelace/"].body)
    assert len(body.find_class("item")) == 5
    assert "The newest 5 of 7." in body.text_content()


def test_the_version_of_an_author_changes_with_their_papers_alone(tmp_path: Path) -> None:
    found, _ = archive(tmp_path)
    ask = ("author", ("ada-lovelace", 50))
    other = ("author", (ALISTARH, 50))
    before = found.version(*ask), found.version(*other)
    make_digest(tmp_path, {"2025-05-29": [row("2505.00009")]})
    found.refresh(Store(tmp_path))
    after = found.version(*ask), found.version(*other)
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_real_names_share_no_address(corpus: Path) -> None:
    names = set(
        re.findall(rb'"authors": \[([^\]]*)\]', b"".join(p.read_bytes() for p in corpus.glob("scored/*/2025-05/*")))
    )
    listed = {name.decode("unicode_escape", "replace") for line in names for name in re.findall(rb'"([^"]+)"', line)}
    keys = {key for name in listed if (key := name_key(name))}
    assert len(keys) > 1000
    assert len({author_slug(key) for key in keys}) == len(keys)
