"""What a search makes of words: phrases, excluded words, misspelt ones, other spellings, dates, people."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from broadsheet.build.preview import served
from tests.build.test_search_index import Digest
from tests.example import paper

LAKES = "Ada Lovelace Byron"
FILLER = "Herbs grow in wet soil. " * 20


def many(date: str, number: int, **fields: Any) -> list[dict[str, Any]]:
    """Return papers of a day."""
    return [paper(f"{date[2:4]}{date[5:7]}.{date[8:]}{place:03}", **fields) for place in range(number)]


DAYS = {
    "2025-05-26": [
        paper(
            "2505.00001", title="Sparse attention for transformers", abstract="Quantization of the state of the art."
        ),
        paper("2505.00002", title="Attention that is sparse", abstract="A transformer with a pruned cache."),
        paper("2505.00003", title="大语言模型的稀疏注意力机制", abstract="Nothing in English."),
        paper("2505.00004", title=r"A $\beta$-VAE in $O(n^2)$ steps", abstract=r"The H$\alpha$ line."),
    ],
    "2025-06-02": [
        paper(
            "2506.00001", title="Colors of birds", abstract=f"{'Many words of no use here. ' * 30} Then a heron wades."
        ),
        paper("2506.00002", title="Kingfishers", abstract="A bird with behavior.", authors=[LAKES]),
        paper("2506.00003", title="Kingfishers again", abstract="More.", authors=[LAKES]),
        paper("2506.00004", title="Kingfishers once more", abstract="More.", authors=[LAKES]),
    ],
    "2025-06-03": [
        paper("2506.00005", title="Inside the GPT-4 model", abstract="A teal 7 of 4 GPT."),
        paper("2506.00006", title="Outside", abstract="Many a GPT of the 4 kinds."),
    ],
    "2025-06-04": [
        paper("2506.00007", title="Marsh one", abstract=f"A plover. {FILLER} A reed. A crane."),
        paper("2506.00008", title="Marsh two", abstract=f"{FILLER} {FILLER} A plover, a reed, a crane."),
        paper("2506.00009", title="Marsh three", abstract=f"A plover. {FILLER} A reed. {FILLER} A crane."),
        paper("2506.00010", title="All", abstract="Coot diver eider falcon gull hawk ibis jay kite lark merlin nene."),
    ],
    "2025-06-20": many("2025-06-20", 45, title="Geese", abstract="They fly."),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    digest = Digest(tmp_path_factory.mktemp("words"), DAYS)
    digest.write()
    digest.publish()
    for place in ("papers/2506.20000/",):
        (digest.site / place).mkdir(parents=True)
        (digest.site / place / "index.html").write_text("<!doctype html><title>There</title>")
    with served(digest.site, "/repo/", "127.0.0.1", 0) as place:
        yield place


@pytest.fixture(scope="module")
def browser_tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def search(tab: Page, address: str, query: str) -> list[str]:
    """Return the ids of the hits, once all are there."""
    tab.goto(f"{address}search/?{query}")
    status = tab.locator("#search-status")
    expect(status).to_have_text(re.compile("^[0-9]+ .*found"))
    expect(tab.locator("#hits > li")).to_have_count(min(int(status.inner_text().split()[0]), 20))
    return list(tab.locator("#hits > li").evaluate_all("nodes => nodes.map((node) => node.dataset.paper)"))


def status(tab: Page) -> str:
    return tab.locator("#search-status").inner_text()


def test_a_phrase_is_next_to_each_other(browser_tab: Page, address: str) -> None:
    assert len(search(browser_tab, address, "q=sparse attention")) == 2
    assert search(browser_tab, address, 'q="sparse attention"') == ["2505.00001"]
    assert search(browser_tab, address, 'q="state of the art"') == ["2505.00001"]
    assert search(browser_tab, address, 'q="attention for transformers" quantization') == ["2505.00001"]
    assert search(browser_tab, address, 'q="attention transformers"') == []
    assert search(browser_tab, address, 'q="state art"') == []


def test_a_word_with_a_minus_leaves_papers_out(browser_tab: Page, address: str) -> None:
    assert search(browser_tab, address, "q=transformer -pruned") == ["2505.00001"]
    assert search(browser_tab, address, 'q=transformer -"sparse attention"') == ["2505.00002"]
    assert len(search(browser_tab, address, "q=attention -xylophone")) == 2
    assert search(browser_tab, address, "q=transformer −“sparse attention”") == ["2505.00002"]  # as a phone types it
    assert search(browser_tab, address, "q=transformer -sparse-attention") == ["2505.00002"]


def test_excluded_words_alone_leave_all_other_papers(browser_tab: Page, address: str) -> None:
    search(browser_tab, address, "q=-geese")
    assert status(browser_tab) == "14 found"
    assert search(browser_tab, address, "q=-attention&to=2025-05") == ["2505.00004", "2505.00003"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("tranformer", "transformer"),
        ("transfromer", "transformer"),
        ("qantization", "quantization"),
        ("quantisation", "quantization"),
        ("colour", "colors"),
        ("behaviour", "behavior"),
        ("kingfishr", "kingfishers"),
    ],
)
def test_a_misspelt_or_british_word_is_repaired_and_it_says_so(
    browser_tab: Page, address: str, query: str, word: str
) -> None:
    assert search(browser_tab, address, f"q={query}")
    assert f"Nothing for “{query}”: showing “{word}" in status(browser_tab)
    assert browser_tab.locator("#hits mark").count()


def test_a_word_that_is_nowhere_is_reported_and_shows_nothing(browser_tab: Page, address: str) -> None:
    assert search(browser_tab, address, "q=xylophagous") == []
    assert status(browser_tab) == "0 found. Nothing has “xylophagous”."
    assert search(browser_tab, address, "q=attention zzyzx9") == []


@pytest.mark.parametrize(
    ("query", "remark"),
    [
        ("kingfishers quantization", " No paper has all of these words."),
        ("quantizaton kingfishers", " No paper has all of these words."),
        ("kingfishers xylophagous", " Nothing has “xylophagous”."),
        ("attention -attention", ""),
    ],
)
def test_words_that_no_paper_has_together_are_reported(
    browser_tab: Page, address: str, query: str, remark: str
) -> None:
    assert search(browser_tab, address, f"q={quote(query)}") == []
    assert status(browser_tab).startswith("0 found")
    assert status(browser_tab).endswith(remark or "0 found")


@pytest.mark.parametrize("query", ["vae2", "beta2vae", '"vae2"'])
def test_a_word_with_digits_that_nothing_has_as_a_phrase_stays(browser_tab: Page, address: str, query: str) -> None:
    assert search(browser_tab, address, f"q={quote(query)}") == []


@pytest.mark.parametrize(
    ("query", "ids"), [("gpt4", True), ("GPT4o-x", False), ('"the gpt4 model"', True), ("gpt4 -teal7", False)]
)
def test_a_word_with_digits_may_be_a_phrase(browser_tab: Page, address: str, query: str, ids: bool) -> None:
    assert search(browser_tab, address, f"q={quote(query)}") == (["2506.00005"] if ids else [])
    if ids:
        assert "Nothing for “gpt4”: showing “gpt 4”." in status(browser_tab)


@pytest.mark.parametrize(
    ("lost", "query", "ids", "remark"),
    [
        ("dictionary", "quantization", ["2505.00001"], "The list of words could not be loaded"),
        ("dictionary", "qantization", [], "The list of words could not be loaded"),
        (
            "places/",
            '"attention transformers"',
            ["2505.00001", "2505.00002"],
            "The places of words could not be loaded",
        ),
    ],
)
def test_a_lost_file_costs_only_what_needs_it(
    chromium: Browser, address: str, lost: str, query: str, ids: list[str], remark: str
) -> None:
    tab = chromium.new_page()
    tab.route(f"**/*{lost}*", lambda route: route.fulfill(status=404, body=""))
    assert search(tab, address, f"q={quote(query)}") == ids
    assert remark in status(tab)
    tab.unroute(f"**/*{lost}*")
    search(tab, address, f"q={quote(query)}")
    assert "could not be loaded" not in status(tab)
    tab.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bparse", "sparse"),  # the first letter
        ("attenntion", "attention"),  # a doubled one
        ("kingfihsers", "kingfishers"),
        ("brds", "birds"),
        ("lovelase", "lovelace"),  # a name
    ],
)
def test_a_typo_anywhere_in_a_word_or_a_name_is_repaired(
    browser_tab: Page, address: str, typed: str, meant: str
) -> None:
    assert search(browser_tab, address, f"q={typed}") == search(browser_tab, address, f"q={meant}")
    search(browser_tab, address, f"q={typed}")
    assert f"Nothing for “{typed}”: showing “{meant}”" in status(browser_tab)


def test_a_typo_of_several_words_finds_papers_with_any_of_them(browser_tab: Page, address: str) -> None:
    assert search(browser_tab, address, "q=hern") == ["2506.00001"]
    assert status(browser_tab) == "1 found. Nothing for “hern”: showing “here” or “heron”."
    assert search(browser_tab, address, "q=hern birds") == ["2506.00001"]
    assert search(browser_tab, address, "q=hern geese") == []


def test_chinese_that_is_nowhere_is_said(browser_tab: Page, address: str) -> None:
    assert search(browser_tab, address, "q=鸟类") == []
    assert status(browser_tab) == "0 found. Nothing has “鸟类”."
    assert search(browser_tab, address, 'q="attention transformers"') == []
    assert status(browser_tab) == "0 found. Nothing has “attention transformers”."


def test_common_words_are_ignored_and_it_says_so(browser_tab: Page, address: str) -> None:
    assert len(search(browser_tab, address, "q=the attention of")) == 2
    assert status(browser_tab) == "2 found. Ignored as too common: “the”, “of”."
    search(browser_tab, address, 'q="of attention"')
    assert status(browser_tab) == "2 found. Ignored as too common: “of”."
    browser_tab.goto(f'{address}search/?q="the of"')
    expect(browser_tab.locator("#search-status")).to_have_text("These words are in nearly every paper.")


@pytest.mark.parametrize(
    "query", [r"$\beta$-VAE", "β-VAE", r"\beta VAE", '"beta-VAE"', "$O(n^2)$", "O(n²)", r"H$\alpha$", "Hα", "halpha"]
)
def test_formulas_are_found_as_tex_as_characters_and_by_names(browser_tab: Page, address: str, query: str) -> None:
    assert search(browser_tab, address, f"q={quote(query)}") == ["2505.00004"]
    assert browser_tab.locator("#hits mark").count()


@pytest.mark.parametrize("part", ["大语言模型的稀疏注意力机制", "注意力", "稀疏注意", "机制", "力"])
def test_a_chinese_title_is_found_by_any_part(browser_tab: Page, address: str, part: str) -> None:
    assert search(browser_tab, address, f"q={part}") == ["2505.00003"]
    assert browser_tab.locator("#hits h3 mark").count()


def test_long_queries_need_not_match_whole(browser_tab: Page, address: str) -> None:
    assert search(browser_tab, address, "q=sparse attention transformers quantization herons")[0] == "2505.00001"
    assert "No paper has all of these words" in status(browser_tab)


def test_papers_that_have_the_words_close_together_come_first(browser_tab: Page, address: str) -> None:
    assert search(browser_tab, address, "q=plover reed crane") == ["2506.00008", "2506.00007", "2506.00009"]


def test_of_a_long_query_the_rarest_words_are_asked_for(browser_tab: Page, address: str) -> None:
    others = " ".join(f"many words of no use here nothing{number}" for number in range(20))
    hits = search(browser_tab, address, f"q={others} coot diver eider falcon gull hawk ibis jay kite lark merlin nene")
    assert hits[0] == "2506.00010"
    assert "Nothing has “nothing0”, so it was ignored." in status(browser_tab)


def test_the_snippet_is_around_the_hit_and_the_title_is_marked(browser_tab: Page, address: str) -> None:
    assert search(browser_tab, address, "q=heron birds") == ["2506.00001"]
    text = browser_tab.locator("#hits .comment").inner_text()
    assert text.startswith("… ")
    assert browser_tab.locator("#hits .comment mark").all_inner_texts() == ["heron"]
    assert browser_tab.locator("#hits h3 mark").all_inner_texts() == ["birds"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("from=2025-06", 55),
        ("from=2025-06-03", 51),
        ("to=2025-05-31", 4),
        ("from=2025-W23&to=2025-W23", 10),
        ("from=2025-06-02&to=2025-06-02&q=kingfisher", 3),
        ("q=2025-05", 4),
        ("q=2025-W22 2025-06-02", 8),
        ("q=2025-W22 2025-06&from=2025-06-03", 51),
        ("q=kingfisher 2025-W22", 0),
    ],
)
def test_days_weeks_and_months_limit_the_search(browser_tab: Page, address: str, query: str, number: int) -> None:
    search(browser_tab, address, query)
    assert int(status(browser_tab).split()[0]) == number


def test_a_date_that_is_none_is_ignored_and_it_says_so(browser_tab: Page, address: str) -> None:
    search(browser_tab, address, "q=geese&from=yesterday")
    assert "“yesterday” was ignored: write a day as 2025-05-27" in status(browser_tab)


def test_days_that_exclude_each_other_are_reported(browser_tab: Page, address: str) -> None:
    assert search(browser_tab, address, "from=2025-06&to=2025-05") == []
    assert status(browser_tab) == "0 found. These days exclude each other."


def test_dates_are_in_the_address_and_are_cleared(browser_tab: Page, address: str) -> None:
    search(browser_tab, address, "q=kingfisher")
    browser_tab.locator("input[name=to]").fill("2025-05")
    browser_tab.locator("input[name=to]").press("Tab")
    expect(browser_tab.locator("#search-status")).to_have_text("0 found")
    assert browser_tab.url.endswith("?q=kingfisher&to=2025-05")
    browser_tab.get_by_role("button", name="Clear").click()
    expect(browser_tab.locator("#search-status")).to_have_text("3 found")


@pytest.mark.parametrize("query", ["Byron", "ada lovelace byron", "byron, ada"])
def test_a_name_leads_to_the_page_of_the_author(browser_tab: Page, address: str, query: str) -> None:
    assert len(search(browser_tab, address, f"q={query}")) == 3
    link = browser_tab.locator("#people a")
    expect(link).to_have_text(LAKES)
    assert str(link.get_attribute("href")).endswith("/repo/authors/ada-lovelace-byron/")


def test_back_returns_to_the_same_hits_and_place(browser_tab: Page, address: str) -> None:
    tab = browser_tab
    search(tab, address, "q=geese")
    tab.locator("#more").click()
    expect(tab.locator("#hits > li")).to_have_count(40)
    tab.locator("#more").click()
    expect(tab.locator("#hits > li")).to_have_count(45)
    link = tab.locator("#hits h3 a").nth(30)
    link.scroll_into_view_if_needed()
    before = tab.evaluate("scrollY")
    assert before > 0
    link.evaluate("(a, href) => { a.href = href; a.click(); }", f"{address}papers/2506.20000/")
    tab.wait_for_url("**/papers/**")
    tab.go_back()
    expect(tab.locator("#hits > li")).to_have_count(45)
    tab.wait_for_function("y => Math.abs(scrollY - y) < 3", arg=before)


def test_the_link_to_all_authors_gives_way_to_the_people_of_a_search(browser_tab: Page, address: str) -> None:
    browser_tab.goto(f"{address}search/")
    expect(browser_tab.locator("#people")).to_have_text("People: the authors with the most papers.")
    browser_tab.goto(f"{address}search/?q=lovelace")
    expect(browser_tab.locator("#people")).to_contain_text(LAKES)
    expect(browser_tab.locator("#people")).not_to_contain_text("most papers")
    browser_tab.goto(f"{address}search/?q=geese")
    expect(browser_tab.locator("#hits .item").first).to_be_visible()
    expect(browser_tab.locator("#people")).to_be_hidden()


def test_the_key_of_the_search_types_nothing_into_its_empty_field(browser_tab: Page, address: str) -> None:
    browser_tab.goto(f"{address}search/")
    field = browser_tab.locator("#query")
    expect(field).to_be_focused()
    field.press("/")
    field.press_sequentially("a/b")
    expect(field).to_have_value("a/b")


@pytest.mark.parametrize("words", ["last week", "Yesterday", "from:2025-06", "geese since:2025-06-01", "this year"])
def test_words_for_days_lead_to_the_fields_of_days(browser_tab: Page, address: str, words: str) -> None:
    browser_tab.goto(f"{address}search/?q={quote(words)}")
    expect(browser_tab.locator("#search-status")).to_contain_text("For days, use “from” and “to”")


def test_other_words_lead_to_no_days(browser_tab: Page, address: str) -> None:
    browser_tab.goto(f"{address}search/?q={quote('birds of the last week')}")
    expect(browser_tab.locator("#search-status")).to_contain_text("found")
    expect(browser_tab.locator("#search-status")).not_to_contain_text("For days")
