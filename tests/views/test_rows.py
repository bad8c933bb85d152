"""The rows of lists in a browser: headlines that unfold, keys, notes, swipes, and opened papers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.example import ROOT, SETTINGS, paper
from tests.views.test_browser import SHIFT

SCRIPTS = ROOT / "generator/broadsheet/views/scripts"
RUBRIC = """\
rubric:
  relevance: [{low: 1, high: 10, name: Core, description: It is a topic.}]
"""
IDS = [f"2505.0{n:04}" for n in range(1, 31)]
TITLE = "A long title that does not fit into one line of a narrow phone, nor of a wide screen if it goes on and on"
ROWS = [
    paper(
        name,
        title=f"{TITLE} {n}",
        relevance=9 - n // 8,
        novelty=7 - n % 3 if n else 8,
        topics=["llm", "compression"][n % 2 :],
    )
    for n, name in enumerate(IDS)
]
DAYS = {
    "2025-05-26": [paper("2505.10001", authors=["Grace Hopper"]), paper("2505.10002", relevance=None, novelty=None)],
    "2025-05-27": ROWS,
}
DAY = "daily/2025/05/27/"
HEADLINE = "node => getComputedStyle(node).getPropertyValue('--headline') === '1'"
DIGEST_YML = SETTINGS + RUBRIC + "paper_pages: all\n"


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.route(re.compile(r"^https://"), lambda route: route.fulfill(body="elsewhere"))
    yield context
    context.close()


def headlines(tab: Page, selector: str = ".paper") -> list[bool]:
    return list(tab.locator(f"{selector}:visible").evaluate_all(f"nodes => nodes.map({HEADLINE})"))


def record(tab: Page, name: str) -> dict[str, Any]:
    text = tab.evaluate("localStorage.getItem('broadsheet /repo/')")
    papers: dict[str, dict[str, Any]] = json.loads(text or '{"papers": {}}')["papers"]
    return papers.get(name, {})


def ids(tab: Page) -> list[str]:
    return list(tab.locator(".paper").evaluate_all("nodes => nodes.map((node) => node.id)"))


def go_to(tab: Page, row: int) -> str:
    """Let the keys be those of a row, and return the id of its paper."""
    tab.locator(".paper").nth(row).evaluate("node => { node.tabIndex = -1; node.focus(); }")
    return ids(tab)[row]


# -- the score ----------------------------------------------------------------------------------------------------


def test_every_score_opens_a_legend_on_its_own_page(site: Path) -> None:
    pages = [lxml.html.parse(path).getroot() for path in site.rglob("*.html")]
    scored = [page for page in pages if page.xpath("//*[@popovertarget]")]
    assert len(scored) >= 7
    for page in scored:
        names = set(page.xpath("//@id"))
        targets = page.xpath("//@popovertarget") + " ".join(page.xpath("//@aria-describedby")).split()
        assert set(targets) <= names


@pytest.mark.parametrize("path", ["", DAY, "weekly/2025-W22/", "monthly/2025-05/", "topics/llm/", "since/"])
def test_the_score_is_the_first_part_of_a_row_left_of_its_title(
    address: str, context: BrowserContext, path: str
) -> None:
    tab = context.new_page()
    tab.goto(address + path)
    if path == "since/":
        tab.route("**/since/days.json", lambda route: route.abort())  # so that the page keeps its own rows
        tab.reload()
    row = tab.locator(".paper, .item[data-paper]").first
    score, title = row.locator(".score"), row.locator("h2, h3")
    expect(score).to_be_visible()
    assert row.evaluate("node => node.firstElementChild.matches('.score')")
    assert score.locator("b").inner_text() == "17"
    assert score.locator("path").evaluate_all("bars => bars.map((bar) => bar.getBBox().width / 2)") == [9, 8]
    left, right = score.bounding_box(), title.bounding_box()
    assert left is not None
    assert right is not None
    padding = title.evaluate("node => parseFloat(getComputedStyle(node).paddingLeft)")
    assert left["x"] + left["width"] <= right["x"] + padding
    assert row.locator(".links a", has_text="PDF").get_attribute("href") == f"https://arxiv.org/pdf/{IDS[0]}"


# -- headlines ----------------------------------------------------------------------------------------------------


def test_a_day_has_ten_cards_and_then_headlines_also_when_it_is_filtered(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    assert headlines(tab) == [False] * 10 + [True] * 20
    assert tab.evaluate(SHIFT) <= 0.01
    tab.locator("select[name=topic]").select_option("llm")
    assert headlines(tab) == [False] * 10 + [True] * 5
    tab.goto(f"{address}weekly/2025-W22/")
    assert not any(headlines(tab, ".item"))


def test_a_screen_has_twenty_five_headlines_and_the_choice_is_remembered(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    tab.locator("select[name=density]").select_option("headlines")
    heights = tab.locator(".paper").evaluate_all("rows => rows.map((row) => row.offsetHeight)")
    assert all(0 < height <= 36 for height in heights)
    tab.goto(f"{address}weekly/2025-W22/")
    assert all(headlines(tab, ".item"))
    tab.locator("select[name=density]").select_option("mixed")
    tab.goto(address + DAY)
    tab.locator("select[name=density]").select_option("cards")
    tab.reload()
    assert not any(headlines(tab))
    assert tab.evaluate(SHIFT) <= 0.01


@pytest.mark.parametrize(("stored", "density"), [("comfortable", "mixed"), ("odd", "mixed")])
def test_a_density_of_another_version_has_a_meaning(
    address: str, context: BrowserContext, stored: str, density: str
) -> None:
    state = json.dumps({"version": 1, "papers": {}, "view": {"density": stored}})
    context.add_init_script(f"localStorage.setItem('broadsheet /repo/', {json.dumps(state)})")
    tab = context.new_page()
    tab.goto(address + DAY)
    assert tab.evaluate("document.documentElement.dataset.density") == density


@pytest.mark.parametrize("way", ["row", "title", "button", "f", "Enter"])
def test_a_headline_unfolds_in_place_and_folds_again(address: str, context: BrowserContext, way: str) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    row = tab.locator(".paper").nth(14)
    row.scroll_into_view_if_needed()
    if way == "row":
        row.click(position={"x": 780, "y": 8})
    elif way == "title":
        row.locator("h2 a").click()
    elif way == "button":
        row.get_by_role("button", name="Unfold").click()
    else:
        go_to(tab, 14)
        tab.keyboard.press(way)
    expect(row.locator(".comment")).to_be_visible()
    expect(row.locator("details > p")).to_be_visible()
    assert tab.url == address + DAY
    assert headlines(tab).count(True) == 19
    go_to(tab, 14)
    tab.keyboard.press("f")
    assert row.evaluate(HEADLINE)


def test_a_link_to_a_headline_unfolds_it(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(f"{address}{DAY}#{IDS[-1]}")
    name = tab.evaluate("document.querySelectorAll('.paper')[20].id")
    expect(tab.locator(f"[id='{IDS[-1]}'] .comment")).to_be_visible()
    tab.evaluate("name => { location.hash = name; }", name)
    expect(tab.locator(f"[id='{name}'] .comment")).to_be_visible()
    tab.goto(f"{address}{DAY}#%E0%A4%A")
    assert len(ids(tab)) == 30


def test_without_scripts_all_papers_are_cards(address: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address + DAY)
    assert tab.locator(".paper .comment:visible").count() == 30
    context.close()


# -- keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "target"), [("p", "https://arxiv.org/pdf/{}"), ("a", "https://arxiv.org/abs/{}")])
def test_keys_open_the_pdf_and_the_abstract_and_the_paper_is_read(
    address: str, context: BrowserContext, key: str, target: str
) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    name = go_to(tab, 12)
    with context.expect_page() as opened:
        tab.keyboard.press(f"Shift+{key}")
    assert opened.value.url in ("about:blank", target.format(name))
    opened.value.wait_for_url(target.format(name))
    assert tab.url == address + DAY
    assert record(tab, name)["read"] > 0
    tab.keyboard.press(key)
    tab.wait_for_url(target.format(name))


def test_x_marks_read_and_goes_on(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    name = go_to(tab, 3)
    tab.keyboard.press("x")
    assert record(tab, name)["read"] > 0
    assert tab.evaluate("document.activeElement.id") == ids(tab)[4]


@pytest.mark.parametrize(("keys", "path"), [("gh", ""), ("gs", "saved/"), ("gn", "since/")])
def test_two_keys_go_to_a_page(address: str, context: BrowserContext, keys: str, path: str) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    for key in keys:
        tab.keyboard.press(key)
    tab.wait_for_url(address + path)


@pytest.mark.parametrize("path", [DAY, f"papers/{IDS[0]}/", "weekly/2025-W22/"])
def test_y_copies_the_citation_and_c_the_link(address: str, context: BrowserContext, path: str) -> None:
    tab = context.new_page()
    tab.goto(address + path)
    if "papers/" not in path:
        tab.keyboard.press("j")
    tab.keyboard.press("y")
    expect(tab.locator(".toast")).to_have_text("BibTeX copied")
    text = tab.evaluate("navigator.clipboard.readText()")
    assert text.startswith("@misc{lovelace2025long")  # the key is the same everywhere
    assert "Lovelace, Ada" in text
    tab.keyboard.press("c")
    expect(tab.locator(".toast")).to_have_text("Link copied")
    assert tab.evaluate("navigator.clipboard.readText()") == f"{address}papers/{IDS[0]}/"


def test_the_help_describes_every_key(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    lines = tab.locator("dialog dd").all_inner_texts()
    assert len(lines) >= 18
    assert all(len(line) > 5 for line in lines)
    assert "undefined" not in lines


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("", {"→": "Open “The whole day”"}),
        (DAY, {"←": "Open “Mon 26 May”"}),
        ("daily/2025/05/26/", {"→": "Open “Tue 27 May”"}),
        (f"papers/{IDS[0]}/", {}),
    ],
)
def test_the_help_names_the_pages_before_and_after(
    address: str, context: BrowserContext, path: str, links: dict[str, str]
) -> None:
    tab = context.new_page()
    tab.goto(address + path)
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    lines = dict(
        zip(tab.locator("dialog dt").all_inner_texts(), tab.locator("dialog dd").all_inner_texts(), strict=True)
    )
    assert {key: text for key, text in lines.items() if key in "←→"} == links
    assert lines["n"] == "Write a note on it, and save it"


# -- notes --------------------------------------------------------------------------------------------------------


def test_a_note_is_where_its_paper_is(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    name = go_to(tab, 13)
    tab.keyboard.press("n")
    tab.keyboard.type("Compare with ours; j and k are letters")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.id") == name
    assert record(tab, name)["saved"] > 0
    tab.goto(f"{address}papers/{name}/")
    assert tab.get_by_label("Note on").input_value().startswith("Compare with ours")
    assert tab.evaluate(SHIFT) <= 0.01
    tab.goto(f"{address}{DAY}#{name}")
    assert tab.locator(f"[id='{name}'] textarea").input_value().startswith("Compare")
    tab.goto(f"{address}saved/")
    expect(tab.locator("#saved textarea")).to_have_value(re.compile("^Compare"))


def test_a_note_left_empty_leaves_nothing(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    tab.locator(".paper").first.get_by_role("button", name="Note").click()
    expect(tab.locator("textarea")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("textarea")).to_have_count(0)
    assert record(tab, IDS[0]) == {}


# -- opened papers, swipes ----------------------------------------------------------------------------------------


def test_an_opened_paper_is_read(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.goto(address + DAY)
    first, second = ids(tab)[:2]
    tab.locator(f"[id='{first}'] h2 a").click()
    tab.wait_for_url("**/papers/**")
    tab.goto(address + DAY)
    tab.locator(f"[id='{second}'] .links a", has_text="PDF").click(button="middle")
    expect(tab.locator(".paper.is-read")).to_have_count(2)
    tab.locator(f"[id='{first}'] button.read").click()
    expect(tab.locator(".paper.is-read")).to_have_count(1)


@pytest.mark.parametrize(("shift", "mark"), [(110, "read"), (-110, "saved"), (40, ""), (-40, "")])
def test_a_swipe_reads_or_saves(address: str, chromium: Browser, shift: int, mark: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    with tab.expect_request("**/swipe.js"):
        tab.goto(address + DAY)
    tab.wait_for_load_state("networkidle")
    tab.locator(".paper .comment").first.scroll_into_view_if_needed()
    box = tab.locator(".paper .comment").first.bounding_box()
    assert box is not None
    session = context.new_cdp_session(tab)
    x, y = 195.0, box["y"] + 5

    def touch(kind: str, *points: tuple[float, float]) -> None:
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]}
        )

    touch("touchStart", (x, y))
    for part in range(1, 6):
        touch("touchMove", (x + shift * part / 5, y))
    touch("touchEnd")
    first = tab.locator(".paper").first
    expect(first).not_to_have_attribute("data-swipe", re.compile(""))
    assert {name for name in ("read", "saved") if record(tab, IDS[0]).get(name, 0) > 0} == ({mark} if mark else set())
    assert tab.url == address + DAY
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_on_a_phone_what_one_presses_is_large_enough(address: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    targets = ".marks button, .links a, button.score, .paper > details > summary, .page-nav a, .topic, .date"
    for path in (DAY, "weekly/2025-W22/", f"papers/{IDS[0]}/"):
        tab.goto(address + path)
        sizes = tab.locator(f":is({targets}):visible").evaluate_all(
            "nodes => nodes.map((node) => [node.offsetWidth, node.offsetHeight, node.className])"
        )
        assert len(sizes) >= 6
        assert [size for size in sizes if min(size[:2]) < 44] == []
    context.close()
