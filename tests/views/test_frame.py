"""The frame around pages: navigation and space on a phone, paper, lost pages, the language."""

import json
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
from playwright.sync_api import Browser, expect

from broadsheet.build.build import build
from tests.example import SETTINGS, make_digest, paper
from tests.static_host import hosted

pytestmark = pytest.mark.slow

ABSTRACT = "We route tokens to experts and prune the rest of the network. " * 20
PAPERS = [paper(f"2505.{number:05}", abstract=ABSTRACT, relevance=9 - number % 5) for number in range(1, 43)]
SHEETS = 12


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    root = make_digest(tmp_path_factory.mktemp("frame"), {"2025-05-27": PAPERS}, settings=SETTINGS)
    settings = root / "mkdocs.yml"
    settings.write_text(settings.read_text("utf-8").replace("language: en", "language: de"), "utf-8")
    build(root, processes=1)
    with hosted(root / "site", "/broadsheet/") as address:
        yield root / "site", address


def test_on_a_phone_the_first_paper_is_high_and_the_navigation_has_one_row(
    site: tuple[Path, str], chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    authors = [f"authors/{folder.name}/" for folder in (site[0] / "authors").iterdir() if folder.is_dir()]
    lists = ("daily/2025/05/27/", "since/", "weekly/2025-W22/", "monthly/2025-05/", "topics/compression/")
    for path in ("", *lists, *authors[:1]):
        tab.goto(site[1] + path)
        tab.locator("html:not([data-loading])").wait_for()
        first = tab.locator(".paper, .item").first.bounding_box()
        assert first is not None
        assert first["y"] <= 250, path
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tops = {
        round(box["y"]) for link in tab.locator(".masthead nav > ul > li > a").all() if (box := link.bounding_box())
    }
    assert len(tops) == 1
    targets = tab.locator(".masthead :is(nav > ul > li > a, summary, .colours, .site-name):visible")
    heights = targets.evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().height)")
    assert min(heights) >= 43.5
    assert tab.locator(".masthead").bounding_box()["height"] <= 50  # type: ignore[index]
    rest = tab.locator(".more-pages a", has_text="Archive")
    assert rest.is_hidden()
    tab.locator(".more-pages summary").click()
    expect(rest).to_be_visible()
    context.close()


def test_on_a_phone_a_gap_stands_beside_the_heading_of_the_news(tmp_path: Path, chromium: Browser) -> None:
    root = make_digest(tmp_path, {"2025-05-23": [paper("2505.00901")], "2025-05-27": PAPERS}, settings=SETTINGS)
    build(root, processes=1)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    with hosted(root / "site", "/broadsheet/") as address:
        tab.goto(address + "since/")
        tab.locator("html:not([data-loading])").wait_for()
        expect(tab.locator("#gaps li")).to_contain_text("Missing Mon 26 May 2025")
        heading, gap, first = (tab.locator(part).first.bounding_box() for part in ("#from", "#gaps li", "#news .item"))
        assert heading
        assert gap
        assert first
        assert gap["y"] < heading["y"] + heading["height"]
        assert gap["x"] > heading["x"] + heading["width"]
        assert first["y"] <= 250
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        explanation = tab.locator("#gaps li .muted")
        explanation.evaluate("(node) => node.closest('ul').scrollTo(9999, 0)")  # as a finger does
        box = explanation.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390
    context.close()


def test_the_filters_stay_in_sight_and_fields_do_not_zoom(site: tuple[Path, str], chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    tab.goto(f"{site[1]}daily/2025/05/27/")
    tab.evaluate("window.scrollTo(0, 3000)")
    toolbar = tab.locator(".toolbar").bounding_box()
    assert toolbar is not None
    assert toolbar["y"] == 0
    fields = "[...document.querySelectorAll('.digest :is(input, select)')]"
    sizes = f"{fields}.map((field) => parseFloat(getComputedStyle(field).fontSize))"
    for path in ("daily/2025/05/27/", "search/", "saved/"):
        tab.goto(site[1] + path)
        assert all(size >= 16 for size in tab.evaluate(sizes)), path
    context.close()


@pytest.mark.parametrize("path", ["statistics/", "subscribe/", "topics/", "archive/", "search/", "authors/", ""])
def test_no_page_is_wider_than_the_narrowest_phone(site: tuple[Path, str], chromium: Browser, path: str) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 800}, has_touch=True)
    tab = context.new_page()
    tab.goto(site[1] + path)
    expect(tab.locator(".masthead [data-new='42']")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    assert tab.locator(".masthead").bounding_box()["height"] <= 50  # type: ignore[index]
    context.close()


OVERLAPS = """() => {
  const links = [...document.querySelectorAll(".page-nav a")].filter((link) => link.checkVisibility());
  const boxes = links.map((link) => link.getBoundingClientRect());
  return boxes.slice(1).some((box, i) => box.left < boxes[i].right) || links.some((l) => l.scrollWidth > l.clientWidth);
}"""


@pytest.mark.parametrize("path", ["daily/2025/05/27/", "weekly/2025-W22/", "monthly/2025-05/"])
def test_on_a_narrow_phone_nothing_at_the_top_of_a_list_overlaps(
    site: tuple[Path, str], chromium: Browser, path: str
) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 800}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    tab.goto(site[1] + path)
    tab.locator("html:not([data-loading])").wait_for()
    links = tab.locator(".page-nav a")
    links.first.evaluate("(link) => link.parentNode.append(link.cloneNode(true), link.cloneNode(true))")
    links.evaluate_all("(links) => links.forEach((link) => (link.textContent = '← 27 September 2025'))")
    assert not tab.evaluate(OVERLAPS)
    context.close()


SMALL = """(selector) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility())
  .filter((node) => node.getBoundingClientRect().height < 43.5).map((node) => node.textContent)"""


@pytest.mark.parametrize(
    ("path", "targets"),
    [
        ("monthly/2025-05/", ".topic-weeks a"),
        ("papers/2505.00005/", "details:not(.more) > summary"),
        ("about/", ".digest details:not(.more) > summary"),
        ("archive/", ".digest details:not(.more) > summary"),
    ],
)
def test_a_finger_has_room_on_every_link(site: tuple[Path, str], chromium: Browser, path: str, targets: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    tab.goto(site[1] + path)
    assert tab.locator(targets).count()
    assert tab.evaluate(SMALL, targets) == []
    context.close()


@pytest.mark.parametrize("path", ["topics/compression/", "monthly/2025-05/", "weekly/2025-W22/"])
@pytest.mark.parametrize("screen_width", [320, 390])
def test_the_filter_is_clear_of_the_heading_above(
    site: tuple[Path, str], chromium: Browser, path: str, screen_width: int
) -> None:
    context = chromium.new_context(viewport={"width": screen_width, "height": 800}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    tab.goto(site[1] + path)
    button = tab.locator(".filter-toggle")
    button.wait_for()
    room = button.evaluate("""(node) => {
      const others = [...document.querySelectorAll(":is(h1, h2, p):not(.toolbar *)")];
      const above = others.filter((other) => other.checkVisibility())
        .filter((other) => other.compareDocumentPosition(node) & 4 && !other.contains(node)).at(-1);
      return node.getBoundingClientRect().top - above.getBoundingClientRect().bottom;
    }""")
    assert room >= 3
    context.close()


@pytest.mark.parametrize("path", ["topics/compression/", "search/", "since/"])
def test_on_a_phone_the_closed_filter_has_the_number_of_choices(
    site: tuple[Path, str], chromium: Browser, path: str
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    tab = context.new_page()
    tab.goto(site[1] + path)
    button = tab.locator(".filter-toggle")
    expect(button).to_have_text("Filter")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    facet = tab.locator('.filters :is([name="topic"], [name="score"])').first
    facet.select_option(index=1)
    expect(button).to_have_text("Filter (1)")
    tab.reload()
    expect(button).to_have_text("Filter (1)")
    context.close()


def test_a_field_has_a_border_that_can_be_seen(site: tuple[Path, str], chromium: Browser) -> None:
    """WCAG 1.4.11 asks for a contrast of 3:1."""
    ratio = """(node) => {
      const lightness = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).reduce((sum, value, i) => {
        const part = value / 255;
        return sum + [0.2126, 0.7152, 0.0722][i] * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      }, 0.05);
      const [border, paper] = [getComputedStyle(node).borderTopColor, getComputedStyle(document.body).backgroundColor];
      const pair = [lightness(border), lightness(paper)];
      return Math.max(...pair) / Math.min(...pair);
    }"""
    for scheme in ("light", "dark"):
        context = chromium.new_context(color_scheme=scheme)
        tab = context.new_page()
        for path, field in (("daily/2025/05/27/", ".toolbar button, .toolbar select"), ("search/", "#query")):
            tab.goto(site[1] + path)
            assert min(tab.locator(field).evaluate_all(f"nodes => nodes.map({ratio})")) >= 3, (scheme, path)
        context.close()


def test_a_link_shows_a_paper_that_its_filters_hide(site: tuple[Path, str], chromium: Browser) -> None:
    tab = chromium.new_page()
    tab.goto(f"{site[1]}daily/2025/05/27/?mark=saved#2505.00005")
    expect(tab.locator('[id="2505.00005"]')).to_be_visible()
    expect(tab.get_by_role("alert")).to_contain_text("filters hide the paper")
    tab.close()


def test_the_neighbours_of_a_generated_page_are_not_those_of_the_navigation(site: tuple[Path, str]) -> None:
    for path in ("index.html", "topics/index.html", "archive/index.html"):
        head = (site[0] / path).read_text("utf-8").partition("</head>")[0]
        assert 'rel="next"' not in head
        assert 'rel="prev"' not in head


def test_a_lost_page_is_usable_without_its_style_sheet(site: tuple[Path, str]) -> None:
    """Below another path than the site's own, the page for lost pages has neither styles nor scripts."""
    assert '<svg width="24" height="24" ' in (site[0] / "404.html").read_text("utf-8")


def test_a_day_of_42_papers_is_printed_on_a_dozen_sheets(site: tuple[Path, str], chromium: Browser) -> None:
    tab = chromium.new_page()
    tab.goto(f"{site[1]}daily/2025/05/27/")
    assert tab.pdf(format="A4").count(b"/Type /Page\n") <= SHEETS
    tab.emulate_media(media="print")
    after = "[...document.querySelectorAll('.links a')].map((a) => getComputedStyle(a, '::after').content).join()"
    assert "../" not in tab.evaluate(after)
    tab.close()


def test_the_address_of_a_lost_page_leads_to_its_paper(site: tuple[Path, str], chromium: Browser) -> None:
    tab = chromium.new_page()
    tab.goto(f"{site[1]}papers/2505.00042/")
    tab.wait_for_url("**/daily/2025/05/27/#2505.00042")
    tab.goto(f"{site[1]}papers/2401.99999/")
    expect(tab.get_by_text("This archive does not have 2401.99999")).to_be_visible()
    assert tab.goto(f"{site[1]}nothing/here/").status == 404  # type: ignore[union-attr]
    expect(tab.get_by_role("link", name="Topics").last).to_be_visible()
    tab.close()


def test_the_language_of_a_page_is_that_of_its_words(site: tuple[Path, str]) -> None:
    assert '<html lang="en"' in (site[0] / "index.html").read_text("utf-8")


def test_the_name_of_a_site_is_text(tmp_path: Path) -> None:
    name = 'R&D <i>"news"</i> of AT&amp;T'
    root = make_digest(tmp_path, {"2025-05-27": PAPERS[:1]}, settings=SETTINGS + "search: false\n")
    settings = root / "mkdocs.yml"
    named = [
        f"site_name: {json.dumps(name)}" if "site_name:" in line else line for line in settings.read_text().split("\n")
    ]
    settings.write_text("\n".join(named), "utf-8")
    (root / "docs/by-hand.md").write_text("# By hand & <em>more</em>\n", "utf-8")
    (root / "docs/titled.md").write_text("---\ntitle: Titled\n---\nText.\n", "utf-8")
    build(root, processes=1)
    for path in ("", "daily/2025/05/27/", "by-hand/", "titled/", "404.html"):
        file = root / "site" / path
        page = lxml.html.fromstring((file if file.suffix else file / "index.html").read_bytes())
        assert page.xpath("string(//header/a[@class='site-name'])").strip() == name, path
        assert page.xpath("//header/a[@class='site-name']//i") == []
        assert page.xpath("string(//title)").endswith(name), path
    assert "By hand &amp; more - R&amp;D" in (root / "site/by-hand/index.html").read_text("utf-8")
