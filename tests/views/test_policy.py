"""The content security policy of every page: only the site's own files load, and every feature works under it."""

import re
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
from playwright.sync_api import Browser, Page, expect

from broadsheet.build.preview import served
from tests.example import DEMO_PAGES, digest, make_digest, paper

POLICY = (
    "default-src 'none'; base-uri 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "img-src 'self' data:; manifest-src 'self'; script-src 'self'; style-src 'self';"
)
WATCH = """
window.refused = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  window.refused.push(`${violatedDirective} ${blockedURI}`));
"""
# What is chosen when the body is there, which is before anything is painted.
FIRST = """
new MutationObserver((_, observer) => {
  if (!document.body) return;
  window.first = document.documentElement.dataset.colours;
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


@pytest.fixture(scope="module")
def site(demo: Path) -> Path:
    return demo


@pytest.fixture
def tab(site: Path, chromium: Browser) -> Iterator[Page]:
    """A tab that fails the test when a page broke the policy, complained, or asked anybody else for anything."""
    with served(site, "/broadsheet/", "127.0.0.1", 0) as address:
        context = chromium.new_context(base_url=address, permissions=["clipboard-read", "clipboard-write"])
        context.add_init_script(WATCH)
        tab = context.new_page()
        wrong: list[str] = []
        tab.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("request", lambda asked: None if asked.url.startswith((address, "blob:")) else wrong.append(asked.url))
        yield tab
        assert tab.evaluate("window.refused") == []
        assert wrong == []
        context.close()


def policies(site: Path) -> Iterator[tuple[str, str]]:
    """(path, policy) of every page, which must be the first thing in its head."""
    for file in sorted(site.rglob("*.html")):
        head = lxml.html.fromstring(file.read_bytes()).find("head")
        assert head is not None, file
        assert head[0].get("http-equiv") == "Content-Security-Policy", file
        yield file.relative_to(site).as_posix(), head[0].get("content", "").strip()


def test_every_page_begins_with_the_policy(site: Path) -> None:
    said = dict(policies(site))
    assert len(said) > 50
    assert set(said.values()) == {POLICY}


def test_no_page_has_a_script_or_a_style_in_it(site: Path) -> None:
    for file in site.rglob("*.html"):
        page = lxml.html.fromstring(file.read_bytes())
        scripts = [s for s in page.iter("script") if s.get("type") != "application/ld+json"]  # data, which nothing runs
        assert [s for s in scripts if not s.get("src") or s.text] == [], file
        assert page.find(".//style") is None, file
        assert [e.tag for e in page.iter() if any(re.match(r"style$|on", name) for name in e.attrib)] == [], file


def test_no_kind_of_page_breaks_it(tab: Page) -> None:
    for page in DEMO_PAGES:
        tab.goto(page)
        assert tab.evaluate("window.refused") == [], page


def test_the_colours_a_reader_chooses_hold_on_the_next_page_from_the_first_paint_on(tab: Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    tab.emulate_media(color_scheme="light")
    tab.add_init_script(FIRST)
    tab.goto("archive/")
    assert tab.evaluate(background) == "rgb(255, 254, 251)"
    button = tab.locator("button.colours")
    button.click()
    assert button.get_attribute("aria-label") == "Colours: light"
    button.click()
    assert button.get_attribute("aria-label") == "Colours: dark"
    assert tab.evaluate(background) == "rgb(23, 23, 20)"
    tab.goto("about/")
    assert tab.evaluate("window.first") == "dark"
    button.click()
    assert tab.evaluate(background) == "rgb(255, 254, 251)"
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate(background) == "rgb(23, 23, 20)"


def test_search_runs_under_it(tab: Page) -> None:
    tab.goto("search/?q=pruning")
    tab.locator("#hits .item").first.wait_for()


def test_what_readers_do_runs_under_it(tab: Page) -> None:
    tab.goto("daily/2025/05/27/")
    tab.locator("button.saved").first.click()
    tab.locator("select[name=sort]").select_option("novelty")
    tab.keyboard.press("?")
    tab.locator("dialog.shortcuts").get_by_text("Close").click()
    tab.goto("saved/")
    for name in ("JSON", "BibTeX", "RIS", "Markdown"):
        with tab.expect_download() as download:
            tab.get_by_label(f"Export as {name}").click()
        assert download.value.path().stat().st_size > 50
    tab.goto("subscribe/")
    button = tab.locator("button[data-copy]").first
    button.click()
    expect(button).to_have_text("Copied")
    assert tab.evaluate("navigator.clipboard.readText()").startswith("https://example.org/")


def test_an_operator_can_extend_the_policy_or_omit_it(tmp_path: Path) -> None:
    root = make_digest(tmp_path, {"2025-05-27": [paper("2505.00001")]})
    settings = (root / "mkdocs.yml").read_text("utf-8")
    own = """\
extra_javascript: [https://count.example/count.js]
extra:
  policy:
    script-src: https://count.example
    connect-src: https://count.example https://other.example
    frame-src: https://video.example
"""
    (root / "mkdocs.yml").write_text(settings.replace("extra:\n", own), "utf-8")
    assert digest("build", "--root", root).returncode == 0
    said = dict(policies(root / "site"))["about/index.html"]
    assert "script-src 'self' https://count.example;" in said
    assert "connect-src 'self' https://count.example https://other.example;" in said
    assert "frame-src https://video.example;" in said
    assert 'src="https://count.example/count.js"' in (root / "site/about/index.html").read_text("utf-8")
    (root / "mkdocs.yml").write_text(settings.replace("extra:\n", "extra:\n  policy: false\n"), "utf-8")
    assert digest("build", "--root", root).returncode == 0
    assert "Content-Security-Policy" not in (root / "site/about/index.html").read_text("utf-8")


def test_the_site_carries_none_of_the_themes_scripts(site: Path) -> None:
    assert not (site / "assets" / "javascripts").exists()
    assert list(site.rglob("*.map")) == []
