"""Catching up in a browser: filters of the new papers, the best dozen, marks for the rest, numbers on other pages."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.example import SETTINGS, digest, make_digest, paper
from tests.views.test_browser import SHIFT

RUBRIC = """\
rubric:
  relevance: [{low: 9, high: 10, name: Core, description: It is a topic.},
    {low: 1, high: 8, name: Near, description: It is close.}]
"""
DAYS = {
    "2025-05-26": [
        paper(f"2505.0{n:04}", relevance=9, novelty=9 if n < 3 else 7, topics=["llm"], comment="") for n in range(1, 21)
    ],
    "2025-05-27": [
        *(
            paper(f"2505.1{n:04}", relevance=8, novelty=8 - n % 2, topics=["compression"], comment="")
            for n in range(1, 11)
        ),
        paper("2505.20001", relevance=None, novelty=None, topics=[], comment="", title="Other"),
        paper("2505.00001", relevance=9, novelty=9, topics=["llm"], comment=""),
    ],
}
ALL = 31
KEY = "broadsheet /repo/"
HEADLINE = "node => getComputedStyle(node).getPropertyValue('--headline') === '1'"
DIGEST_YML = SETTINGS + RUBRIC + "search: false\n"


def status(tab: Page) -> Any:
    return tab.locator("#since [role=status]")


def ids(tab: Page) -> list[str]:
    return list(tab.locator("#news .item").evaluate_all("nodes => nodes.map((node) => node.dataset.paper)"))


def record(tab: Page) -> dict[str, Any]:
    papers: dict[str, Any] = json.loads(tab.evaluate(f"localStorage.getItem('{KEY}')"))["papers"]
    return papers


def number(tab: Page) -> Any:
    return tab.locator(".masthead nav a", has_text="New")


def test_new_papers_are_filtered_and_sorted_and_the_address_says_so(address: str, tab: Page) -> None:
    tab.goto(address + "since/")
    expect(status(tab)).to_have_text(f"{ALL} papers of 2 days")
    tab.locator("select[name=topic]").select_option("compression")
    expect(status(tab)).to_have_text(f"10 of {ALL} papers of 2 days")
    assert all(name.startswith("2505.1") for name in ids(tab))
    tab.locator("select[name=topic]").select_option("")
    tab.locator("select[name=score]").select_option("18")
    assert ids(tab) == ["2505.00001", "2505.00002"]
    assert "Large Language Models (2)" in tab.locator("select[name=topic] option").all_inner_texts()
    tab.reload()
    expect(status(tab)).to_have_text(f"2 of {ALL} papers of 2 days")
    tab.get_by_role("button", name="Clear").click()
    tab.locator("select[name=sort]").select_option("date")
    assert ids(tab)[0].startswith("2505.1")
    tab.go_back()
    assert ids(tab)[0] == "2505.00001"


def test_a_row_has_the_same_parts_by_script_as_in_the_page(address: str, tab: Page) -> None:
    tab.route("**/days.json", lambda route: route.abort())
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("could not be loaded")
    read_parts = """name => {
        const row = document.querySelector(`.item[data-paper="${name}"]`).cloneNode(true);
        row.querySelectorAll('.marks, .Z3988, .grades i').forEach((part) => part.remove());
        const described = row.querySelector('.score').getAttribute('aria-describedby');
        return [row.className, described, row.querySelector('.score').innerHTML, row.querySelector('.links').innerHTML,
            ...[...row.children].map((part) => part.tagName + part.className)];
    }"""
    before = {name: tab.evaluate(read_parts, name) for name in ids(tab)}
    tab.unroute("**/days.json")
    tab.reload()
    expect(status(tab)).to_have_text(f"{ALL} papers of 2 days")
    assert len(before) >= 10
    assert before == {name: tab.evaluate(read_parts, name) for name in before}


def test_the_list_has_ten_cards_and_then_headlines_as_a_day(address: str, tab: Page) -> None:
    headlines = f"rows => rows.map({HEADLINE})"
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("31")
    rows, select = tab.locator("#news .item"), tab.locator("select[name=density]")
    assert rows.evaluate_all(headlines) == [False] * 10 + [True] * (ALL - 10)
    assert tab.evaluate(SHIFT) <= 0.01
    assert select.locator("option").all_inner_texts() == ["Mixed", "Cards", "Headlines"]
    rows.nth(12).get_by_role("button", name="Unfold").click()
    assert rows.evaluate_all(headlines).count(True) == ALL - 11
    tab.locator("select[name=topic]").select_option("compression")
    assert rows.evaluate_all(headlines) == [False] * 10
    select.select_option("cards")
    tab.reload()
    expect(rows).to_have_count(10)
    tab.get_by_role("button", name="Clear").click()
    assert rows.evaluate_all(headlines) == [False] * ALL


def test_ten_minutes_are_the_best_dozen_over_topics_and_nothing_twice(address: str, tab: Page) -> None:
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("31")
    tab.get_by_role("button", name="I have ten minutes").click()
    expect(status(tab)).to_contain_text("12 papers for ten minutes")
    best = ids(tab)
    assert len(set(best)) == 12
    assert best[:2] == ["2505.00001", "2505.00002"]
    kinds = Counter(name[:6] for name in best)
    assert min(kinds["2505.0"], kinds["2505.1"]) >= 5
    tab.locator(f"[data-paper='{best[0]}'] button.read").click()
    tab.reload()
    expect(status(tab)).to_contain_text("12 papers for ten minutes")
    assert best[0] not in ids(tab)
    tab.get_by_role("button", name="I have ten minutes").click()
    expect(status(tab)).to_contain_text("30 papers of 2 days")


def test_the_rest_is_marked_read_and_that_can_be_undone(address: str, tab: Page) -> None:
    tab.goto(address + "since/")
    tab.locator("select[name=topic]").select_option("compression")
    tab.locator("#news .item").nth(2).locator("button.read").click()
    expect(number(tab)).to_have_attribute("data-new", "30")
    tab.get_by_role("button", name="Mark the rest read").click()
    expect(tab.locator("#news .item")).to_have_count(1)  # read under the reader's eyes
    expect(number(tab)).to_have_attribute("data-new", "21")
    assert sum(entry["read"] > 0 for entry in record(tab).values()) == 10
    tab.get_by_role("button", name="Undo").click()
    assert len(ids(tab)) == 10
    assert sum(entry["read"] > 0 for entry in record(tab).values()) == 1
    tab.get_by_role("button", name="Mark the rest read").click()
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("21 papers of 2 days, without 10 marked read")
    assert not any(name.startswith("2505.1") for name in ids(tab))


@pytest.mark.parametrize(("topic", "left"), [("", ALL - 12), ("llm", 20 - 12)])
def test_with_ten_minutes_the_rest_is_what_the_dozen_lacks(address: str, tab: Page, topic: str, left: int) -> None:
    tab.goto(f"{address}since/?minutes=10&topic={topic}")
    expect(status(tab)).to_have_text("12 papers for ten minutes, the best of each topic")
    best = ids(tab)
    tab.get_by_role("button", name="Mark the rest read").click()
    assert ids(tab) == best
    marked = {name for name, entry in record(tab).items() if entry.get("read", 0) > 0}
    assert len(marked) == left
    assert not marked & set(best)
    expect(tab.get_by_role("button", name="Mark the rest read")).to_be_hidden()
    tab.get_by_role("button", name="Undo").click()
    assert not any(entry["read"] > 0 for entry in record(tab).values())
    assert ids(tab) == best


def test_other_pages_say_how_much_is_new(address: str, context: BrowserContext, tab: Page) -> None:
    tab.goto(address + "about/")
    expect(number(tab)).to_have_attribute("data-new", f"{ALL}")
    expect(number(tab)).to_have_attribute("aria-label", f"New: {ALL}")
    number(tab).click()
    tab.get_by_role("button", name="I am up to date").click()
    expect(number(tab)).to_have_attribute("data-new", "")
    tab.goto(address + "archive/")
    tab.wait_for_load_state("networkidle")
    expect(number(tab)).not_to_have_attribute("aria-label", f"New: {ALL}")
    tab.route("**/days.json", lambda route: route.fulfill(body="<html>"))
    tab.goto(address + "about/")  # the page is whole without it
    expect(tab.get_by_role("heading").first).to_be_visible()


PLACES = "links => links.map((link) => [link.offsetLeft, link.offsetWidth])"


def test_the_navigation_stands_still_from_page_to_page(address: str, tab: Page) -> None:
    tab.route("**/days.json", lambda route: route.abort())  # without a number
    links = tab.locator(".masthead nav > ul > li > a")
    places = []
    for path in ("", "since/", "archive/", "topics/", "saved/", "daily/2025/05/27/"):
        tab.goto(address + path)
        places.append(links.evaluate_all(PLACES))
    assert places == places[:1] * len(places)
    assert len(places[0]) >= 9


def test_without_scripts_the_navigation_has_no_place_for_a_number(address: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address)
    link = tab.locator(".masthead nav a", has_text="New")
    assert link.evaluate("link => getComputedStyle(link).minWidth") in ("0px", "auto")
    context.close()


def test_the_index_counts_high_scores_of_papers_that_no_earlier_day_had(tmp_path: Path) -> None:
    later = {"2025-05-28": [paper("2505.10002", relevance=9, novelty=9), paper("2505.00001", relevance=3)]}
    root = make_digest(tmp_path, DAYS | later, SETTINGS + "search: false\n")
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    index = json.loads((root / "site/since/days.json").read_bytes())
    assert (index["lowest_high"], index["high"]) == (18, {"2025-05-26": 2, "2025-05-27": 1})
    assert index["fresh"] == {"2025-05-26": 20, "2025-05-27": 11}
    assert index["hues"].keys() == index["topics"].keys()


# -- the front page -----------------------------------------------------------------------------------------------


def test_the_front_page_has_a_lead_two_seconds_headlines_and_the_week(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto(address)
    rows = tab.locator(".front > .item")
    boxes = [row.bounding_box() for row in rows.all()[:3]]
    lead, second, third = (box for box in boxes if box)
    assert second["y"] == third["y"]
    assert second["x"] + second["width"] <= third["x"]
    assert lead["width"] > 1.8 * second["width"]
    assert rows.evaluate_all(f"nodes => nodes.map({HEADLINE})") == [False] * 3 + [True] * (rows.count() - 3)
    assert tab.locator(".skyline a").count() == ALL
    assert tab.evaluate(SHIFT) <= 0.01


def test_the_front_page_says_what_is_new_with_numbers(address: str, tab: Page) -> None:
    tab.goto(address)
    line = tab.locator(".news-line a")
    expect(line).to_have_text("31 new in the last week, 2 with a score of 18 or more ›")
    seen = {"2025-05-26": 20}
    state = {"version": 1, "papers": {}, "visit": {"at": 1, "seen": seen, "shown": seen}}
    tab.evaluate(f"text => localStorage.setItem('{KEY}', text)", json.dumps(state))
    tab.reload()
    expect(line).to_have_text("11 new since Mon 26 May 2025 ›")
    line.click()
    expect(status(tab)).to_have_text("11 papers of 1 day, without 1 listed on earlier days")


def test_the_numbers_fall_with_what_is_read_wherever_it_is_read(address: str, tab: Page) -> None:
    line = tab.locator(".news-line a")
    tab.goto(f"{address}daily/2025/05/26/")
    expect(number(tab)).to_have_attribute("data-new", "31")
    tab.locator("[id='2505.00001'] button.read").click()  # listed on the next day too
    expect(number(tab)).to_have_attribute("data-new", "30")
    tab.locator("[id='2505.00003'] button.read").click()
    tab.goto(address)
    expect(line).to_have_text("29 new in the last week, 1 with a score of 18 or more ›")
    line.click()
    expect(status(tab)).to_have_text("29 papers of 2 days, without 2 marked read")
    tab.get_by_role("button", name="Mark the rest read").click()
    expect(number(tab)).to_have_attribute("data-new", "")
    tab.goto(address)
    expect(line).to_have_text("Nothing new in the last week ›")
    assert number(tab).get_attribute("data-new") == ""
    assert number(tab).get_attribute("aria-label") is None
    tab.goto(f"{address}daily/2025/05/26/")
    tab.locator("[id='2505.00001'] button.read").click()
    expect(number(tab)).to_have_attribute("data-new", "1")
    tab.route("**/ids.json", lambda route: route.abort())
    tab.goto(address)
    expect(line).to_contain_text("31 new")  # rather than none


@pytest.mark.parametrize("width", [390, 1440])
def test_the_front_page_leads_to_the_saved_papers_and_counts_them(address: str, chromium: Browser, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 844})
    tab = context.new_page()
    tab.goto(address)
    link = tab.locator(".digest a", has_text="Saved")
    expect(link).to_have_text("Saved")
    tab.locator(".front > .item").nth(0).get_by_role("button", name="Save:").click()
    tab.locator(".front > .item").nth(1).get_by_role("button", name="Save:").click()
    expect(link).to_have_text("Saved 2")
    tab.reload()
    expect(link).to_have_text("Saved 2")
    expect(tab.locator(".news-line a")).to_contain_text("new in the last week")
    assert tab.evaluate(SHIFT) <= 0.01
    link.click()
    expect(tab.locator("#saved .item")).to_have_count(2)
    context.close()


def test_another_first_day_does_not_change_the_number(address: str, tab: Page) -> None:
    tab.goto(f"{address}since/?since=2025-05-27")
    expect(status(tab)).to_contain_text("11 papers of 1 day")
    expect(number(tab)).to_have_attribute("data-new", "31")
    tab.get_by_role("button", name="Mark the rest read").click()
    expect(number(tab)).to_have_attribute("data-new", "20")


def test_without_scripts_the_front_page_is_whole(address: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address)
    assert tab.locator(".front .comment, .front .meta").count() == tab.locator(".front .meta:visible").count()
    assert tab.locator(".news-line a").inner_text() == "Since your last visit ›"
    context.close()
