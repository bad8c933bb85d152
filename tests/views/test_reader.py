"""The reader in a browser: filters, sorting, keys, saved papers, and export files."""

import gzip
import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from broadsheet.build.preview import served
from tests.example import NO_IMAGES, ROOT, digest, make_digest, paper
from tests.scripts import served_script
from tests.views.test_browser import SHIFT

ASSETS = ROOT / "generator/broadsheet/views/scripts"
OURS = re.compile("/assets/[a-z]+[.]js")
HOSTILE = r'<img src=x onerror="document.title=1"> & $O(n^2)$ of {braces}'
DAYS = {
    "2025-05-26": [paper("2505.00009", comment="About an LLM.")],
    "2025-05-27": [
        paper("2505.00001", relevance=9, novelty=9, categories=["cs.LG", "cs.AI"], upvotes=3),
        paper("2505.00002", relevance=9, novelty=5, comment="About an LLM.", categories=["cs.CL"], source="hf"),
        paper("2505.00003", relevance=4, novelty=8, title=HOSTILE, authors=["A. de Bie", "Team X and Y"], upvotes=8),
        paper("2505.00004", relevance=None, novelty=None, comment=None, categories=["cs.LG"], title="Unscored"),
    ],
    "2025-05-28": [paper("2505.00010")],
}
DAY = "daily/2025/05/27/"
FIRST, SECOND, THIRD, LAST = (f"2505.0000{n}" for n in (1, 2, 3, 4))


def visible_ids(tab: Page) -> list[str]:
    return list(tab.locator("article.paper:visible").evaluate_all("nodes => nodes.map((node) => node.id)"))


def stored(tab: Page) -> dict[str, Any]:
    text = tab.evaluate("localStorage.getItem('broadsheet /repo/')")
    return json.loads(text) if text else {}


def save(tab: Page, name: str) -> None:
    tab.locator(f"[id='{name}'] button.saved").click()


# -- find ---------------------------------------------------------------------------------------------------------


def loaded(script: str) -> set[str]:
    """A script and all it imports, by the names of their files; not what it asks for when it is needed."""
    found, left = set(), {script}
    while left:
        name = left.pop()
        found.add(name)
        text = (ASSETS / name).read_text("utf-8")
        left |= set(re.findall(r"""(?:from|import)\s*["']\./([^"']+)["']""", text)) - found
    return found


def served_bytes(names: set[str]) -> int:
    return sum(len(gzip.compress(served_script(name))) for name in names)


def test_the_scripts_of_a_list_with_more_papers_than_its_page_are_small_and_load_at_once() -> None:
    names = loaded("reader.js") | loaded("whole-list.js")
    assert served_bytes(names) <= 14_500
    macros = (ROOT / "generator/broadsheet/views/templates/macros.html.j2").read_text("utf-8")
    (preloaded,) = re.findall(r"for name in \((.*?)\) %}<link rel=\"modulepreload\"", macros)
    assert {f"{name}.js" for name in re.findall(r"[\w-]+", preloaded)} == names - loaded("reader.js")


@pytest.mark.parametrize(
    "path", [DAY, "weekly/2025-W22/", "papers/2505.00001/", "since/", "saved/", "search/", "subscribe/"]
)
def test_the_scripts_of_a_page_are_small_load_at_once_and_request_nothing(address: str, path: str) -> None:
    with urllib.request.urlopen(address + path) as answer:
        html = answer.read().decode()
    *early, script = re.findall(r'<script type="module"[^>]* src="[^"]*assets/([^"]+)"', html)
    assert early == (["search-index.js"] if path == "search/" else [])
    names = loaded(script)
    assert served_bytes(names) <= (21_600 if path == "search/" else 14_500)
    names |= loaded("news-list.js") if path == "since/" else set()  # which falls back on the page if they do not come
    assert {script, *early, *re.findall(r'<link rel="modulepreload" href="[^"]*assets/([^"]+)"', html)} == names
    for name in names - {"search-index.js", "files.js"}:
        code = (ASSETS / name).read_bytes()
        assert not re.search(rb"\beval\b|\bFunction\(|innerHTML|fetch\(|XMLHttpRequest|sendBeacon|WebSocket", code)


def test_a_list_is_filtered_and_the_counts_and_the_address_follow(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    status = tab.locator(".toolbar [role=status]")
    expect(status).to_have_text("4 papers")
    assert status.get_attribute("aria-live") == "polite"
    tab.locator("select[name=topic]").select_option("llm")
    assert visible_ids(tab) == [SECOND]
    expect(status).to_have_text("1 of 4 papers")
    assert tab.url.endswith("?topic=llm")
    assert "cs.CL (1)" in tab.locator("select[name=category] option").all_text_contents()
    assert "cs.LG (0)" in tab.locator("select[name=category] option").all_text_contents()
    tab.get_by_role("button", name="Clear").click()
    assert len(visible_ids(tab)) == 4
    for name, value, left in (
        ("category", "cs.AI", [FIRST]),
        ("score", "14", [FIRST, SECOND]),
        ("source", "hf", [SECOND]),
    ):
        tab.goto(f"{address}{DAY}?{name}={value}")
        assert visible_ids(tab) == left
    assert "Hugging Face Daily Papers (1)" in tab.locator("select[name=source] option").all_text_contents()


def test_a_list_is_sorted_and_what_is_unknown_comes_last(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    for order, ids in (
        ("novelty", [FIRST, THIRD, SECOND, LAST]),
        ("upvotes", [THIRD, FIRST, SECOND, LAST]),
        ("", [FIRST, SECOND, THIRD, LAST]),
    ):
        tab.locator("select[name=sort]").select_option(order)
        assert visible_ids(tab) == ids


def test_the_choice_survives_reload_back_and_forward(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    tab.locator("select[name=score]").select_option("14")
    tab.locator("select[name=sort]").select_option("novelty")
    tab.reload()
    assert visible_ids(tab) == [FIRST, SECOND]
    tab.go_back()
    assert tab.locator("select[name=sort]").input_value() == ""
    tab.go_back()
    assert len(visible_ids(tab)) == 4
    tab.go_forward()
    assert visible_ids(tab) == [FIRST, SECOND]
    tab.goto(f"{address}{DAY}?topic=none-such&sort=constructor")
    assert len(visible_ids(tab)) == 4


@pytest.mark.parametrize("path", ["weekly/2025-W22/", "monthly/2025-05/"])
def test_weeks_and_months_have_the_controls_too(address: str, tab: Page, path: str) -> None:
    tab.goto(address + path)
    tab.locator("select[name=sort]").select_option("date")
    first = tab.locator("li.item").first
    assert first.get_attribute("data-paper") == "2505.00010"
    tab.locator("select[name=topic]").select_option("llm")
    assert tab.locator("li.item:visible").count() == 2


def test_without_scripts_there_are_no_controls_and_no_place_for_them(address: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address + DAY)
    assert tab.locator(".toolbar").bounding_box() is None
    assert len(visible_ids(tab)) == 4
    context.close()


def test_on_a_phone_the_marks_of_a_papers_page_are_a_bar_that_covers_no_end(address: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 600}, has_touch=True, is_mobile=True)
    tab = context.new_page()
    tab.goto(f"{address}papers/2505.00001/")
    marks = tab.locator(".paper-page > .marks")
    expect(marks).to_be_visible()
    bar = marks.bounding_box()
    assert bar is not None
    assert (bar["x"], bar["width"], bar["y"] + bar["height"]) == (0, 390, 600)
    last = tab.locator(".md-footer-meta__inner")
    tab.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    end = last.bounding_box()
    assert end is not None
    assert end["y"] + end["height"] <= bar["y"]
    tab.get_by_role("button", name="Note").click()
    field = tab.locator("textarea")
    expect(field).to_be_visible()
    space = "(node) => node.nextElementSibling.getBoundingClientRect().top - node.getBoundingClientRect().bottom"
    assert field.evaluate(space) >= 8
    context.close()


# -- keyboard -----------------------------------------------------------------------------------------------------


def test_keys_move_fold_save_mark_and_open(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    focused = "document.activeElement.id"
    for key, there in (("j", FIRST), ("j", SECOND), ("k", FIRST)):
        tab.keyboard.press(key)
        assert tab.evaluate(focused) == there
    fold = tab.locator(f"[id='{FIRST}'] > details")
    before = fold.evaluate("it => it.open")
    tab.keyboard.press("f")
    assert fold.evaluate("it => it.open") != before
    tab.keyboard.press("s")
    tab.keyboard.press("m")
    assert stored(tab)["papers"][FIRST]["saved"] > 0
    assert stored(tab)["papers"][FIRST]["read"] > 0
    tab.keyboard.press("s")
    assert stored(tab)["papers"][FIRST]["saved"] < 0
    tab.keyboard.press("ArrowRight")
    tab.wait_for_url("**/daily/2025/05/28/")
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_url(f"**/{DAY}")
    tab.keyboard.press("/")
    tab.wait_for_url("**/search/")


def test_keys_are_off_while_typing_with_modifiers_and_when_switched_off(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    tab.keyboard.press("Control+j")
    tab.locator("select[name=topic]").focus()
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.name") == "topic"
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.closest('dialog') !== null")
    tab.get_by_label("Keyboard shortcuts are on").uncheck()
    tab.get_by_role("button", name="Close").click()
    tab.reload()
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.id") == ""


@pytest.mark.parametrize("path", ["archive/", "topics/", "statistics/", "about/", "subscribe/", "authors/"])
def test_keys_of_the_site_work_on_pages_without_a_list(address: str, tab: Page, path: str) -> None:
    tab.goto(address + path)
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog").locator("dt")).to_have_text(["/", "g h", "g s", "g n", "?"])
    tab.keyboard.press("Escape")
    tab.wait_for_function("document.activeElement === document.body")  # a frame later, the focus has left the dialog
    tab.keyboard.type("gs")
    tab.wait_for_url("**/saved/", wait_until="commit")


def test_what_is_typed_while_the_keys_load_is_not_lost_and_fields_keep_their_letters(address: str, tab: Page) -> None:
    tab.goto(f"{address}archive/")
    tab.keyboard.type("gn")
    tab.wait_for_url("**/since/", wait_until="commit")
    tab.goto(f"{address}nothing/")
    field = tab.get_by_role("searchbox")
    field.press_sequentially("g/?")
    expect(field).to_have_value("g/?")


# -- what is kept -------------------------------------------------------------------------------------------------


def test_saved_papers_stand_on_their_page_with_notes(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    save(tab, THIRD)
    expect(tab.locator(".toolbar > a")).to_have_text("Saved 1")
    tab.locator(".toolbar > a").click()
    item = tab.locator("#saved .item")
    assert item.locator("h3").inner_text() == HOSTILE.replace("$O(n^2)$", "O(n²)")
    assert "de Bie" in item.locator(".authors").inner_text()
    item.locator("textarea").fill("Read\nthis")
    tab.reload()
    assert item.locator("textarea").input_value() == "Read\nthis"
    item.locator("h3 a").click()
    tab.wait_for_url(f"**/papers/{THIRD}/")


def test_a_paper_with_a_note_stays_saved_until_its_note_is_empty(address: str, tab: Page) -> None:
    for path in (DAY, f"papers/{FIRST}/"):
        tab.goto(address + path)
        paper = tab.locator(".paper-page, .paper").first
        paper.get_by_role("button", name="Note").click()
        field = paper.locator("textarea")
        field.fill("Read this")
        field.press("Escape")
        assert tab.evaluate("scrollY") == 0, path
        tab.keyboard.press("s")
        expect(tab.locator(".toast")).to_have_text("Its note keeps this paper saved: empty the note first")
        paper.get_by_role("button", name="Save").click()
        assert stored(tab)["papers"][FIRST]["saved"] > 0
        field.fill("")
        field.press("Escape")
        tab.keyboard.press("s")
        assert stored(tab)["papers"][FIRST]["saved"] < 0


def exported(tab: Page, name: str) -> str:
    with tab.expect_download() as download:
        tab.get_by_role("button", name=f"Export as {name}").click()
    return Path(download.value.path()).read_bytes().decode()


def test_what_was_saved_is_exported(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    save(tab, THIRD)
    tab.goto(address + "saved/")
    tab.locator("textarea").fill("one\nER  - \n} @misc{x")
    bib = exported(tab, "BibTeX")
    assert bib.startswith("@misc{debie2025img,\n  title = {{<img src=x")
    assert r"\& O(n²) of \textbraceleft{}braces\textbraceright{}}}" in bib
    assert "author = {de Bie, A. and {Team X and Y}}" in bib
    assert r"annote = {one ER - \textbraceright{} @misc\textbraceleft{}x}" in bib
    assert bib.count("{") == bib.count("}")
    ris = exported(tab, "RIS").split("\r\n")
    assert ris[0] == "TY  - UNPB"
    assert ris.count("ER  - ") == 1
    assert "AU  - de Bie, A." in ris
    assert "UR  - https://arxiv.org/abs/2505.00003" in ris
    assert r"\<img src=x" in exported(tab, "Markdown")
    assert json.loads(exported(tab, "JSON"))["version"] == 1


def take_in(tab: Page, data: Any) -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    tab.locator(".toolbar [role=status]").evaluate("status => status.replaceChildren()")  # what an earlier file left
    tab.locator("input[type=file]").set_input_files({"name": "x.json", "mimeType": "", "buffer": text.encode()})
    status = tab.locator(".toolbar [role=status]")
    expect(status).to_contain_text("x.json")
    return status.inner_text()


def test_an_imported_file_merges_and_loses_nothing(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    save(tab, FIRST)
    tab.goto(address + "saved/")
    tab.locator("textarea").fill("mine")
    evil = {"saved": 5, "title": "<b>x</b>", "address": "javascript:alert(1)", "authors": "no list", "later": [1]}
    papers = {FIRST: {"saved": -1, "note": "theirs", "noted": 1}, "__proto__": evil, "odd": 3, SECOND: {"saved": 7}}
    text = json.dumps({"version": 1, "papers": papers})
    assert take_in(tab, text) == "2 more saved from x.json."
    assert stored(tab)["papers"][FIRST]["note"] == "mine\ntheirs"
    assert stored(tab)["papers"]["__proto__"]["later"] == [1]
    assert tab.locator("#saved a[href^='javascript']").count() == 0
    assert take_in(tab, text) == "0 more saved from x.json."
    assert stored(tab)["papers"][FIRST]["note"] == "mine\ntheirs"
    assert take_in(tab, ["2401.00001"]) == "1 more saved from x.json."
    kept = stored(tab)
    for broken in ("{", "null", "3", '{"papers": 3}', "<html>"):
        assert "Nothing was changed" in take_in(tab, broken)
    assert stored(tab) == kept


def test_a_broken_state_is_put_aside_not_deleted(address: str, tab: Page) -> None:
    tab.goto(address)
    for broken in ('{"papers": {"25', "[[[", "null"):
        tab.evaluate("text => localStorage.setItem('broadsheet /repo/', text)", broken)
        tab.goto(address + DAY)
        expect(tab.locator(".notice")).to_contain_text("could not be read")
        save(tab, FIRST)
        assert stored(tab)["papers"][FIRST]["saved"] > 0
        aside = "Object.keys(localStorage).filter(k => k.includes('unreadable')).map(k => localStorage[k])"
        assert broken in tab.evaluate(aside)


def test_what_another_version_wrote_survives(address: str, tab: Page) -> None:
    tab.goto(address)
    newer = {"version": 7, "new": "kept", "papers": {SECOND: {"saved": 9, "colour": "red"}}, "view": {"size": 3}}
    tab.evaluate("text => localStorage.setItem('broadsheet /repo/', text)", json.dumps(newer))
    tab.goto(address + DAY)
    save(tab, FIRST)
    now = stored(tab)
    assert (now["version"], now["new"], now["view"]) == (7, "kept", {"size": 3})
    assert now["papers"][SECOND] == {"saved": 9, "colour": "red"}
    tab.evaluate("text => localStorage.setItem('broadsheet /repo/', text)", json.dumps([SECOND]))
    tab.goto(address + "saved/")
    expect(tab.locator("#saved .item")).to_have_count(1)


@pytest.mark.parametrize("fault", ["full", "disabled"])
def test_storage_that_fails_is_reported_and_marks_last_as_long_as_the_page(
    address: str, context: BrowserContext, tab: Page, fault: str
) -> None:
    if fault == "disabled":  # as browsers do it for whoever blocks site data
        refuse = "get() { throw new DOMException('denied', 'SecurityError'); }"
        context.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {refuse} }})")
    tab.goto(address + DAY)
    if fault == "full":
        fill = "for (let n = 1 << 20; n >= 1; n >>= 1)"
        put = "for (let i = 0; ; i++) try { localStorage.setItem('x' + n + '-' + i, 'x'.repeat(n)); } catch { break; }"
        tab.evaluate(f"() => {{ {fill} {put} }}")
    save(tab, FIRST)
    expect(tab.locator(f"[id='{FIRST}'] button.saved")).to_have_attribute("aria-pressed", "true")
    expect(tab.locator(".notice")).to_contain_text("gone with the page")
    if fault == "full":
        tab.evaluate("for (const k of Object.keys(localStorage)) if (k[0] === 'x') localStorage.removeItem(k)")
        save(tab, SECOND)
        assert {FIRST, SECOND} <= stored(tab)["papers"].keys()
        expect(tab.locator(".notice")).to_be_hidden()


def test_two_tabs_keep_the_changes_of_each_other(address: str, context: BrowserContext, tab: Page) -> None:
    other = context.new_page()
    tab.goto(address + DAY)
    other.goto(address + DAY)
    save(tab, FIRST)
    expect(other.locator(f"[id='{FIRST}'] button.saved")).to_have_attribute("aria-pressed", "true")
    other.evaluate("window.old = localStorage.getItem('broadsheet /repo/')")
    save(tab, SECOND)
    other.evaluate("localStorage.setItem('broadsheet /repo/', window.old)")  # wrote at the same moment
    expect(tab.locator(f"[id='{SECOND}'] button.saved")).to_have_attribute("aria-pressed", "true")
    while SECOND not in stored(tab)["papers"]:
        tab.wait_for_timeout(20)
    save(other, THIRD)
    assert {FIRST, SECOND, THIRD} == {name for name, it in stored(tab)["papers"].items() if it["saved"] > 0}
    for page in (tab, other):
        expect(page.locator(".toolbar > a")).to_have_text("Saved 3")


# -- how it looks, and what it costs ------------------------------------------------------------------------------


def test_folds_are_remembered_and_the_page_does_not_jump(address: str, tab: Page) -> None:
    tab.goto(address + DAY)
    tab.get_by_role("button", name="Unfold all").click()
    tab.goto(address + DAY + "?score=14")
    assert tab.locator(".paper:visible > details:not([open])").count() == 0
    assert tab.evaluate(SHIFT) <= 0.01
    tab.get_by_role("button", name="Fold all", exact=True).click()
    tab.reload()
    assert tab.locator(".paper > details[open]").count() == 0


def test_everything_works_under_a_strict_policy(address: str, context: BrowserContext, tab: Page) -> None:
    # The theme has inline scripts of its own; what is held here is that none of the reader's needs any leave.
    said: list[str] = []
    tab.on("console", lambda message: said.append(f"{message.text} {message.location['url']}"))

    def strict(route: Any) -> None:
        answer = route.fetch()
        policy = "default-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
        body = re.sub(r"<script>.*?</script>", "", answer.text(), flags=re.DOTALL)
        route.fulfill(response=answer, body=body, headers=answer.headers | {"content-security-policy": policy})

    tab.route("**/27/", strict)
    tab.goto(address + DAY)
    save(tab, FIRST)
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert [line for line in said if OURS.search(line)] == []


def test_a_day_of_84_papers_is_small_quick_and_still(corpus: Path, tmp_path: Path, tab: Page) -> None:
    root = make_digest(tmp_path, settings=NO_IMAGES + (ROOT / "digest.yml").read_text())
    run = digest("import", "--root", root, corpus / "scored/daizedong/2025-05/2025-05-27-output.json")
    assert run.returncode == 0, run.stdout
    assert digest("build", "--root", root).returncode == 0
    html = (root / "site" / DAY / "index.html").read_bytes()
    assert html.count(b'<article class="paper ') == 84
    assert len(gzip.compress(html)) <= 120_500
    with served(root / "site", "/", "127.0.0.1", 0) as place:
        spent = []
        for _ in range(3):  # the machine may be busy with something else
            tab.goto(place + DAY)
            spent.append(tab.evaluate("performance.getEntriesByName('reader')[0].duration"))
            assert tab.evaluate(SHIFT) <= 0.01
        assert min(spent) <= 50
