"""The search page in a browser: facets, orders, ids, DOIs, highlighting, and a broken index."""

import json
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from broadsheet.build.preview import served
from broadsheet.build.search_index import FOLDER
from broadsheet.search.ids import bucket
from tests.build.test_search_index import Digest, few_papers
from tests.example import SETTINGS, paper

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
DOI = "10.1103/PhysRevB.1.<2>"
WORKS = """\
- _id: '77'
  title: A thesis on grebes
  type: dissertation
  year: '2019'
  doi: 10.5555/grebes
- _id: '78'
  title: Coots, in print
  type: journal_article
  year: '2025'
  external_id: {arxiv: ['2502.00001']}
"""
DAYS = {
    "2024-01-02": [
        paper("2401.00001", title="Old grebes", relevance=9, novelty=9, categories=["cs.LG"], doi=DOI),
        paper("math/0306266", title="Very old grebes", relevance=None, novelty=None),
        paper("0411431", title="An id without its archive", abstract="Nothing."),
    ],
    "2025-02-03": [
        paper(
            "2502.00001", title="Coots and grebes", relevance=5, novelty=4, categories=[HOSTILE], source="hf", upvotes=3
        ),
        paper("2502.00002", title="Grebes of an LLM", comment="LLM", categories=["cs.CL", "cs.LG"], authors=["A", "B"]),
    ],
}
OLD, VERY_OLD, LOST = "papers/2401.00001/", "papers/math/0306266/", "papers/0411431/"
COOTS, LLM = "papers/2502.00001/", "papers/2502.00002/"


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    root = tmp_path_factory.mktemp("page")
    (root / "data" / "publications").mkdir(parents=True)
    (root / "data" / "publications" / "group.yml").write_text(WORKS)
    settings = SETTINGS.replace("Large Language Models", json.dumps(HOSTILE)).replace("{arxiv:", '{x: "<b>", arxiv:')
    made = Digest(root, DAYS, settings)
    made.write()
    made.publish()
    for place in (OLD, VERY_OLD, LOST, COOTS, LLM, "publications/77/"):
        (made.site / place).mkdir(parents=True)
        (made.site / place / "index.html").write_text("<!doctype html><title>There</title>")
    return made


@pytest.fixture(scope="module")
def address(digest: Digest) -> Iterator[str]:
    with served(digest.site, "/repo/", "127.0.0.1", 0) as place:
        yield place


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("dialog", lambda dialog: wrong.append(dialog.message))
    yield tab
    context.close()
    assert wrong == []


COMPLETE = """() => {
    const status = document.getElementById("search-status").textContent;
    const number = Math.min(parseInt(status), 20);
    return /found$|found in/.test(status) && document.querySelectorAll("#hits > li").length === number;
}"""
TARGETS = "nodes => nodes.map((node) => node.getAttribute('href'))"


def hits(tab: Page) -> list[str]:
    tab.wait_for_function(COMPLETE)  # the number may be that of the last search for a moment
    return [link.partition("/repo/")[2] for link in tab.locator("#hits h3 a").evaluate_all(TARGETS)]


def options(tab: Page, name: str) -> list[str]:
    return tab.locator(f"#facets select[name={name}] option").all_inner_texts()


# -- facets and orders --------------------------------------------------------------------------------------------


def test_hits_are_filtered_and_counted_with_words_and_without(tab: Page, address: str) -> None:
    tab.goto(f"{address}search/?q=grebes")
    assert set(hits(tab)) == {OLD, VERY_OLD, COOTS, LLM, "publications/77/"}
    assert options(tab, "year") == ["Year", "2025 (2)", "2024 (2)", "2019 (1)"]
    assert options(tab, "category")[:2] == ["Category", "cs.LG (2)"]
    assert f"{HOSTILE} (1)" in options(tab, "category")
    assert f"{HOSTILE} (1)" in options(tab, "topic")
    assert "Publications (1)" in options(tab, "source")
    assert options(tab, "score") == ["Score", "Score 18+ (1)", "Score 15+ (2)", "Score 9+ (3)"]
    tab.locator("select[name=year]").select_option("2025")
    expect(tab.locator("#search-status")).to_have_text("2 of 5 found")
    assert options(tab, "category")[1] == "cs.LG (1)"
    assert options(tab, "year")[2] == "2024 (2)"  # what choosing it instead would leave
    tab.get_by_label("Words").fill("")
    assert set(hits(tab)) == {COOTS, LLM, "publications/78/"}
    tab.get_by_role("button", name="Clear").click()
    expect(tab.locator("#search-status")).to_have_text("")
    assert "LLM" not in tab.title()


def test_hits_are_sorted_and_what_is_unknown_comes_last(tab: Page, address: str) -> None:
    tab.goto(f"{address}search/?q=grebes&sort=score")
    assert hits(tab)[:3] == [OLD, LLM, COOTS]
    tab.goto(f"{address}search/?q=grebes&sort=upvotes")
    assert hits(tab)[0] == COOTS
    tab.goto(f"{address}search/?q=grebes&sort=novelty")
    assert hits(tab)[0] == OLD
    tab.locator("select[name=sort]").select_option("date")
    expect(tab.locator("#hits a").first).to_have_attribute("href", re.compile("2502"))
    assert hits(tab)[-1] == "publications/77/"
    tab.goto(f"{address}search/?sort=score")
    assert hits(tab)[0] == OLD


def test_the_choice_is_in_the_address_and_survives_reload_back_and_forward(tab: Page, address: str) -> None:
    tab.goto(f"{address}search/")
    tab.get_by_label("Words").fill("grebes")
    hits(tab)
    tab.locator("select[name=category]").select_option("cs.LG")
    tab.locator("select[name=sort]").select_option("date")
    assert tab.url.endswith("?q=grebes&category=cs.LG&sort=date")
    tab.reload()
    assert hits(tab) == [LLM, OLD]
    tab.go_back()
    tab.go_back()
    expect(tab.locator("#search-status")).to_have_text("5 found")
    tab.go_forward()
    expect(tab.locator("#search-status")).to_have_text("2 of 5 found")
    tab.locator("#hits a").first.click()
    tab.wait_for_url("**/papers/**")
    tab.go_back()
    assert len(hits(tab)) == 2
    tab.goto(f"{address}search/?q=grebes&topic=none-such&sort=constructor")
    assert len(hits(tab)) == 5


def test_counts_say_that_older_papers_are_not_in_them(tab: Page, address: str) -> None:
    tab.route("**/assets/search.js", lambda route: route.fulfill(body=few_papers(), content_type="text/javascript"))
    tab.goto(f"{address}search/?q=coots")
    expect(tab.locator("#search-status")).to_have_text("2 found in papers since 2025-02")
    assert "cs.CL (0+)" in options(tab, "category")
    tab.locator("#older").click()
    expect(tab.locator("#search-status")).to_have_text("2 found")
    tab.goto(f"{address}search/?year=2024")  # what is chosen is only in older papers
    assert set(hits(tab)) == {OLD, VERY_OLD, LOST}


# -- ids ----------------------------------------------------------------------------------------------------------

PLACES = [
    ("2401.00001", OLD),
    ("arXiv:2401.00001v2", OLD),
    (" https://arxiv.org/pdf/2401.00001v1.pdf", OLD),
    ("https://huggingface.co/papers/2401.00001", OLD),
    ("https://doi.org/10.48550/arXiv.2401.00001", OLD),
    ("doi:" + DOI.upper(), OLD),
    ("https://doi.org/10.5555/Grebes", "publications/77/"),
    ("math/0306266", VERY_OLD),
    ("math.GT/0306266v3", VERY_OLD),
    ("0306266", VERY_OLD),
    ("0411431v1", LOST),
]


@pytest.mark.parametrize(("typed", "place"), PLACES)
def test_an_id_or_a_doi_opens_the_paper(tab: Page, address: str, typed: str, place: str) -> None:
    asked: list[str] = []
    tab.goto(f"{address}search/")
    tab.wait_for_selector("#query:not([disabled])")
    tab.on("request", lambda request: asked.append(request.url))
    tab.get_by_label("Words").fill(typed)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{address}{place}")
    assert not [url for url in asked if "/words/" in url]  # the index is not asked
    tab.go_back()
    assert hits(tab) == [place]  # and whoever comes back is not sent away again


def test_an_address_with_an_id_opens_the_paper(tab: Page, address: str) -> None:
    tab.goto(f"{address}search/?q=2401.00001")
    tab.wait_for_url(f"{address}{OLD}")


def test_where_an_id_leads_to_several_places_there_is_a_choice(tab: Page, address: str) -> None:
    for asked, places in (
        ("2502.00001", {COOTS, "publications/78/"}),  # the paper, and the publication that grew from it
        ("hep-th/0306266", {VERY_OLD}),  # perhaps it was this
    ):
        tab.goto(f"{address}search/?q={asked}")
        assert set(hits(tab)) == places
        tab.get_by_label("Words").press("Enter")
        tab.wait_for_timeout(100)
        assert "/search/" in tab.url


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("2401.99999", "https://arxiv.org/abs/2401.99999"),
        ("9912.00001", "https://arxiv.org/abs/9912.00001"),
        ("hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ("10.1000/none<b>", "https://doi.org/10.1000/none%3Cb%3E"),
        ("9901001", ""),
    ],
)
def test_an_unknown_id_is_reported_with_a_link_to_its_origin(tab: Page, address: str, name: str, origin: str) -> None:
    tab.goto(f"{address}search/?q={urllib.parse.quote(name)}")
    expect(tab.locator("#search-status")).to_contain_text(f"This archive does not have {name}.")
    link = tab.locator("#search-status a")
    expect(link).to_have_count(int(bool(origin)))
    if origin:
        expect(link).to_have_attribute("href", origin)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), st.integers(1, 99))
def test_a_list_of_addresses_has_a_safe_name(name: str, others: int) -> None:
    found = bucket(name, others)
    assert found.isascii()
    assert found.replace("-", "").isalnum()


# -- marks --------------------------------------------------------------------------------------------------------


def test_hits_are_saved_marked_and_walked_through_by_keys(tab: Page, address: str) -> None:
    tab.goto(f"{address}search/?q=grebes&sort=date")
    assert hits(tab)[0] in (COOTS, LLM)
    tab.locator("h1, body").first.click()
    tab.keyboard.press("j")
    tab.keyboard.press("s")
    tab.keyboard.press("j")
    tab.keyboard.press("m")
    kept = json.loads(tab.evaluate("localStorage['broadsheet /repo/']"))["papers"]
    saved = {name: it for name, it in kept.items() if it.get("saved", 0) > 0}
    assert len(saved) == 1
    assert {name for name, it in kept.items() if it.get("read", 0) > 0} == {"2502.00001", "2502.00002"} - saved.keys()
    (it,) = saved.values()
    assert it["address"] in (COOTS, LLM)
    assert it["authors"] in (["A", "B"], ["Ada Lovelace"])
    tab.reload()
    hits(tab)
    assert tab.locator("#hits .saved[aria-pressed=true]").count() == 1
    assert tab.locator("#hits .is-read").count() == 1
    row = tab.locator("#hits .item", has_text="Grebes of an LLM")
    assert row.locator(".score b").inner_text() == "15"
    assert row.locator(".bars").get_attribute("aria-label") == "relevance 8, novelty 7"
    assert row.locator(".links a").all_inner_texts() == ["arXiv", "PDF"]
    assert tab.locator(f"#hits li:has(a[href$='{VERY_OLD}']) .score b").inner_text() == "–"
    publication = tab.locator("#hits li", has_text="thesis")
    assert publication.locator("button").count() == 0
    tab.keyboard.press("j")
    tab.keyboard.press("o")
    tab.wait_for_url("**/papers/**")


# -- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["shards.json", "dictionary-0", "/facts.pack", "/words/"])
def test_a_broken_index_is_reported(tab: Page, address: str, broken: str) -> None:
    tab.route(f"**/*{broken}*", lambda route: route.fulfill(status=200, body="<html>not this</html>"))
    tab.goto(f"{address}search/?q=grebes")
    expect(tab.locator("#search-status")).to_contain_text("could not be loaded")


def test_a_missing_card_loses_no_other_hit(tab: Page, address: str) -> None:
    tab.route("**/2024.*/texts/*", lambda route: route.fulfill(status=404, body=""))
    tab.goto(f"{address}search/?q=grebes")
    expect(tab.locator("#search-status")).to_have_text("5 found. 2 of them could not be loaded.")
    expect(tab.locator("#hits > li h3")).to_have_count(3)


def test_every_document_is_in_the_lists_by_all_its_names(digest: Digest) -> None:
    told = json.loads((digest.site / FOLDER / "shards.json").read_bytes())
    shards = {shard["folder"].partition(".")[0]: shard["ids"] for shard in told["shards"]}
    for shard in told["shards"]:
        assert sorted(path.stem for path in (digest.site / FOLDER / shard["folder"] / "ids").iterdir()) == shard["ids"]
    assert shards == {
        "publications": ["2502", "other-0"],
        "2025-02": ["2502"],
        "2024": ["0306", "0411", "2401", "other-0"],
    }
    assert bucket(DOI.lower(), 1) == "other-0"
    assert urllib.parse.quote(bucket(DOI.lower(), 7)) == bucket(DOI.lower(), 7)
    assert not list(Path(digest.site).rglob("*worker*"))


def test_hits_are_shown_without_the_script_of_rows(tab: Page, address: str) -> None:
    tab.route("**/rows.js", lambda route: route.abort())
    tab.goto(f"{address}search/?q=coots")
    expect(tab.locator("#hits h3 a").first).to_have_attribute("href", re.compile("/repo/papers/|/repo/publications/"))
    expect(tab.locator("#search-status")).to_have_text(re.compile("found$"))


def test_a_search_for_an_id_leaves_no_counts_of_the_search_before(tab: Page, address: str) -> None:
    tab.goto(f"{address}search/?q=grebes")
    expect(tab.locator("#search-status")).to_have_text(re.compile("found$"))
    assert options(tab, "year")[1] == "2025 (2)"
    tab.get_by_label("Words").fill("2401.99999")
    expect(tab.locator("#search-status")).to_contain_text("This archive does not have 2401.99999.")
    assert options(tab, "year") == ["Year", "2025", "2024", "2019"]
