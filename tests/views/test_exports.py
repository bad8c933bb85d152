"""Exports of saved papers: other programs' parsers read back titles, names and notes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import SeparateCoAuthors, SplitNameParts
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, FilePayload, Page, expect

from broadsheet.bibliography.bibtex import bibtex
from broadsheet.bibliography.citation_key import citation_key, longer_key
from broadsheet.bibliography.ris import ris
from broadsheet.build.preview import served
from broadsheet.index.days import Entry
from broadsheet.index.open import open_index
from broadsheet.model import names
from broadsheet.model.paper import Paper
from broadsheet.settings import config
from broadsheet.text.rendering import plain
from tests.bibliography.test_bibliography import NAMES
from tests.example import SETTINGS, digest, make_digest, paper

KEY = "broadsheet /repo/"
DAYS = ("daizedong/2025-05/2025-05-27-output.json", "cgarling/2025-07/2025-07-28-output.json")
NOTE = "First * line\n\n> # second } {line} \\ 50 % & $x_1$ ~^ [a](b) <i>\nER  - \n@misc{x, title={y}}"
ESCAPES = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciicircum": "^", "asciitilde": "~"}


class Site(NamedTuple):
    """A digest of real papers, served; `shown` are its papers by id, as the pages show them."""

    address: str
    shown: dict[str, Entry]


@pytest.fixture(scope="module")
def site(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = make_digest(
        tmp_path_factory.mktemp("exports"),
        settings=SETTINGS + "search: false\npaper_pages: none\npages: {authors: 3}\n",
    )
    run = digest("import", "--root", root, *(corpus / "scored" / day for day in DAYS))
    assert run.returncode == 0, run.stdout
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout
    catalogue = open_index(root, config.load(root))
    shown = {it.paper.arxiv_id: it for day in catalogue.periods() for it in catalogue.day(day)}
    catalogue.close()
    with served(root / "site", "/repo/", "127.0.0.1", 0) as address:
        yield Site(address, shown)


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    tab = context.new_page()
    yield tab
    context.close()


@pytest.fixture
def saved(site: Site, tab: Page) -> Page:
    """The page of saved papers, with all papers of the days on it, saved as a reader does it."""
    for date in sorted({entry.date for entry in site.shown.values()}):
        tab.goto(f"{site.address}daily/{date.replace('-', '/')}/")
        tab.evaluate("document.querySelectorAll('button.saved').forEach(it => it.click())")
    tab.goto(site.address + "saved/")
    expect(tab.locator("#saved .item")).to_have_count(len(site.shown))
    return tab


def stored(tab: Page) -> dict[str, Any]:
    return dict(json.loads(tab.evaluate(f"localStorage.getItem('{KEY}')")))


def exported(tab: Page, name: str) -> str:
    with tab.expect_download() as download:
        tab.get_by_role("button", name=f"Export as {name}").click()
    return Path(download.value.path()).read_bytes().decode()


def unescaped(value: str) -> str:
    """Return the text that TeX makes of a value whose only TeX is escapes."""
    assert value.count("{") == value.count("}")
    words = re.sub(r"\\text([a-z]+)\{\}", lambda found: "\\text" + ESCAPES[found[1]], value)
    return re.sub(r"\\(?:text)?(.)", r"\1", words)


def entries(text: str) -> dict[str, dict[str, Any]]:
    library = parse_string(text, append_middleware=[SeparateCoAuthors(), SplitNameParts()])
    assert not library.failed_blocks
    assert len(library.blocks) == len(library.entries)
    return {entry.key: {field.key: field.value for field in entry.fields} for entry in library.entries}


def test_the_days_are_worth_the_test(site: Site) -> None:
    titles = [entry.paper.title for entry in site.shown.values()]
    people = [name for entry in site.shown.values() for name in entry.paper.authors]
    for some, pattern in (
        (titles, r"\$"),
        (titles, r"\\['\"`^]"),
        (people, r" (?:van|de|von|der|del) "),
        (people, "[éüñćł]"),
        (people, "['’]"),
    ):
        assert [text for text in some if re.search(pattern, text)], pattern
    assert max(len(entry.paper.authors) for entry in site.shown.values()) > 30


def test_bibtex_has_each_title_and_each_name_whole(site: Site, saved: Page) -> None:
    read = entries(exported(saved, "BibTeX"))
    assert {fields["eprint"] for fields in read.values()} == site.shown.keys()
    for fields in read.values():
        name = fields["eprint"]
        entry = site.shown[name]
        assert fields["title"][0] == "{"
        assert fields["title"][-1] == "}"
        assert unescaped(fields["title"][1:-1]) == plain(entry.paper.title)
        expected = [names.of_text(author) for author in entry.paper.authors]
        assert len(fields["author"]) == len(expected)
        for author, name_parts in zip(fields["author"], expected, strict=True):
            family = unescaped(" ".join([*author.von, *author.last]))
            assert family == (name_parts.family or f"{{{name_parts.literal}}}")
            assert unescaped(" ".join(author.first)) == name_parts.given
        assert fields["url"] == f"https://arxiv.org/abs/{name}"


def test_keys_are_those_of_the_papers_own_pages(site: Site, saved: Page) -> None:
    # A browser has only the shown title: it cannot leave out the formula.
    shown = {
        name: msgspec.structs.replace(entry.paper, title=plain(entry.paper.title), published=None)
        for name, entry in site.shown.items()
    }
    keys = {fields["eprint"]: key for key, fields in entries(exported(saved, "BibTeX")).items()}
    assert keys == {name: citation_key(paper) for name, paper in shown.items()}


def test_papers_that_share_a_key_get_keys_of_their_own(site: Site, tab: Page) -> None:
    ids = ("2505.00009", "math/0501001", "2505.00001", "2505.00005")
    papers = {name: {"saved": 5 - i, "title": "A survey", "authors": ["Bo Li"]} for i, name in enumerate(ids)}
    tab.goto(site.address + "saved/")
    tab.evaluate(f"state => localStorage.setItem('{KEY}', state)", json.dumps({"papers": papers}))
    tab.reload()
    keys = {fields["eprint"]: key for key, fields in entries(exported(tab, "BibTeX")).items()}
    shared = "li2025survey"
    others = {name: longer_key(shared, name) for name in ("2505.00005", "2505.00009")}
    assert keys == {"2505.00001": shared, "math/0501001": "li2005survey", **others}


@pytest.mark.parametrize(
    ("title", "authors", "key"),
    [
        ("Éléments of Łukasiewicz", ["Grace Øster-Ærø"], "osteraero2025elements"),
        ("On the 3D 4-bit x", ["The ALPHA Collaboration", "Ann Lee"], "thealphacollaboration2025"),
        ("大语言模型", ["李 明"], "anonymous2025"),
        ("What we've done: a survey", ["Lee, A. et al."], "lee2025weve"),
        ("", [], "anonymous2025"),
    ],
)
def test_a_key_has_plain_letters_alone(site: Site, tab: Page, title: str, authors: list[str], key: str) -> None:
    tab.goto(site.address + "saved/")
    script = "async ([module, record]) => (await import(module)).citationKey(['2505.00001', record])"
    record = {"title": title, "authors": authors}
    assert tab.evaluate(script, [f"{site.address}assets/citation-keys.js", record]) == key
    assert citation_key(Paper(arxiv_id="2505.00001", title=title, authors=tuple(authors))) == key


def test_names_have_the_same_parts_as_in_citation_files(site: Site, tab: Page) -> None:
    authors = [name for name, _ in NAMES if name and "\\" not in name]
    tab.goto(site.address + "saved/")
    script = "async ([module, authors]) => (await import(module)).ris(['x', { title: 'T', authors }])"
    lines = tab.evaluate(script, [f"{site.address}assets/export.js", authors]).splitlines()
    expected = ris(Paper(arxiv_id="2505.18313", title="T", authors=tuple(authors))).splitlines()
    assert [line for line in lines if line[:2] == "AU"] == [line for line in expected if line[:2] == "AU"]


def test_ris_has_each_title_and_each_name(site: Site, saved: Page) -> None:
    records = rispy.loads(exported(saved, "RIS"))
    assert len(records) == len(site.shown)
    read = {record["urls"][0].rpartition("/abs/")[2]: record for record in records}
    for name, entry in site.shown.items():
        (citation,) = rispy.loads(ris(entry.paper))
        assert read[name]["title"] == citation["title"] == plain(entry.paper.title)
        assert read[name]["authors"] == citation["authors"]
        assert read[name]["year"] == citation["year"]


def test_markdown_has_each_title_as_a_link(site: Site, saved: Page) -> None:
    page = MarkdownIt().parse(exported(saved, "Markdown"))
    lines = [token for token in page if token.type == "inline"][1:]
    assert len(lines) == len(site.shown)
    for line in lines:
        start, *middle, end, rest = line.children or []
        assert (start.type, end.type) == ("link_open", "link_close")
        name = str(start.attrs["href"]).rpartition("/abs/")[2]
        said = "".join(token.content for token in middle if token.type in ("text", "text_special"))
        assert said == plain(site.shown[name].paper.title)
        assert {token.type for token in middle} <= {"text", "text_special"}
        assert rest.content.startswith(f". {plain(site.shown[name].paper.authors[0])}")


def test_an_exported_json_file_restores_the_same_state(site: Site, saved: Page, chromium: Browser) -> None:
    saved.locator("#saved textarea").first.fill(NOTE)
    file = exported(saved, "JSON")
    elsewhere = chromium.new_context().new_page()
    elsewhere.goto(site.address + "saved/")
    for said in (f"{len(site.shown)} more saved", "0 more saved"):
        chosen = FilePayload(name="saved-papers.json", mimeType="", buffer=file.encode())
        elsewhere.locator("input[type=file]").set_input_files(chosen)
        expect(elsewhere.locator(".toolbar [role=status]")).to_contain_text(said)
        assert stored(elsewhere) == stored(saved) == json.loads(file)
    assert elsewhere.locator("#saved textarea").first.input_value() == NOTE
    elsewhere.context.close()


def test_a_note_breaks_no_format(site: Site, tab: Page) -> None:
    tab.goto(site.address + "saved/")
    title = r"Unbalanced { braces } } and \textbf{x} of 100 % & #_^~ `code` *a* [b](c) <b>"
    record = {"saved": 1, "noted": 1, "note": NOTE, "title": title, "authors": ["A\nB", ""], "address": "papers/x/"}
    state = json.dumps({"papers": {"2505.00001": record, "odd } id, {": record}})
    tab.evaluate(f"state => localStorage.setItem('{KEY}', state)", state)
    tab.reload()
    read = entries(exported(tab, "BibTeX"))
    assert read.keys() == {"b2025unbalanced", "bunbalanced"}
    for fields in read.values():
        assert unescaped(fields["title"][1:-1]) == title
        assert unescaped(fields["annote"]) == " ".join(NOTE.split())
    for it in rispy.loads(exported(tab, "RIS")):
        assert (it["title"], it["notes"]) == (title, [" ".join(NOTE.split())])
    page = MarkdownIt().parse(exported(tab, "Markdown"))
    assert [token.type for token in page].count("list_item_open") == 2
    links = [
        token for line in page if line.type == "inline" for token in line.children or [] if token.type == "link_open"
    ]
    assert len(links) == 2


def test_names_are_parted_as_on_the_papers_own_page(corpus: Path, site: Site, tab: Page) -> None:
    odd = (
        *(
            "Johannes van der Waals",
            "Siobhán O'Brien",
            "Ludwig von der Leyen III",
            "King, Martin",
            "Plato",
            "Team X and Y",
        ),
        *("The ALPHA Collaboration", "Martin Luther King Jr.", "Sodré, L., Jr.", "A. and B.", "Maria del Carmen López"),
        *("Oscar de la Renta", "van Gogh", "et al.", "others", "E. M. de Gouveia Dal Pino", "Xi'an Li", "J.-P. Serre"),
    )
    rows = json.loads((corpus / "scored/cgarling/2025-08" / _some(corpus)).read_bytes()).values()
    real = {name for row in rows for name in row["authors"] if not re.search(r"[\\{}$()]", name)}
    people = [*odd, *sorted(real)]
    tab.goto(site.address + "saved/")
    state = json.dumps({"papers": {"2505.00001": {"saved": 1, "title": "T", "authors": people}}})
    tab.evaluate(f"state => localStorage.setItem('{KEY}', state)", state)
    tab.reload()
    entry = Paper(arxiv_id="2505.00001", title="T", authors=tuple(people))
    assert _authors(exported(tab, "BibTeX")) == _authors(bibtex(entry))
    (record,), (citation,) = rispy.loads(exported(tab, "RIS")), rispy.loads(ris(entry))
    assert record["authors"] == citation["authors"]


def _some(corpus: Path) -> str:
    return min(path.name for path in (corpus / "scored/cgarling/2025-08").glob("*.json"))


def _authors(text: str) -> str:
    (entry,) = parse_string(text).entries
    return str(entry["author"])


def test_a_formula_and_accents_in_the_title(tmp_path: Path, tab: Page) -> None:
    title = r"On $x_1^2$ in Bo\v{s}kovi\'{c}'s \emph{Theoria}: 50\% & $\alpha$-decay"
    root = make_digest(tmp_path, {"2025-05-27": [paper("2505.00001", title=title)]}, SETTINGS + "search: false\n")
    assert digest("build", "--root", root).returncode == 0
    with served(root / "site", "/repo/", "127.0.0.1", 0) as address:
        for place in ("daily/2025/05/27/", "weekly/2025-W22/", "since/", "papers/2505.00001/"):
            tab.goto(address + place)
            tab.locator("button.saved").click()
            tab.goto(address + "saved/")
            said = unescaped(next(iter(entries(exported(tab, "BibTeX")).values()))["title"][1:-1])
            assert said == "On x₁² in Bošković's Theoria: 50% & α-decay" == plain(title)
            tab.evaluate("localStorage.clear()")
