"""The part of the theme's style sheet for generated pages looks like the whole sheet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from broadsheet.build.build import build
from broadsheet.build.theme_sheet import THEME_SHEET
from broadsheet.views.theme_styles import subset
from tests.example import SETTINGS, make_digest, paper
from tests.static_host import hosted

DAYS = {"2025-05-27": [paper("2505.00001", abstract="Of $x^2$."), paper("2505.00002", relevance=3)]}
PAGES = (
    *("", "daily/2025/05/27/", "weekly/2025-W22/", "monthly/2025-05/", "archive/", "topics/", "papers/2505.00001/"),
    *("search/", "saved/", "since/", "statistics/", "subscribe/", "about/"),
)
# The place and the styles of every element, without custom properties, which the whole sheet has more of, and without
# margins at the sides, where Chromium may report the same automatic one as 0. They stay in the page: a megabyte.
STYLES = """() => {
  const names = [...getComputedStyle(document.body)].filter((name) => !/^--|^margin-(left|right|inline)/.test(name));
  const stylesOf = (node, part) => {
    const style = getComputedStyle(node, part);
    if (part && style.content === 'none') return '';
    const { x, width } = node.getBoundingClientRect();
    return [node.tagName, part, x, width, ...names.map((name) => name + ':' + style.getPropertyValue(name))].join();
  };
  const nodes = [...document.querySelectorAll('body, body *')];
  window.styles = nodes.flatMap((node) => ['', '::before', '::after'].map((part) => stylesOf(node, part)));
  const hash = (text) => { let sum = 0; for (const c of text) sum = (sum * 31 + c.charCodeAt(0)) | 0; return sum; };
  return window.styles.map(hash);
}"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_digest(tmp_path_factory.mktemp("theme"), DAYS, settings=SETTINGS)
    build(root, processes=1)
    return root


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    with hosted(root / "site", "/broadsheet/") as address:
        yield address


def styles(tab: Page) -> list[int]:
    """Return a number for the styles of each element, which are in ``window.styles`` of the page."""
    return tab.evaluate(STYLES)  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "media", "paths"), [(1440, "screen", PAGES), (390, "screen", PAGES[:2]), (1440, "print", PAGES[1:2])]
)
def test_a_page_looks_the_same_with_the_whole_sheet(
    root: Path, address: str, chromium: Browser, width: int, media: str, paths: tuple[str, ...]
) -> None:
    (whole,) = (root / "site/assets/stylesheets").glob("main.*.min.css")

    def fulfil(route: Route) -> None:
        route.fulfill(path=whole, content_type="text/css")

    context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    tab, other = context.new_page(), context.new_page()
    other.route(f"**/{THEME_SHEET}", fulfil)
    for page in (tab, other):
        page.emulate_media(media=media)  # type: ignore[arg-type]
        page.add_init_script("HTMLElement.prototype.focus = () => {}")  # only one of two pages has the focus
    for path in paths:
        tab.goto(address + path)
        other.goto(address + path)
        for page in (tab, other):
            expect(page.locator("#query:disabled, html[data-loading]")).to_have_count(0)
            expect(page.locator(".masthead [data-new='2']")).to_have_count(1)
        part, all_of_it = styles(tab), styles(other)
        assert len(part) == len(all_of_it) > 50
        different = next((place for place, number in enumerate(part) if number != all_of_it[place]), -1)
        one, two = (set(page.evaluate(f"(window.styles[{different}] ?? '').split(',')")) for page in (tab, other))
        assert one ^ two == set(), path
    context.close()


def test_hand_written_pages_load_the_whole_sheet(root: Path) -> None:
    assert THEME_SHEET in (root / "site/index.html").read_text("utf-8")
    assert "assets/stylesheets/main." in (root / "site/404.html").read_text("utf-8")
    assert (root / "site" / THEME_SHEET).stat().st_size < 50_000


def test_rules_that_can_match_stay() -> None:
    words = {"a", "b", "id", "ltr", "in"}
    for rule in (
        ".a{x:1}",
        ".a .b>p{x:1}",
        "p{x:1}",
        ".a:not(.other){x:1}",
        ".a:is(.other,.b) p{x:1}",
        "[dir=ltr] .a{x:1}",
        '.a[data-x="in"],#id{x:"}"}',
        "[hidden],p:nth-child(2n+1){x:url(data:a;b)}",
        "@media print{.a{x:1}@supports(y:z){.b{x:1}}}",
        "@keyframes turn{0%{x:1}to{x:2}}",
        '@charset "UTF-8";',
        ".a:has(.other:not(.another)){x:1}",
    ):
        assert subset(rule, words) == rule


def test_rules_that_cannot_match_go() -> None:
    words = {"a"}
    for rule in (".other{x:1}", ".a.other{x:1}", "[dir=rtl] .a{x:1}", "@media print{.other{x:1}}", ".a\\:b{x:1}"):
        assert subset(rule, words) == ""
    assert subset(".other,.a{x:1}/* .a{ */.a{y:2}", words) == ".a{x:1}.a{y:2}"
    for box in (".a details.a{x:1}", ".a>summary{x:1}", ".a>summary:before{x:1}"):
        assert subset(box, words) == ""
        assert subset(box, words | {"admonition"}) == box
    assert subset(":root>*{--md-mermaid-edge:var(--b);--c:1}", words) == ":root>*{--c:1}"
    pictures = ":root{--used:url('a;}b');--other:url(\"c;}d\");--size:1px}.a{mask:var(--used)}"
    assert subset(pictures, words) == ":root{--used:url('a;}b');--size:1px}.a{mask:var(--used)}"
