"""Filters of weeks, months and topics in a browser: they cover all papers of the period, not only those of the page."""

import json
import urllib.request
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broadsheet.build.preview import served
from tests.example import SETTINGS, digest, make_digest, paper
from tests.views.test_browser import SHIFT

HOSTILE = "<img src=x onerror=alert(1)> of $x^2$"


def batch(first: str, papers: int, **fields: Any) -> list[dict[str, Any]]:
    return [paper(f"{first}{n:04}", comment="", local_score=18 - n / 10, **fields) for n in range(1, papers + 1)]


AGAIN = paper("2505.10001", relevance=9, novelty=9, topics=["llm"], comment="", title="Shown before")
DAYS = {
    "2025-04-30": [*batch("2504.1", 3, relevance=5, novelty=5, topics=["compression"]), AGAIN],
    "2025-05-01": batch("2505.0", 25, relevance=9, novelty=8, topics=["llm"], categories=["cs.CL"]),
    "2025-05-02": [
        *batch("2505.2", 4, relevance=6, novelty=6, topics=["compression"], title=HOSTILE, source="hf", upvotes=3),
        AGAIN,
    ],
    "2025-05-12": batch("2505.3", 2, relevance=4, novelty=5, topics=["compression"]),
}
WEEK, MONTH, TOPIC = "weekly/2025-W18/", "monthly/2025-05/", "topics/compression/"
LIMITS = "pages: {week_best: 10, month_best: 5, topic_newest: 3}\nsearch: false\n"
DIGEST_YML = SETTINGS + LIMITS


def status(tab: Page) -> Any:
    return tab.locator(".toolbar [role=status]")


def ids(tab: Page) -> list[str]:
    return list(tab.locator("ol.list > .item").evaluate_all("nodes => nodes.map((node) => node.dataset.paper)"))


def options(tab: Page, name: str) -> list[str]:
    return tab.locator(f".toolbar select[name={name}] option").all_inner_texts()


def choose(tab: Page, name: str, value: str) -> None:
    tab.locator(f".toolbar select[name={name}]").select_option(value)


def test_the_sum_of_a_week_names_the_different_papers_that_its_filters_count(address: str, tab: Page) -> None:
    tab.goto(address + WEEK)
    expect(tab.locator(".facts dd").first).to_have_text("34 (33 different)")
    expect(status(tab)).to_have_text("33 papers")
    tab.goto(address + MONTH)
    expect(tab.locator(".facts dd").first).to_have_text("32")  # each once


@pytest.mark.parametrize(
    ("path", "papers", "topics"),
    [
        (WEEK, 33, ["Topic", "Large Language Models (26)", "Compression (7)"]),
        (MONTH, 32, ["Topic", "Large Language Models (26)", "Compression (6)"]),
    ],
)
def test_options_count_each_paper_of_the_period_once(
    address: str, tab: Page, path: str, papers: int, topics: list[str]
) -> None:
    tab.goto(address + path)
    expect(status(tab)).to_have_text(f"{papers} papers")
    assert tab.evaluate(SHIFT) <= 0.01
    assert options(tab, "topic") == topics
    choose(tab, "topic", "compression")
    expect(status(tab)).to_have_text(f"{papers - 26} of {papers} papers")
    expect(tab.locator("ol.list > .item")).to_have_count(papers - 26)
    assert not any(name.startswith("2505.0") for name in ids(tab))
    choose(tab, "topic", "llm")
    expect(tab.locator(".item[data-paper='2505.10001']")).to_be_visible()  # another month was the first to show it
    tab.get_by_role("button", name="Show more: 6 left").click()
    expect(tab.locator("ol.list > .item")).to_have_count(26)


def test_the_rows_of_a_week_are_those_of_its_days_and_take_marks(address: str, tab: Page) -> None:
    tab.goto(address + WEEK + "?source=hf")
    expect(status(tab)).to_have_text("4 of 33 papers")
    first = tab.locator("ol.list > .item").first
    assert first.locator("h3").inner_text().startswith("<img src=x onerror=alert(1)> of")
    assert first.locator(".date").get_attribute("href") == f"{address}daily/2025/05/02/#2505.20001"
    assert first.locator("h3 a").get_attribute("href") == f"{address}papers/2505.20001/"
    assert first.locator(".score b").inner_text() == "12"
    first.locator("button.saved").click()
    choose(tab, "source", "")
    choose(tab, "mark", "saved")
    expect(status(tab)).to_have_text("1 of 33 papers")
    assert ids(tab) == ["2505.20001"]
    stored = json.loads(tab.evaluate("localStorage['broadsheet /repo/']"))["papers"]["2505.20001"]
    assert stored["title"].startswith("<img src=x onerror=alert(1)> of")
    assert stored["address"] == "papers/2505.20001/"


def test_a_topic_lists_the_newest_first_and_filters_all(address: str, tab: Page) -> None:
    tab.goto(address + TOPIC)
    expect(status(tab)).to_have_text("9 papers")
    assert len(ids(tab)) == 3
    tab.get_by_role("button", name="Show more: 6 left").click()
    expect(tab.locator("ol.list > .item")).to_have_count(9)
    assert ids(tab) == [
        *(f"2505.3{n:04}" for n in (1, 2)),
        *(f"2505.2{n:04}" for n in (1, 2, 3, 4)),
        *(f"2504.1{n:04}" for n in (1, 2, 3)),
    ]
    assert options(tab, "score") == ["Score", "Score 12+ (4)", "Score 10+ (7)", "Score 9+ (9)"]
    choose(tab, "score", "12")
    assert ids(tab) == [f"2505.2{n:04}" for n in (1, 2, 3, 4)]
    tab.reload()
    expect(status(tab)).to_have_text("4 of 9 papers")
    tab.get_by_role("button", name="Clear").click()
    choose(tab, "sort", "score")
    expect(tab.locator("ol.list > .item").first).to_have_attribute("data-paper", "2505.20001")


def test_a_page_whose_files_are_broken_filters_what_it_has(address: str, tab: Page) -> None:
    tab.route("**/monthly/2025-04/papers.json", lambda route: route.fulfill(status=404, body="not here"))
    tab.goto(address + WEEK)
    expect(status(tab)).to_have_text("10 papers: the others could not be loaded")
    assert len(ids(tab)) == 10
    tab.unroute("**/monthly/2025-04/papers.json")
    tab.route("**/since/2025-05-02.pack", lambda route: route.abort())
    tab.goto(address + WEEK + "?topic=compression")
    expect(tab.locator(".notice")).to_have_text("4 papers could not be loaded: reload the page.")
    assert ids(tab) == ["2504.10001", "2504.10002", "2504.10003"]


@pytest.mark.parametrize("lost", ["monthly/2025-04/papers.json", "since/2025-05-02.pack"])
@pytest.mark.parametrize("by", ["a choice", "the network"])
def test_lost_files_are_loaded_again_once_the_network_is_back(address: str, tab: Page, lost: str, by: str) -> None:
    tab.route(f"**/{lost}", lambda route: route.abort())
    tab.goto(address + WEEK + "?topic=compression")
    expect(tab.locator(".toolbar, .notice").filter(has_text="could not be loaded").first).to_be_visible()
    tab.unroute(f"**/{lost}")
    if by == "a choice":
        choose(tab, "mark", "unread")
    else:
        tab.evaluate("dispatchEvent(new Event('online'))")
    expect(status(tab)).to_have_text("7 of 33 papers")
    expect(tab.locator("ol.list > .item")).to_have_count(7)
    expect(tab.locator(".notice")).to_be_hidden()


def test_a_page_that_has_all_papers_requests_none(address: str, tab: Page) -> None:
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(address + "weekly/2025-W20/")
    expect(status(tab)).to_have_text("2 papers")
    tab.wait_for_load_state("networkidle")
    assert not [url for url in requests if "papers.json" in url]


def test_pages_without_scripts_say_where_the_others_are(address: str) -> None:
    for path, words in ((WEEK, "best 10"), (MONTH, "best 5"), (TOPIC, "newest 3 of 9")):
        with urllib.request.urlopen(address + path) as answer:
            assert words in answer.read().decode()


def test_rows_by_script_have_the_colours_of_the_page_in_any_order_of_topics(tmp_path: Path, tab: Page) -> None:
    topics = ("zeta", "10", "alpha", "9")  # neither sorted, nor as JavaScript sorts the keys of an object
    settings = "".join(f"  - {{id: '{topic}', name: Topic {topic}, words: [{topic}]}}\n" for topic in topics)
    pairs = [*permutations(topics, 2), ()]
    rows = [
        paper(f"2505.0{n:04}", topics=list(pair), novelty=n % 9 + 1, comment="", title=f"T{n}")
        for n, pair in enumerate(pairs, 1)
    ]
    root = make_digest(tmp_path, {"2025-05-01": rows}, f"topics:\n{settings}{LIMITS}")
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    colours = (
        "rows => rows.map((row) => [row.querySelector('h2, h3').innerText.trim(), /hue-\\w+/.exec(row.className)[0]])"
    )
    with served(root / "site", "/repo/", "127.0.0.1", 0) as place:
        tab.goto(f"{place}daily/2025/05/01/")
        expected = dict(tab.locator(".paper").evaluate_all(colours))
        assert len(set(expected.values())) == 4
        for button in tab.locator(".paper button.saved").all():
            button.click()
        for path in ("monthly/2025-05/?sort=novelty", "since/", "saved/"):
            tab.goto(place + path)
            expect(tab.locator("ol.list > .item")).to_have_count(len(rows))
            assert dict(tab.locator("ol.list > .item").evaluate_all(colours)) == expected, path


def test_a_slow_page_filters_what_it_has_until_it_has_all(address: str, tab: Page) -> None:
    slow: list[Any] = []

    def hold(route: Any) -> None:
        slow.append(route)

    tab.route("**/monthly/2025-05/papers.json", hold)
    tab.goto(address + WEEK + "?topic=llm")  # as are all papers of the page
    expect(status(tab)).to_have_text("10 papers: the others are loading")
    choose(tab, "sort", "score")
    tab.locator(".item button.saved").first.click()
    choose(tab, "mark", "saved")
    expect(tab.locator("ol.list > .item:visible")).to_have_count(1)
    slow[0].continue_()
    expect(status(tab)).to_have_text("1 of 33 papers")
    assert len(ids(tab)) == 1
    choose(tab, "mark", "")
    expect(status(tab)).to_have_text("26 of 33 papers")
    assert all(row.is_visible() for row in tab.locator("ol.list > .item").all())
    assert options(tab, "topic") == ["Topic", "Large Language Models (26)", "Compression (7)"]
    assert tab.locator(".toolbar select[name=topic]").count() == 1


def test_a_slow_page_whose_files_are_broken_says_so(address: str, tab: Page) -> None:
    slow: list[Any] = []

    def hold(route: Any) -> None:
        slow.append(route)

    tab.route("**/monthly/*/papers.json", hold)
    tab.goto(address + MONTH)
    expect(status(tab)).to_have_text("5 papers: the others are loading")
    for route in slow:
        route.abort()
    expect(status(tab)).to_have_text("5 papers: the others could not be loaded")
    choose(tab, "mark", "read")
    expect(status(tab)).to_have_text("0 of 5 papers: the others could not be loaded")


@pytest.mark.parametrize("path", [TOPIC, WEEK + "?topic=llm"])
def test_the_way_back_leads_to_as_many_papers(address: str, tab: Page, path: str) -> None:
    tab.goto(address + path)
    tab.get_by_role("button", name="Show more: 6 left").click()
    expect(tab.locator("#rest button")).to_be_hidden()
    before = ids(tab)
    last = tab.locator("ol.list > .item").last
    last.scroll_into_view_if_needed()
    last.locator(".date").click()
    tab.wait_for_url("**/daily/**")
    tab.go_back()
    expect(tab.locator("ol.list > .item")).to_have_count(len(before))
    assert ids(tab) == before
    expect(tab.locator("ol.list > .item").last).to_be_in_viewport()
    choose(tab, "sort", "date")
    expect(tab.locator("#rest button")).to_have_count(1)
    tab.go_back()
    expect(tab.locator("ol.list > .item")).to_have_count(len(before))


def test_refused_storage_is_reported_whatever_is_chosen(address: str, tab: Page) -> None:
    refuse = "get() { throw new DOMException('denied', 'SecurityError'); }"
    tab.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {refuse} }})")
    tab.route("**/since/2025-05-02.pack", lambda route: route.abort())
    tab.goto(address + WEEK)
    expect(status(tab)).to_have_text("33 papers")
    expect(tab.locator(".notice")).to_contain_text("gone with the page")
    choose(tab, "topic", "compression")
    expect(tab.locator(".notice")).to_contain_text("4 papers could not be loaded: reload the page.")
    expect(tab.locator(".notice")).to_contain_text("gone with the page")
    tab.locator(".item button.saved").first.click()
    expect(tab.locator(".notice")).to_contain_text("4 papers could not be loaded: reload the page.")
    choose(tab, "topic", "llm")
    expect(tab.locator(".notice")).not_to_contain_text("4 papers")
    expect(tab.locator(".notice")).to_contain_text("gone with the page")
