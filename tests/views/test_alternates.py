"""Pages as Markdown and JSON: complete, valid and without foreign markup; and the other files for programs."""

import gzip
import itertools
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.html
import msgspec
import pytest
import yaml
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lxml import etree
from markdown_it import MarkdownIt

from broadsheet.build.archive_files import write_json_lines, write_sqlite
from broadsheet.index.index import Index
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.store import records
from broadsheet.store.store import Store
from broadsheet.text import markdown as markdown_text
from broadsheet.text import tex
from broadsheet.text.sanitize import clean, one_line
from broadsheet.views.citations import papers_bib
from broadsheet.views.downloads import FIELDS, ArchiveMonth, Download
from tests.example import ROOT, SETTINGS, digest, make_digest, paper, tree
from tests.index.test_related import Memory

HOSTILE = "1. # <script>alert(1)</script> [x](javascript:y) ![i](http://e.vil/p.png) `a` *b* _c_ $x_1 *y* z_2$ | ~~d~~"
DAYS = {
    "2024-01-02": [paper("2401.00001")],
    "2025-05-26": [paper("2505.00001", title="On pruning $x_i^*$ and *all*"), paper("2505.00002", relevance=9)],
    "2025-05-27": [paper("2505.00003", title=HOSTILE, comment=HOSTILE, abstract=HOSTILE, authors=[HOSTILE, "- B"])],
    "2025-05-28": [paper("2505.00004", comment="On LLMs."), paper("2505.00002", doi="10.1/x", upvotes=3, a_key=[1])],
}
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HARMLESS = {"text", "code_inline"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_digest(tmp_path_factory.mktemp("alternates"), DAYS, SETTINGS + "search: false\ndownloads: all\n")
    shutil.copytree(ROOT / "data" / "publications", root / "data" / "publications")
    receipt = root / "data/runs/2025/2025-05-27.json"
    receipt.parent.mkdir(parents=True)
    receipt.write_text(json.dumps({"date": "2025-05-27", "state": "ok", "scanned": 5}))
    build(root)
    return root


def replace(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def build(root: Path, *arguments: str) -> None:
    run = digest("build", "--root", root, *arguments)
    assert run.returncode == 0, run.stdout + run.stderr


def tokens(source: str) -> Iterator[Any]:
    for token in MARKDOWN.parse(source):
        yield token
        yield from token.children or ()


def body(path: Path) -> str:
    _, front, rest = path.read_text("utf-8").split("---\n", 2)
    assert yaml.safe_load(front)["url"].startswith("https://example.org/broadsheet/")
    return rest


@given(st.text(alphabet=st.characters() | st.sampled_from("\\`*_[]()<>#+-=.!|~&$^:@/1 \n{}"), max_size=60))
def test_foreign_text_is_one_paragraph_of_text(source: str) -> None:
    kinds = [token.type for token in tokens(markdown_text.title(source))]
    assert set(kinds) <= {"paragraph_open", "inline", "paragraph_close", *HARMLESS}, kinds
    assert kinds.count("paragraph_open") <= 1
    if not any(isinstance(node, tex.Math) for node in tex.parse(clean(source))):
        shown = "".join(token.content for token in tokens(markdown_text.escaped(source)) if token.type in HARMLESS)
        assert shown == one_line(source)


def test_formulas_keep_their_tex_and_links_are_links() -> None:
    assert markdown_text.text("On $x_i^*$, 5\\% of *it*") == "On $`x_i^*`$, 5% of it"
    assert markdown_text.text("see https://a.example/?b=1&copy;=2")
    assert markdown_text.escaped("1) www.e.vil https://e.vil") == "1\\) www\\.e.vil https\\://e.vil"


def test_hostile_papers_add_no_markup_to_the_markdown(root: Path) -> None:
    source = body(root / "site/daily/2025/05/27/index.md")
    allowed = {"heading", "paragraph", "bullet_list", "list_item", "link", "strong", "inline", *HARMLESS}
    assert {token.type.removesuffix("_open").removesuffix("_close") for token in tokens(source)} <= allowed
    assert sum(token.type == "heading_open" for token in tokens(source)) == 2
    links = [token.attrs["href"] for token in tokens(source) if token.type == "link_open"]
    ours = ("https://example.org/broadsheet/", "https://arxiv.org/", "http://e.vil/p.png")
    assert all(link.startswith(ours) for link in links), links


def test_every_heading_of_a_day_is_the_title_of_its_paper(root: Path) -> None:
    listed = MARKDOWN.parse(body(root / "site/daily/2025/05/26/index.md"))
    after = [token for before, token in itertools.pairwise(listed) if before.type == "heading_open"]
    headings = ["".join(child.content for child in token.children or ()) for token in after]
    assert headings[1:] == ["1. A paper called 2505.00002", "2. On pruning $x_i^*$ and all"]


def test_every_json_alternate_matches_its_schema_and_has_the_records_of_the_data(root: Path) -> None:
    schema = json.loads((root / "site/assets/alternate-1.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)
    found = [path for path in (root / "site").rglob("index.json") if path.parent.name != "downloads"]
    kinds = set()
    for path in found:
        alternate = json.loads(path.read_text("utf-8"))
        validator.validate(alternate)
        kinds.add(alternate["kind"])
        assert alternate["url"] == f"https://example.org/broadsheet/{path.parent.relative_to(root / 'site')}/".replace(
            "/./", "/"
        )
    assert kinds == set(schema["properties"]["kind"]["enum"]) - {"author"}
    day = json.loads((root / "site/daily/2025/05/28/index.json").read_text("utf-8"))
    rows = (root / "data/papers/2025/2025-05-28.jsonl").read_bytes().splitlines()
    assert sorted(it["record"]["arxiv_id"] for it in day["papers"]) == ["2505.00002", "2505.00004"]
    assert [json.loads(row) for row in rows if b"00002" in row] == [
        it["record"] for it in day["papers"] if "00002" in it["url"]
    ]
    again = next(it for it in day["papers"] if it["record"]["arxiv_id"] == "2505.00002")
    assert again["first_seen"] == "2025-05-26"
    assert json.loads((root / "site/daily/2025/05/27/index.json").read_text())["days"][0]["receipt"]["scanned"] == 5


def test_alternates_have_the_place_of_a_score_if_it_is_known(tmp_path: Path) -> None:
    days = {"2025-05-27": [paper(f"2505.0000{n}") for n in (1, 2, 3)], "2025-05-28": [paper("2505.00010")]}
    make_digest(tmp_path, days)
    Store(tmp_path).write_receipt(Receipt(date="2025-05-27", state=DayState.OK, scanned=90, shown=3))
    assert digest("build", "--root", tmp_path).returncode == 0
    site = tmp_path / "site"
    for address in ("daily/2025/05/27", "topics/compression", "monthly/2025-05", "papers/2505.00001"):
        alternate = json.loads((site / address / "index.json").read_text("utf-8"))
        places = {listed["date"]: listed.get("place") for listed in alternate["papers"]}
        known = places.pop("2025-05-27")
        assert (known["rank"], known["ties"], known["scanned"]) == (1, 3, 90)
        assert known["words"].endswith("1st of 90 scanned")
        assert set(places.values()) <= {None}
        assert f"of 10 each; {known['words']}" in (site / address / "index.md").read_text("utf-8")


def test_a_page_links_to_the_alternates_it_has_and_no_others(root: Path) -> None:
    named = 0
    for path in (root / "site").rglob("index.html"):
        links = lxml.html.fromstring(path.read_bytes()).xpath("//link[normalize-space(@rel)='alternate']/@href")
        beside = {link for link in links if link in ("index.md", "index.json")}
        assert beside == {name for name in ("index.md", "index.json") if (path.parent / name).exists()}, path
        named += bool(beside)
    assert named > 15
    assert not (root / "site/daily/2024/01/02/index.md").exists()


@pytest.mark.parametrize("choice", ["all", "none"])
def test_all_pages_have_alternates_or_none_has(choice: str, root: Path, tmp_path: Path) -> None:
    other = tmp_path / choice
    shutil.copytree(root, other, ignore=shutil.ignore_patterns("site", ".digest"))
    with (other / "digest.yml").open("a") as file:
        file.write(f"alternates: {choice}\n")
    build(other)
    found = {path.parent for path in (other / "site").rglob("index.md")}
    assert ((other / "site/daily/2024/01/02") in found) is (choice == "all")
    assert bool(found) is (choice == "all")
    assert bool(list((other / "site").rglob("papers.bib"))) is (choice == "all")


def test_a_page_by_hand_has_no_alternates(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "hand"
    shutil.copytree(root, other)
    (other / "docs/daily/2025/05/27/index.md").write_text("# Mine\n")
    build(other)
    assert not (other / "site/daily/2025/05/27/index.md").exists()


def test_canonical_addresses_and_the_sitemap_name_the_place_the_site_is_served_at(root: Path) -> None:
    site = root / "site"
    sitemap = etree.parse(site / "sitemap.xml").getroot()
    dates = {url[0].text: url[1].text if len(url) > 1 else None for url in sitemap}
    for path in site.rglob("index.html"):
        address = f"https://example.org/broadsheet/{path.relative_to(site).as_posix().removesuffix('index.html')}"
        assert lxml.html.fromstring(path.read_bytes()).xpath("//link[@rel='canonical']/@href") == [address]
        assert address in dates
    assert dates["https://example.org/broadsheet/daily/2025/05/26/"] == "2025-05-26"


def test_llms_txt_has_its_form_and_every_link_leads_somewhere(root: Path) -> None:
    source = (root / "site/llms.txt").read_text("utf-8")
    listed = list(tokens(source))
    assert [token.tag for token in listed if token.type == "heading_open"] == ["h1", "h2", "h2", "h2", "h2"]
    assert listed[4].type == "blockquote_open"
    for token in listed:
        if token.type == "link_open":
            to = root / "site" / token.attrs["href"].removeprefix("https://example.org/broadsheet/")
            assert to.is_file() or (to / "index.html").is_file(), to


# -- bibliographies ------------------------------------------------------------------------------------------------


def test_bibliographies_are_read_by_a_parser_and_their_keys_are_unique(root: Path) -> None:
    wanted = {"daily/2025/05/28": 2, "monthly/2025-05": 4, "topics/compression": 3}
    for place, number in wanted.items():
        library = parse_string((root / "site" / place / "papers.bib").read_text("utf-8"))
        assert not library.failed_blocks
        assert len(library.entries) == len(library.entries_dict) == number
        assert 'href="papers.bib"' in (root / "site" / place / "index.html").read_text("utf-8")


def test_the_corpus_is_read_back_as_bibtex(corpus: Path) -> None:
    papers: dict[str, Paper] = {}
    for path in sorted((corpus / "scored/daizedong").glob("*/*.json"))[::4]:
        for name, row in json.loads(path.read_text("utf-8")).items():
            papers[name] = Paper(arxiv_id=name, title=row["title"], authors=tuple(row["authors"]))
    catalogue = Index(":memory:", Settings())
    catalogue.refresh(Memory({"2025-05-27": tuple(papers.values())}))
    library = parse_string(papers_bib("", catalogue.day("2025-05-27"), catalogue).data.decode())
    assert not library.failed_blocks
    assert len(library.entries_dict) == len(papers) > 1000
    assert {entry["eprint"] for entry in library.entries} == set(papers)


# -- downloads -----------------------------------------------------------------------------------------------------


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def database(path: Path, place: Path) -> sqlite3.Connection:
    place.write_bytes(gzip.decompress(path.read_bytes()))
    return sqlite3.connect(place)


def test_json_lines_equal_the_data(root: Path) -> None:
    found = lines(root / "site/downloads/archive.jsonl.gz")
    ours = [
        (path.stem, json.loads(line))
        for path in sorted((root / "data/papers").rglob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]
    assert [(it["date"], it["record"]) for it in found if it["type"] == "paper"] == ours
    assert [it["record"]["scanned"] for it in found if it["type"] == "day"] == [5]
    ids = {it["record"]["id"] for it in found if it["type"] == "publication"}
    assert ids == {it.id for it in Store(root).publications()}
    assert found[0]["type"] == "archive"
    assert found[0]["record"]["site"] == "https://example.org/broadsheet/"


def test_the_database_equals_the_data(root: Path, tmp_path: Path) -> None:
    db = database(root / "site/downloads/archive.sqlite.gz", tmp_path / "x.sqlite")
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.row_factory = sqlite3.Row
    read = []
    for row in db.execute("SELECT * FROM paper ORDER BY date, line"):
        said = {name: row[name] for name in Paper.__struct_fields__ if row[name] is not None}
        for name in ("authors", "categories", "topics", "scorer", "reasons", "links", "extra"):
            if name in said:
                said[name] = json.loads(said[name])
        read.append((row["date"], row["line"], msgspec.convert(said, Paper)))
    store = Store(root)
    assert read == [(date, n, it) for date in store.dates() for n, it in enumerate(store.papers(date), 1)]
    days = dict(db.execute("SELECT date, receipt FROM day").fetchall())
    assert sorted(days) == store.dates()
    assert records.decode_receipt(days["2025-05-27"].encode()) == store.receipt("2025-05-27")
    assert db.execute("SELECT count(*) FROM publication").fetchone()[0] == len(store.publications())


def test_one_more_day_gives_the_downloads_of_a_clean_build(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "more"
    shutil.copytree(root, other)
    build(other)
    (other / "data/papers/2025/2025-06-02.jsonl").write_text(json.dumps(paper("2506.00001")) + "\n")
    build(other)
    assert lines(other / "site/downloads/archive.jsonl.gz")[-1]["type"] == "publication"
    clean_build = tmp_path / "clean"
    shutil.copytree(other, clean_build, ignore=shutil.ignore_patterns("site", ".digest"))
    build(clean_build, "--no-cache")
    assert tree(other / "site/downloads") == tree(clean_build / "site/downloads")


@pytest.mark.parametrize("write", [write_json_lines, write_sqlite])
def test_members_that_say_the_same_are_copied_and_not_packed_again(write: Any, root: Path, tmp_path: Path) -> None:
    volume = Download(
        "v", tuple(map(ArchiveMonth, [(("2024-01-02", "1"),), (("2025-05-26", "2"), ("2025-05-27", "3"))])), "p"
    )
    first, again, old = tmp_path / "first", tmp_path / "again", tmp_path / "old"
    members = write(volume, root, "https://example.org/", first, (), old)
    assert sum(size for _, size in members) == first.stat().st_size
    old.write_bytes(b"x" * first.stat().st_size)
    assert write(volume, root, "https://example.org/", again, members, old) == members
    assert again.read_bytes() == old.read_bytes()


def _volume(root: Path, until: str = "9") -> Download:
    dates = [date for date in Store(root).dates() if date <= until]
    months = itertools.groupby(dates, lambda date: date[:7])
    return Download("v", tuple(ArchiveMonth(tuple((date, date) for date in month)) for _, month in months), "p")


@pytest.mark.parametrize("seed", range(3))
def test_a_database_with_days_added_is_that_of_a_clean_build(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    days = {
        f"2025-{month:02}-{day:02}": [
            paper(f"25{month:02}.{number:05}", abstract="word " * draw.choice([1, 200, 9000]))
            for number in draw.sample(range(1, 99999), draw.randrange(90))
        ]
        for month in (1, 2, 3)
        for day in draw.sample(range(1, 28), 9)
    }
    root = make_digest(tmp_path / "digest", days)
    dates = Store(root).dates()
    old, new, whole = tmp_path / "old", tmp_path / "new", tmp_path / "whole"
    members, last = write_sqlite(_volume(root, dates[3]), root, "u", old, (), old), dates[3]
    for date in sorted(draw.sample(dates[4:-1], 6)) + dates[-1:]:
        members = write_sqlite(_volume(root, date), root, "u", new, members, old, last)
        assert members == write_sqlite(_volume(root, date), root, "u", whole, (), old)
        assert new.read_bytes() == whole.read_bytes()
        new.replace(old)
        last = date
    db = database(old, tmp_path / "x.sqlite")
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("SELECT count(*) FROM paper").fetchone()[0] == sum(map(len, days.values()))


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: b"", lambda data: data[:99] + b"x" + data[100:]]
)
def test_a_damaged_database_is_filled_again(damage: Callable[[bytes], bytes], root: Path, tmp_path: Path) -> None:
    old, new, whole = tmp_path / "old", tmp_path / "new", tmp_path / "whole"
    members = write_sqlite(_volume(root, "2025-05-26"), root, "u", old, (), old)
    old.write_bytes(damage(old.read_bytes()))
    write_sqlite(_volume(root), root, "u", whole, (), old)
    write_sqlite(_volume(root), root, "u", new, members, old, "2025-05-26")
    assert new.read_bytes() == whole.read_bytes()


def test_by_years_a_year_that_is_over_is_the_very_file_it_was(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "years"
    shutil.copytree(root, other)
    replace(other / "digest.yml", "downloads: all", "downloads: years")
    warning = "site/downloads/archive.jsonl.gz: the next build removes this address"
    for command, is_warned in (("check", True), ("build", True), ("check", False)):
        run = digest(command, "--root", other)
        assert (warning in run.stdout + run.stderr) == is_warned, command
    folder = other / "site/downloads"
    names = {f"{name}.{form}.gz" for name in ("2024", "2025", "publications") for form in ("jsonl", "sqlite")}
    assert {path.name for path in folder.iterdir()} == names | {"index.json"}
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    (other / "data/papers/2025/2025-06-02.jsonl").write_text(json.dumps(paper("2506.00001")) + "\n")
    build(other)
    changed = {path.name for path in folder.iterdir() if path.stat().st_ino != before[path.name]}
    assert changed == {"2025.jsonl.gz", "2025.sqlite.gz", "index.json"}
    listed = json.loads((folder / "index.json").read_text())["files"]
    assert {it["bytes"] for it in listed} == {(folder / name).stat().st_size for name in names}


def test_without_downloads_there_are_none(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "none"
    shutil.copytree(root, other)
    replace(other / "digest.yml", "downloads: all", "downloads: none")
    build(other)
    assert not (other / "site/downloads").exists()
    assert "downloads/" not in (other / "site/about/index.html").read_text("utf-8")


def test_every_field_of_a_paper_is_explained() -> None:
    assert tuple(FIELDS) == Paper.__struct_fields__
