"""Imports of saved papers are limited, and the page still works with 50,000 of them."""

import json
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.example import paper

FIRST = "2505.00001"
DAYS = {"2025-05-27": [paper(FIRST), paper("2505.00002")]}
SAVED = "#saved .item"


def take_in(tab: Page, data: Any) -> str:
    tab.goto(tab.url if "saved/" in tab.url else tab.url + "saved/")
    buffer = json.dumps(data).encode()
    tab.locator("input[type=file]").set_input_files({"name": "x.json", "mimeType": "", "buffer": buffer})
    status = tab.locator(".toolbar [role=status]")
    expect(status).to_contain_text("x.json", timeout=60_000)
    return status.inner_text()


def stored(tab: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tab.evaluate("localStorage.getItem('broadsheet /repo/')"))
    return found


@pytest.mark.parametrize("when", [1e308, -1e308, 4e12, 8.64e15, "soon", True, [5], {"a": 1}, None, 10**30])
def test_a_time_of_any_kind_can_be_changed_again(address: str, tab: Page, when: Any) -> None:
    tab.goto(address)
    record = {"saved": 5, "read": when, "noted": when}
    later = {"saved": when} if when not in ("soon", True, None) and isinstance(when, float | int) else {}
    take_in(
        tab, {"papers": {FIRST: record | later}, "view": {"changed": when, "density": when, "fold": [], "keys": when}}
    )
    for name, now in (("saved", time.time() * 1000), ("read", 0), ("noted", 0)):
        assert abs(stored(tab)["papers"][FIRST].get(name, now)) < time.time() * 1000 + 864e5
    tab.goto(address + "daily/2025/05/27/")
    button = tab.locator(f"[id='{FIRST}'] button.saved")
    was = button.get_attribute("aria-pressed")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false" if was == "true" else "true")
    tab.reload()
    expect(button).to_have_attribute("aria-pressed", "false" if was == "true" else "true")
    tab.locator("select[name=density]").select_option("headlines")
    compact = tab.evaluate("document.documentElement.dataset.density")
    tab.reload()
    assert tab.evaluate("document.documentElement.dataset.density") == compact == "headlines"


def test_fields_of_any_type_and_size_leave_the_page_as_it_was(address: str, tab: Page) -> None:
    tab.goto(address)
    odd: list[Any] = [5, True, [], ["a", 3], {"a": 1}, "x" * 300_000, ["n"] * 20_000, -7, 1e300, None]
    papers = {
        f"2505.1{number:02}{index:02}": {"saved": 5, name: value}
        for number, name in enumerate(["title", "note", "authors", "more", "address", "later"])
        for index, value in enumerate(odd)
    }
    assert (
        take_in(tab, {"papers": papers, "visit": {"seen": {"9999-12-31": 1e308}, "at": 1e308}})
        == "60 more saved from x.json."
    )
    assert tab.locator(SAVED).count() == 60
    kept = [it for name, it in stored(tab)["papers"].items() if name[6:8] != "05"]
    assert max(len(json.dumps(it)) for it in kept) < 30_000
    assert "-7" not in tab.locator("#saved").inner_text()
    tab.goto(address + "since/")
    expect(tab.locator("body")).to_contain_text("Since")


def test_a_file_of_too_many_papers_changes_nothing(address: str, tab: Page) -> None:
    tab.goto(address)
    assert "more than 100000 papers" in take_in(tab, [f"id{number}" for number in range(100_001)])
    assert tab.locator(SAVED).count() == 0


def test_fifty_thousand_saved_papers_are_listed_in_pieces(address: str, tab: Page) -> None:
    tab.goto(address)
    record = {"title": "T" * 40, "authors": ["Ada Lovelace"]}
    papers = {
        f"25{number // 10_000:02}.{number % 10_000:05}": record | {"saved": number + 1} for number in range(50_000)
    }
    assert take_in(tab, {"papers": papers}) == "50000 more saved from x.json."
    assert tab.locator(SAVED).count() == 100
    tab.get_by_role("button", name="Show 100 more").click()
    assert tab.locator(SAVED).count() == 200
    tab.locator("textarea").first.fill("a note")
    tab.keyboard.press("s")
    with tab.expect_download() as loading:
        tab.get_by_role("button", name="Export as BibTeX").click()
    assert loading.value.path().read_text().count("@misc{") >= 49_999
