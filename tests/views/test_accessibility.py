"""Accessibility: axe-core's rules on every page type, with and without scripts, and printed pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from broadsheet.build.preview import served
from tests.accessibility import violations
from tests.example import DEMO_PAGES

# Every two of the choices meet.
WAYS = ((True, "light", 390), (True, "dark", 1440), (False, "light", 1440), (False, "dark", 390))


@pytest.fixture(scope="module")
def address(demo: Path) -> Iterator[str]:
    # Under the path of its address: the page for what is not found names its files from the root.
    with served(demo, "/broadsheet/", "127.0.0.1", 0) as place:
        yield place


@pytest.mark.parametrize(("scripts", "scheme", "width"), WAYS)
def test_axe_reports_no_violation_on_any_page_type(
    address: str, chromium: Browser, axe: str, scripts: bool, scheme: str, width: int
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=scripts,
    )
    tab = context.new_page()
    if scripts:
        save_one(tab, address)
    for page in DEMO_PAGES:
        tab.goto(address + page)
        if scripts:
            tab.evaluate("document.querySelectorAll('.md-main details').forEach((fold) => { fold.open = true; })")
            tab.locator("#hits .item, #saved .item, .digest, h1").first.wait_for()
        assert violations(tab, axe) == [], page
    context.close()


def save_one(tab: Page, address: str) -> None:
    """So that the page of saved papers has something on it."""
    tab.goto(f"{address}daily/2025/05/27/")
    tab.locator("button.saved").first.click()


def test_axe_sees_what_is_wrong_even_where_scripts_are_off(chromium: Browser, axe: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto("data:text/html,<html lang=en><title>x</title><main><h1>x</h1><img src=x></main>")
    assert [line.partition(":")[0] for line in violations(tab, axe)] == ["image-alt"]
    context.close()


def test_on_paper_a_day_is_what_one_reads(address: str, chromium: Browser) -> None:
    context = chromium.new_context(color_scheme="dark")
    tab = context.new_page()
    tab.goto(f"{address}daily/2025/05/27/")
    folded, unfolded = (tab.locator(f".paper > details{state} > p").first for state in (":not([open])", "[open]"))
    tab.locator(".paper > details > summary").first.click()
    controls = tab.locator(".masthead, .sidebar, .page-nav, .toolbar, .marks, .md-footer, .receipt-tables")
    assert controls.count() > 6
    tab.emulate_media(media="print")
    assert (folded.is_hidden(), unfolded.is_visible()) == (True, True)
    assert [box.get_attribute("class") for box in controls.all() if box.is_visible()] == []
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 254, 251)"
    context.close()
