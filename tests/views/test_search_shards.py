"""A search of an archive with five shards: which are asked, and for how much."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.build.test_search_index import Digest, few_papers
from tests.example import paper
from tests.static_host import hosted

TITLE = "Wading grebes under moonlit reeds"
YEARS = ("2021", "2022", "2023", "2024", "2025")
TEXT = "Grebes and coots feed. Moonlit lakes have many reeds, and herons stand there wading all night."
DAYS = {
    f"{year}-03-04": [paper(f"{year[2:]}03.{place:05}", title="Herons", abstract=TEXT) for place in range(1, 23)]
    for year in YEARS
}
DAYS["2021-03-04"].append(paper("2103.01000", title=TITLE, abstract="A bandit of the gravel pit."))
DAYS["2025-03-04"].append(paper("2503.01001", title="Pandit", abstract="A pandit."))
DAYS["2025-03-04"].append(paper("2503.01002", title="Pandit", abstract="A pandit again."))
# A typo of "plover", and a less likely one of "pwver".
for year, first, bird in (("2025", 1100, "plover"), ("2025", 1200, "pwver"), ("2024", 1100, "plover")):
    ids = (f"{year[2:]}03.0{number}" for number in range(first, first + 12))
    DAYS[f"{year}-03-04"] += [paper(name, title="Fens", abstract=f"A {bird} of the fen.") for name in ids]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    digest = Digest(tmp_path_factory.mktemp("shards"), DAYS)
    digest.write()
    digest.publish()
    with hosted(digest.site, "/") as place:
        yield place


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    tab = context.new_page()
    tab.route("**/assets/search.js", lambda route: route.fulfill(body=few_papers(), content_type="text/javascript"))
    yield tab
    context.close()


def search(tab: Page, address: str, query: str) -> tuple[list[str], str]:
    """Return the ids of the hits and the sentences, once all are there."""
    tab.goto(f"{address}search/?q={query}")
    status = tab.locator("#search-status")
    expect(status).to_have_text(re.compile("^[0-9]+ .*found"))
    expect(tab.locator("#hits > li")).to_have_count(min(int(status.inner_text().split()[0]), 20))
    ids = tab.locator("#hits > li").evaluate_all("nodes => nodes.map((node) => node.dataset.paper)")
    return list(ids), status.inner_text()


@pytest.mark.parametrize("query", ["wading grebes moonlit reeds", "moonlit wading reeds", "reeds grebes moonlit"])
def test_a_title_of_the_oldest_of_five_shards_is_on_the_first_screen(tab: Page, address: str, query: str) -> None:
    assert "2103.01000" in search(tab, address, query)[0]


def test_a_page_of_papers_is_enough_for_one_word(tab: Page, address: str) -> None:
    ids, status = search(tab, address, "grebes")
    assert {name[:4] for name in ids} == {"2503"}
    assert status == "22 found in papers since 2025-03"


def test_a_shard_without_the_rarest_words_is_not_asked_for_others_and_nothing_is_fetched_twice(
    tab: Page, address: str
) -> None:
    parts: list[tuple[str, str | None]] = []
    tab.on("request", lambda request: parts.append((request.url, range_of(request))))
    ids, _ = search(tab, address, "gravel bandit grebes coots")
    assert ids == []
    packs = [(url, part) for url, part in parts if "/words/" in url and part]
    assert packs
    assert len(parts) == len(set(parts))


def range_of(request: Request) -> str | None:
    return request.headers.get("range")


def test_other_words_of_a_query_say_what_a_typo_means(tab: Page, address: str) -> None:
    ids, status = search(tab, address, "vandit gravel pit")
    assert ids == ["2103.01000"]
    assert "Nothing for “vandit”: showing “bandit”." in status
    tab.get_by_role("link", name="pandit").click()
    expect(tab.get_by_label("Words")).to_have_value("pandit gravel pit")


def test_the_page_of_a_typo_is_filled_with_papers_that_have_the_likely_word(tab: Page, address: str) -> None:
    ids, status = search(tab, address, "plver fen")
    assert len(ids) == 20
    assert status.startswith("24 found in papers since 2024-03. Nothing for “plver”: showing “plover”.")


def test_a_long_query_with_a_typo_also_finds_papers_without_that_word(tab: Page, address: str) -> None:
    for words in (
        "moonlit lakes herons wading reeds plver",
        "grebes coots feed lakes many reeds herons wading night plver",
    ):
        ids, _ = search(tab, address, words)
        assert len(ids) == 20


def test_of_very_many_words_the_rarest_are_searched_for(tab: Page, address: str) -> None:
    text = (
        "grebes coots feed moonlit lakes many reeds herons stand there wading all night bandit gravel pit pandit again"
    )
    _, status = search(tab, address, text)
    assert "Of more than 16 words, the rarest are searched for." in status
