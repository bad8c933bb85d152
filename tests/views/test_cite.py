"""Citations in a browser: copied with a click or a key, also where the browser refuses the clipboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from broadsheet.build.preview import served
from tests.example import SETTINGS, digest, make_digest, paper

pytestmark = pytest.mark.slow

RECORD = {"_id": "7", "title": "Work", "type": "journal_article", "publication": "J", "year": "2024"}
PAGES = {"papers/2505.00001/": "@misc{", "publications/7/": "@article{"}
REFUSED = "navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
NO_CLIPBOARD = "delete Navigator.prototype.clipboard"  # as on plain http
NO_COMMAND = "; document.execCommand = () => false"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = make_digest(
        tmp_path_factory.mktemp("cite"), {"2025-05-27": [paper("2505.00001")]}, SETTINGS + "search: false\n"
    )
    folder: Path = root / "data/publications"
    folder.mkdir(parents=True)
    (folder / "all.yml").write_text(yaml.safe_dump(RECORD, explicit_start=True), "utf-8")
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    with served(root / "site", "/repo/", "127.0.0.1", 0) as place:
        yield place


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


def pasted(tab: Page) -> str:
    """Return the clipboard as a reader pastes it."""
    tab.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'paste'}))")
    tab.locator("#paste").focus()
    tab.keyboard.press("Control+v")
    return tab.locator("#paste").input_value()


OF_PAPERS, ANYWHERE = "opafEntersmnyc", "/g hg sg n?"


@pytest.mark.parametrize("before", ["", REFUSED, NO_CLIPBOARD])
@pytest.mark.parametrize("path", PAGES)
def test_a_click_or_a_key_copies_a_citation(address: str, tab: Page, path: str, before: str) -> None:
    tab.add_init_script(before)
    tab.goto(address + path)
    button = tab.get_by_role("button", name="Copy RIS")
    button.click()
    expect(tab.locator(".copy-citation button").nth(1)).to_have_text("Copied")
    record = pasted(tab)
    assert record.startswith("TY  - ")
    assert ("\nAB  - Text.\nER  - " in record) == path.startswith("papers/")
    tab.reload()
    expect(button).to_be_visible()
    tab.keyboard.press("y")
    expect(tab.get_by_role("status").get_by_text("BibTeX copied")).to_be_visible()
    assert pasted(tab).startswith(PAGES[path])


def test_a_key_shows_that_it_copied_though_its_button_is_out_of_sight(address: str, tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 200})
    tab.goto(address + "papers/2505.00001/", wait_until="networkidle")
    tab.keyboard.press("y")
    expect(tab.get_by_role("status")).to_have_text("BibTeX copied")
    assert tab.evaluate("scrollY") == 0
    expect(tab.get_by_role("status")).to_be_empty()
    tab.get_by_role("button", name="Copy RIS").click()
    expect(tab.locator(".copy-citation button").nth(1)).to_have_text("Copied")
    expect(tab.get_by_role("status")).to_be_empty()


@pytest.mark.parametrize("path", PAGES)
def test_a_citation_that_cannot_be_copied_is_selected(address: str, tab: Page, path: str) -> None:
    tab.add_init_script(REFUSED + NO_COMMAND)
    tab.goto(address + path)
    tab.get_by_role("button", name="Copy BibTeX").click()
    expect(tab.locator(".copy-citation button").first).to_have_text("Selected, to copy")
    assert tab.evaluate("String(getSelection())").startswith(PAGES[path])


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("papers/2505.00001/", OF_PAPERS + ANYWHERE),
        ("publications/7/", "y" + ANYWHERE),
        ("daily/2025/05/27/", OF_PAPERS + ANYWHERE),
    ],
)
def test_the_help_lists_the_keys_of_the_page(address: str, tab: Page, path: str, keys: str) -> None:
    tab.goto(address + path, wait_until="networkidle")
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert "".join(tab.locator("dialog kbd").all_text_contents()) == keys
