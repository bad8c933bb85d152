"""Texts of scripts in a made-up language: what a script writes is translated, or comes from the digest.

The site is in English, and its data is Greek. Its scripts are in a language whose every text is in brackets: a Latin
letter outside brackets, which the page does not have without scripts, is a string that no one can translate.
"""

import gzip
import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broadsheet.build.preview import served
from tests.example import NO_IMAGES, paper
from tests.scripts import SCRIPTS, served_script
from tests.translations.pseudo import LATIN, pseudo_catalogue

DIGEST_YML = f"""\
topics:
  - {{id: compression, name: Συμπίεση, short: Συμπίεση}}
  - {{id: llm, name: Γλώσσα, short: Γλώσσα}}
sources: {{arxiv: Πηγή, hf: Άλλη πηγή}}
pages: {{week_best: 5}}
{NO_IMAGES}"""
MANY = ["Α. Α.", "Β. Β.", "Γ. Γ.", "Δ. Δ.", "Ε. Ε.", "Ζ. Ζ."]


def greek(arxiv_id: str, **fields: Any) -> dict[str, Any]:
    words = {"title": f"Τίτλος {arxiv_id}", "authors": MANY[:2], "abstract": "Κείμενο.", "comment": "Σχόλιο."}
    return paper(arxiv_id, categories=[], **(words | fields))


DAYS = {
    "2025-03-03": [greek("2503.00001")],
    "2025-05-26": [greek(f"2505.100{n:02}", authors=MANY, topics=["llm"], relevance=n % 9 + 1) for n in range(30)],
    "2025-05-27": [greek("2505.00001", upvotes=1, source="hf"), greek("2505.00002", relevance=None, novelty=None)],
    "2025-05-28": [greek(f"2505.200{n:02}", topics=["compression"], novelty=n % 9 + 1) for n in range(20)],
}
DAY, WEEK = "daily/2025/05/28/", "weekly/2025-W22/"
# Names of formats and services, which are the same in all languages. A key is in parentheses.
NAMES = r"arXiv|arxiv\.org|PDF|DOI|BibTeX|RIS|JSON|Markdown|CSL(-JSON)?|CFF|x\.json|doi\.org|https?://\S+"
TEXTS = """(root) => {
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!node.parentElement.closest("script, style, noscript, kbd, math, pre")) texts.push(node.data);
    } else for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.push(node.getAttribute(name) ?? "");
  }
  return texts.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
TEXTS_OF_HTML = f"(html) => ({TEXTS})(new DOMParser().parseFromString(html, 'text/html').body)"


@pytest.fixture(scope="module")
def pseudo(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site with its scripts in the made-up language, and dates of the browser in Greek."""
    folder = shutil.copytree(site, tmp_path_factory.mktemp("pseudo") / "site")
    # A third form for the numbers that end in zero.
    language = GNUTranslations(BytesIO(pseudo_catalogue("nplurals=3; plural=(n%10==0 ? 2 : n!=1)")))
    for script in SCRIPTS.glob("*.js"):
        (folder / "assets" / script.name).write_bytes(served_script(script.name, language))
    for page in folder.rglob("*.html"):
        page.write_text(page.read_text("utf-8").replace('lang="en"', 'lang="el"', 1), "utf-8")
    with served(folder, "/repo/", "127.0.0.1", 0) as address:
        yield address


def foreign(tab: Page, data: set[str]) -> list[str]:
    """Return the texts that scripts wrote and nobody can translate; `data` are those of files."""
    before = set(tab.evaluate(TEXTS_OF_HTML, tab.request.get(tab.url.split("#")[0]).text()))
    before |= {text.strip("‹› ") for text in before}
    after = [text for text in tab.evaluate(f"({TEXTS})(document.body)") if text not in before | data]
    assert any("⟦" in text for text in after)
    return [text for text in after if any(map(LATIN.search, _words(text, before | data)))]


def _strings(data: Any) -> Iterator[str]:
    """Yield all strings in JSON data."""
    if isinstance(data, str):
        yield data
    for part in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _strings(part)


@pytest.fixture(scope="module")
def data(site: Path) -> set[str]:
    """Strings in the data that scripts show, which Python writes."""
    files = [json.loads(file.read_bytes()) for file in (site / "since").glob("*.json")]
    files += [json.loads(gzip.decompress(file.read_bytes())) for file in (site / "since").glob("*.pack")]
    attribute = re.search(r'data-offered="([^"]*)"', (site / "search/index.html").read_text("utf-8"))
    assert attribute
    return set(_strings([*files, json.loads(html.unescape(attribute[1]))]))


def _words(text: str, before: set[str]) -> list[str]:
    """Return what is in no brackets, no name, and no text of the page, such as that of a link beside a number."""
    rest = re.sub(rf"⟦[^⟦⟧]*⟧|\([a-z]\)|\b(?:{NAMES})\b", "", text)
    return [part for part in re.split(r": |[()]", rest) if part.strip("“”‹› ") not in before]


def on_a_day(tab: Page, address: str) -> None:
    tab.goto(f"{address}{DAY}?topic=compression")
    tab.locator(".colours").click()
    tab.get_by_role("button", name=re.compile("Unfold all")).click()
    tab.locator("button.saved").first.click()
    tab.locator("button.note").first.click()
    tab.locator("textarea").press("Escape")
    tab.keyboard.press("c")
    expect(tab.locator(".toast")).not_to_be_empty()
    tab.evaluate("location.hash = '2505.20003'")


def on_a_hidden_paper(tab: Page, address: str) -> None:
    tab.goto(f"{address}{DAY}?score=17#2505.20000")
    expect(tab.locator(".notice")).not_to_be_empty()


def with_help(tab: Page, address: str) -> None:
    tab.goto(address + DAY)
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert tab.locator("dialog dt").count() > 15


def with_storage_that_fails(tab: Page, address: str) -> None:
    tab.goto(address)
    tab.evaluate("localStorage.setItem('broadsheet /repo/', '{')")
    tab.goto(address + DAY)
    expect(tab.locator(".notice")).not_to_be_empty()


def on_a_paper(tab: Page, address: str) -> None:
    tab.goto(f"{address}papers/2505.00001/")
    tab.locator(".copy-citation button").first.click()
    expect(tab.locator(".copy-citation button").first).to_have_text(re.compile("⟦(Copied|Selected, to copy)⟧"))


def on_the_front_page(tab: Page, address: str) -> None:
    tab.goto(address)
    expect(tab.locator(".stale")).to_have_class(re.compile("is-stale"))
    expect(tab.locator(".news-line a")).to_contain_text("⟦")


def on_a_whole_week(tab: Page, address: str) -> None:
    tab.goto(f"{address}{WEEK}?topic=llm")
    expect(tab.locator("ol.list > .item")).to_have_count(20)
    expect(tab.locator("#rest button")).to_be_visible()


def on_a_week_with_lost_files(tab: Page, address: str) -> None:
    tab.route("**/since/2025-*.pack", lambda route: route.abort())
    tab.goto(f"{address}{WEEK}?topic=llm")
    expect(tab.locator(".notice")).not_to_be_empty()


def on_a_week_without_facts(tab: Page, address: str) -> None:
    tab.route("**/papers.json", lambda route: route.abort())
    tab.goto(address + WEEK)
    expect(tab.locator(".toolbar [role=status]")).to_contain_text("could not be loaded")


def since(tab: Page, address: str) -> None:
    tab.goto(f"{address}since/")
    expect(tab.locator("#news .item").first).to_be_visible()
    tab.goto(f"{address}since/?since=2024-01-01")
    expect(tab.locator("#gaps")).to_be_attached()
    tab.locator("button.read").first.click()
    tab.reload()
    expect(tab.locator("#news .item").first).to_be_visible()


def in_ten_minutes(tab: Page, address: str) -> None:
    tab.goto(f"{address}since/?minutes=10")
    expect(tab.locator("#news .item")).to_have_count(12)
    tab.get_by_role("button", name=re.compile("Mark the rest")).click()
    expect(tab.get_by_role("button", name=re.compile("Undo"))).to_be_visible()


def since_with_a_lost_day(tab: Page, address: str) -> None:
    tab.route("**/since/2025-05-27.pack", lambda route: route.abort())
    tab.goto(f"{address}since/")
    expect(tab.locator("#gaps li")).not_to_have_count(0)


def since_without_files(tab: Page, address: str) -> None:
    tab.route("**/since/*.json", lambda route: route.abort())
    tab.goto(f"{address}since/")
    expect(tab.locator(".actions")).to_be_visible()


def saved(tab: Page, address: str) -> None:
    tab.goto(f"{address}saved/#ids=,take=x")
    tab.goto(f"{address}saved/?#take=2505.00001~2505.20000")
    tab.reload()
    tab.locator(".offer button").first.click()
    expect(tab.locator("#saved .item")).to_have_count(2)
    expect(tab.locator("#saved .item h3").first).to_contain_text("Τίτλος")
    tab.locator("[aria-controls], button[aria-expanded]", has_text="Take it").click()
    expect(tab.locator("#take input")).to_be_visible()
    tab.goto(f"{address}saved/?#take=2503.00001")
    tab.reload()
    expect(tab.locator(".offer")).to_be_visible()


def saved_from_a_file(tab: Page, address: str, content: str = '["2505.00001"]') -> None:
    tab.goto(f"{address}saved/")
    file = {"name": "x.json", "mimeType": "", "buffer": content.encode()}
    tab.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(tab.locator(".toolbar [role=status]")).to_contain_text("x.json")


def saved_from_a_wrong_file(tab: Page, address: str) -> None:
    saved_from_a_file(tab, address, "3")


def search(tab: Page, address: str, query: str = "q=τίτλος&topic=compression") -> None:
    tab.goto(f"{address}search/?{query}")
    expect(tab.locator("#search-status")).to_contain_text("⟦")
    tab.wait_for_load_state("networkidle")


def search_for_words_that_are_not_there(tab: Page, address: str) -> None:
    search(tab, address, "q=τίτλος+ъъъъъъ&from=2025-5")


def search_for_an_author(tab: Page, address: str) -> None:
    search(tab, address, "q=Α.&topic=compression")


def search_for_an_unknown_id(tab: Page, address: str) -> None:
    search(tab, address, "q=2101.00001")


def search_without_index(tab: Page, address: str) -> None:
    tab.route("**/shards.json", lambda route: route.abort())
    search(tab, address)


def subscribe(tab: Page, address: str) -> None:
    tab.goto(f"{address}subscribe/")
    button = tab.locator("button[data-copy]").first
    button.click()
    expect(button).to_contain_text("⟦")


VISITS = (
    on_a_day,
    on_a_hidden_paper,
    with_help,
    with_storage_that_fails,
    on_a_paper,
    on_the_front_page,
    on_a_whole_week,
    on_a_week_with_lost_files,
    on_a_week_without_facts,
    since,
    in_ten_minutes,
    since_with_a_lost_day,
    since_without_files,
    saved,
    saved_from_a_file,
    saved_from_a_wrong_file,
    search,
    search_for_words_that_are_not_there,
    search_for_an_author,
    search_for_an_unknown_id,
    search_without_index,
    subscribe,
)


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.__name__)
def test_every_text_that_a_script_writes_can_be_translated(
    pseudo: str, data: set[str], tab: Page, visit: Callable[[Page, str], None]
) -> None:
    visit(tab, pseudo)
    assert foreign(tab, data) == []


def test_a_text_that_is_not_marked_is_noticed(pseudo: str, data: set[str], tab: Page) -> None:
    tab.goto(pseudo + DAY)
    tab.evaluate("document.querySelector('.toolbar').append('Not marked')")
    assert foreign(tab, data) == ["Not marked"]


def test_authors_are_taken_from_a_line_in_any_language(pseudo: str, tab: Page) -> None:
    tab.goto(f"{pseudo}{WEEK}?topic=llm")
    tab.locator("button.saved").nth(7).click()
    stored = json.loads(tab.evaluate("localStorage.getItem('broadsheet /repo/')"))
    (record,) = stored["papers"].values()
    assert (record["authors"], record["more"]) == (MANY[:4], 2)
