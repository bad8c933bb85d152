"""The pages of publications: complete, linked, paged, and safe with any record."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.index.index import Index
from broadsheet.model.paper import Paper
from broadsheet.model.publication import parse_records
from broadsheet.model.publication_parts import Conference
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store
from broadsheet.views.page import Page
from broadsheet.views.pages import publication, publications

pytestmark = pytest.mark.slow

SETTINGS = Settings(departments={"DaAl": "Alistarh Group"})
ELSEWHERE = ("subscribe/", "feeds/publications.xml", "papers/", "authors/")
ELEMENTS = {
    *(
        "a",
        "article",
        "aside",
        "b",
        "br",
        "cite",
        "code",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h2",
        "h3",
        "header",
        "i",
    ),
    *("li", "nav", "ol", "p", "pre", "rect", "section", "span", "strong", "sub", "summary", "sup", "svg", "ul"),
    *(
        "math",
        "mfrac",
        "mi",
        "mn",
        "mo",
        "mover",
        "mpadded",
        "mroot",
        "mrow",
        "mspace",
        "msqrt",
        "mstyle",
        "msub",
        "msubsup",
    ),
    *("msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover"),
}


def record(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "_id": name,
        "type": "journal_article",
        "title": f"Title {name}",
        "year": "2024",
        "status": "public",
    } | fields


def site(records: list[dict[str, Any]], root: Path, papers: tuple[Paper, ...] = ()) -> dict[str, Page]:
    """The pages of an archive with `records`, by address."""
    folder = root / "data" / "publications"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "all.yml").write_text(yaml.safe_dump_all(records, explicit_start=True, allow_unicode=True), "utf-8")
    store = Store(root)
    if papers:
        store.write_papers("2025-01-23", papers)
    return pages(store)


def pages(store: Store) -> dict[str, Page]:
    catalogue = Index(":memory:", SETTINGS)
    catalogue.refresh(store)
    made = list(publications.pages(catalogue, SETTINGS))
    catalogue.close()
    found = {page.address: page for page in made}
    assert len(found) == len(made), "two pages on one address"
    return found


@pytest.fixture(scope="module")
def real(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """The pages of the seed and of LibreCat's public samples."""
    root = tmp_path_factory.mktemp("real")
    files = [next(corpus.glob("seeds/000*")), next((corpus / "librecat").rglob("devel/publications.yml"))]
    records = [data for file in files for data in yaml.load_all(file.read_text("utf-8"), yaml.CBaseLoader)]
    paper = Paper(arxiv_id="2501.12486", title="The journey matters", relevance=9, novelty=8)
    return site([data for data in records if data["status"] == "public"], root, (paper,))


def tree(page: Page) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(f"<div>{page.lead}{page.body}</div>")


def links(page: Page) -> list[str]:
    return [a.get("href", "") for a in tree(page).iter("a")]


def resolved(page: Page) -> Iterator[str]:
    """The addresses, relative to the site's root, of the page's links within the site."""
    for href in links(page):
        if not href.startswith("https://"):
            parts = page.address.rstrip("/").split("/")
            path = href.partition("#")[0]
            while path.startswith("../"):
                path = path[3:]
                parts.pop()
            yield "/".join([*parts, path.removeprefix("./")]).lstrip("/")


def words(page: Page) -> str:
    """Return the visible text."""
    return " ".join("".join(tree(page).itertext()).split())


# -- what is there -------------------------------------------------------------------------------------------------


def test_every_link_within_the_site_resolves(real: dict[str, Page]) -> None:
    files = {*real, *(file.path for page in real.values() for file in page.files)}
    for page in real.values():
        for address in resolved(page):
            assert address in files or address.startswith(ELSEWHERE), f"{page.path} links to {address}"


def test_every_publication_is_on_the_lists_of_its_year_type_and_departments(real: dict[str, Page]) -> None:
    assert "publications/20038/" in set(resolved(real["publications/years/2025/"]))
    for folder in ("years", "types", "departments", "open-access"):
        lists = [page for address, page in real.items() if address.startswith(f"publications/{folder}/")]
        listed = Counter(a for page in lists for a in set(resolved(page)) if re.fullmatch(r"publications/\d+/", a))
        assert len(listed) == 24, folder
    assert "Alistarh Group" in words(real["publications/"])
    assert real["publications/departments/DaAl/"].title == "Alistarh Group"


def test_a_page_has_every_field_of_the_record(real: dict[str, Page]) -> None:
    text = words(real["publications/20033/"])
    for expected in (
        "M. Emrullah Ildiz, Halil Alperen Gozeten, Ege Onur Taga, Marco Mondelli ORCID, Samet Oymak",
        "Conference paper in 13th International Conference on Learning Representations, pages 2967–3006, 1 April 2025",
        "24 to 28 April 2025",
        "Singapore, Singapore",
        "2025_ICLR_Ildiz.pdf 528 kB, open access, CC BY 4.0",
        "Inference in High Dimensions: Light-speed Algorithms and Information Limits Grant 101161364",
        "Diamond open access, published version",
        "@inproceedings{emrullahildiz2025highdimensional-20033,",
        '"type": "paper-conference"',
        "ISBN9798331320850",
    ):
        assert expected in text
    hrefs = links(real["publications/20033/"])
    assert "https://orcid.org/0000-0002-3242-7020" in hrefs
    assert "https://arxiv.org/abs/2410.18837" in hrefs


def test_every_citation_style_is_there_and_one_is_open(real: dict[str, Page]) -> None:
    cite = next(s for s in tree(real["publications/20032/"]).iter("section") if s.get("class") == "cite")
    folded = ["".join(summary.itertext()) for summary in cite.iter("summary")]
    assert folded == ["ISTA", "Chicago", "MLA", "AMA", "IEEE", "Short", "BibTeX", "RIS", "CSL-JSON"]
    first = cite.find("p")
    assert first is not None
    assert "".join(first.itertext()).startswith("APA Chen, J., Yao, D., Pervez, A. A.")


def test_old_citations_lose_their_layout_and_keep_their_words(real: dict[str, Page]) -> None:
    text = words(real["publications/2737383/"])
    assert "Becana M (2015) Journal of Experimental Botany 66(10): 2979–2990." in text
    assert "<br" not in text
    assert "padding-left" not in text


def test_identifiers_lead_to_their_registries(real: dict[str, Page]) -> None:
    hrefs = links(real["publications/2737383/"])
    assert "https://doi.org/10.1093/jxb/erv066" in hrefs
    assert "https://www.webofscience.com/wos/woscc/full-record/WOS:000356223900015" in hrefs
    assert "https://pubmed.ncbi.nlm.nih.gov/25740929/" in hrefs


def test_a_publication_links_to_its_preprint_in_the_digest(real: dict[str, Page]) -> None:
    page = real["publications/20038/"]
    assert "In the digest of Thursday, 23 January 2025: relevance 9, novelty 8." in words(page)
    assert "papers/2501.12486/" in set(resolved(page))
    assert "In the digest" not in words(real["publications/20037/"])


def test_an_archive_without_publications_still_has_the_page(tmp_path: Path) -> None:
    found = pages(Store(tmp_path))
    assert list(found) == ["publications/"]
    assert "no publications yet" in words(found["publications/"])


# -- relations -----------------------------------------------------------------------------------------------------


def test_related_material_shows_both_ways(tmp_path: Path) -> None:
    data = [
        record("1", related_material={"record": [{"id": "2", "relation": "part_of_dissertation", "status": "public"}]}),
        record(
            "2", type="dissertation", related_material={"link": [{"url": "https://a.example/", "relation": "software"}]}
        ),
        record(
            "3", related_material={"record": [{"id": "99", "relation": "cites"}, {"id": "98", "status": "private"}]}
        ),
    ]
    found = site(data, tmp_path)
    assert "Part of the dissertation Title 2" in words(found["publications/1/"])
    assert "publications/2/" in set(resolved(found["publications/1/"]))
    assert "Software https://a.example/" in words(found["publications/2/"])
    assert "Part of this dissertation Title 1" in words(found["publications/2/"])
    assert "publications/1/" in set(resolved(found["publications/2/"]))
    assert "Cites record 99 of the repository" in words(found["publications/3/"])
    assert "98" not in words(found["publications/3/"])


def test_two_records_that_name_each_other_are_one_line_each(tmp_path: Path) -> None:
    names = {"1": ("2", "earlier_version"), "2": ("1", "later_version")}
    data = [
        record(name, related_material={"record": [{"id": other, "relation": relation}] * 2})
        for name, (other, relation) in names.items()
    ]
    found = site(data, tmp_path)
    assert words(found["publications/1/"]).count("Title 2") == 1
    assert "Earlier version Title 2" in words(found["publications/1/"])
    assert "Later version Title 1" in words(found["publications/2/"])


# -- long lists ----------------------------------------------------------------------------------------------------


def test_long_lists_are_cut_into_pages_and_a_year_is_not(tmp_path: Path) -> None:
    data = [record(str(n), year=str(2000 + n % 2), department=[{"_id": "D 1/ü"}], oa=1) for n in range(700)]
    found = site(data, tmp_path)
    parts = [f"publications/types/journal-article/{part}" for part in ("", "2/", "3/")]
    listed = [a for part in parts for a in resolved(found[part]) if re.fullmatch(r"publications/\d+/", a)]
    assert sorted(listed) == sorted(f"publications/{n}/" for n in range(700))
    assert parts[1] in set(resolved(found[parts[0]]))
    assert found[parts[2]].title == "Journal article, page 3"
    year = [a for a in resolved(found["publications/years/2001/"]) if re.fullmatch(r"publications/\d+/", a)]
    assert len(year) == 350
    assert len(set(re.findall(r"publications/\d+/", " ".join(resolved(found["publications/"]))))) == publications.NEWEST
    assert [a for a in found if "departments" in a and "/D-1" in a and len(a.split("/")) == 4]


def test_addresses_of_odd_codes_stay_apart() -> None:
    codes = ["a/b", "a b", "../etc", "index", "README", "ü", "ä", "", "x" * 100, "DaAl", "a_b"]
    slugs = [publications.slug(code) for code in codes]
    assert len(set(slugs)) == len(codes)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", slug) for slug in slugs)
    assert not {"index", "readme"} & {slug.casefold() for slug in slugs}
    assert publications.slug("DaAl") == "DaAl"


# -- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        *((0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1 kB"), (732_745, "733 kB"), (999_600, "1.0 MB")),
        *((5_447_177, "5.4 MB"), (37_788_223, "38 MB"), (2_000_000_000, "2.0 GB"), (10**15, "1000 TB")),
    ],
)
def test_sizes(octets: int, shown: str) -> None:
    assert publication.size(octets) == shown


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("2025-04-24", "2025-04-28", "24 to 28 April 2025"),
        ("2025-04-30", "2025-05-02", "30 April 2025 to 2 May 2025"),
        ("2016-03-05", "2016-03-05", "5 March 2016"),
        ("2016-03", None, "March 2016"),
        (None, "2016", "2016"),
        ("2016", "2017", "2016 to 2017"),
        (None, None, ""),
    ],
)
def test_days_of_a_conference(start: str | None, end: str | None, shown: str) -> None:
    assert publication.span(Conference(start=start, end=end)) == shown


# -- hostile text --------------------------------------------------------------------------------------------------

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "//evil.example/x",
    "</code></pre><svg onload=alert(1)>",
    "{{ 7*7 }}{% include 'x' %}",
    "$x^{</math><script>$ \\href{javascript:alert(1)}{x} \\begin{",
    "[a](javascript:alert(1)) **b** https://user:pass@evil.example/",
    'https://good.example/" onclick=alert(1)',
    "&lt;b&gt; &amp; ]]> <!-- -->",
    "\u202eabc\u202c\u2028\x85\ufeff",
]
KEYS = (
    "publication page volume issue article_number edition publisher place series_title citation abstract"
    " license doi urn link keyword language department author editor translator supervisor corporate_editor project"
    " conference file related_material main_file_link external_id publication_identifier oa_version OA_type tmp"
    " publication_status"
).split()
PARTS = (
    "first_name last_name full_name orcid text lang url relation id record link file_name access_level title name"
    " location description grant_number _id iso short legal_code_url arxiv isi pmid inspire isbn issn apa"
).split()
TEXTS = st.sampled_from(PAYLOADS) | st.text(max_size=15)
PARTLY = st.dictionaries(st.sampled_from(PARTS) | TEXTS, TEXTS, min_size=1, max_size=6)
FIELDS = st.dictionaries(st.sampled_from(KEYS), TEXTS | PARTLY | st.lists(TEXTS | PARTLY, max_size=3), max_size=12)


class Shelved:
    """An archive that has publications and nothing else."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self._publications = parse_records(records, "x")[0]

    def __getattr__(self, name: str) -> Any:
        answers = {"dates": [], "publications": self._publications, "publications_fingerprint": "1"}
        return lambda: answers[name]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(FIELDS, TEXTS, TEXTS)
def test_hostile_text_in_every_field_is_text(fields: dict[str, Any], title: str, kind: str) -> None:
    hostile = record("2") | fields | {"title": f"T{title}", "type": f"t{kind}", "oa": 1}
    catalogue = Index(":memory:", SETTINGS)
    catalogue.refresh(Shelved([record("1"), hostile]))
    made = list(publications.pages(catalogue, SETTINGS))
    catalogue.close()
    assert "publications/2/" in {page.address for page in made}
    for page in made:
        assert re.fullmatch(r"publications(/[A-Za-z0-9._-]+)+\.md", page.path)
        for element in tree(page).iter():
            assert element.tag in ELEMENTS | {"page"}
            assert not [name for name in element.attrib if name.startswith("on")]
            for name in ("href", "src", "action"):
                href = element.get(name, "https://")
                assert re.match(
                    r"https?://[^/@]+(?:/|$)|(?:\.\./|\./|[A-Za-z0-9])[A-Za-z0-9./_%#-]*$|https://$", href
                ), href


def test_each_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    payload = PAYLOADS[0] + PAYLOADS[1]
    fields = {"publisher": payload, "volume": payload, "keyword": [payload], "citation": {payload: f"Cited {payload}"}}
    page = site([record("1", **fields)], tmp_path)["publications/1/"]
    assert words(page).count(payload) >= 4
    assert page.body.count(html.escape(payload, quote=False)) + page.body.count("&lt;script&gt;") >= 4
