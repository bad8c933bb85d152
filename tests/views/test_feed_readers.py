"""Two feed readers with a database subscribe to all feeds: each new item appears once, and changes update it."""

import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree
from reader import Reader, make_reader

from broadsheet.build.generate import generate
from broadsheet.build.preview import served
from tests.example import SETTINGS, make_digest, paper

DAYS = {
    "2025-05-22": [paper("2505.00021"), paper("2505.00022", relevance=3)],
    "2025-05-26": [paper("2505.00001", title="Sums $x_i^2$"), paper("2505.00002"), paper("2410.06074", source="hf")],
    "2025-05-27": [paper("2505.00003", comment="On LLMs."), paper("2505.00001")],
}
NEW = [paper("2505.00009", comment="On LLMs."), paper("2505.00010", relevance=2, novelty=2, comment="Nothing.")]
ADDED = Counter({"paper/2505.00009": 4, "paper/2505.00010": 2, "edition/daily/2025-05-28": 1})  # id → in how many feeds


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A digest, and the address at which a server on this machine has its feeds."""
    root = make_digest(tmp_path / "digest", DAYS, SETTINGS)
    build(root, 1)
    with served(root / "docs", "/", "127.0.0.1", 0) as address:
        yield root, address


def addresses(root: Path, address: str, suffix: str = ".xml") -> list[str]:
    site_url = etree.parse(root / "docs/feeds/all.xml").findtext("channel/link")
    outlines = etree.parse(root / "docs/feeds/digest.opml").iter("outline")
    urls = [outline.get("xmlUrl") for outline in outlines if outline.get("xmlUrl")]
    assert len(urls) == 10
    return [url.replace(site_url, address).removesuffix(".xml") + suffix for url in urls]


def build(root: Path, turn: int) -> None:
    """Write the feeds; those that changed are so many minutes younger, since HTTP tells times by the second."""
    before = {file: file.read_bytes() for file in (root / "docs/feeds").rglob("*.*")}
    generate(root, processes=1)
    for file in (root / "docs/feeds").rglob("*.*"):
        if before.get(file) != file.read_bytes():
            os.utime(file, (turn * 60, turn * 60))


def add_a_day(root: Path) -> None:
    make_digest(root, {"2025-05-28": NEW})
    build(root, 2)


def change_a_comment(root: Path) -> None:
    make_digest(root, {"2025-05-28": [NEW[0] | {"comment": "On LLMs, at length."}, NEW[1]]})
    build(root, 3)


def short(item: str) -> str:
    return item.partition(",2026:broadsheet/")[2]


class Entries:
    """The database of lemon24/reader, and the effect of an update on it."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.seen: list[tuple[str, str]] = []
        self.added: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        reader.after_entry_update_hooks.append(self._note)

    def _note(self, reader: object, entry: object, status: object) -> None:
        name = short(entry.id)  # type: ignore[attr-defined]
        (self.added if "new" in str(status).lower() else self.changed)[name] += 1

    def update(self) -> tuple[Counter[str], Counter[str]]:
        self.added, self.changed = Counter(), Counter()
        results = list(self.reader.update_feeds_iter(scheduled=False))
        assert not [result for result in results if isinstance(result.value, Exception)]
        return self.added, self.changed


@pytest.mark.parametrize("suffix", [".xml", ".atom", ".json"])
def test_a_library_of_feeds_sees_what_is_new_once_and_what_changed(site: tuple[Path, str], suffix: str) -> None:
    root, address = site
    with make_reader(":memory:") as reader:
        for url in addresses(root, address, suffix):
            reader.add_feed(url)
        entries = Entries(reader)
        first, changed = entries.update()
        assert first["paper/2505.00001"] == first["paper/2505.00003"] == 4  # all, 7 and more, a topic, a source
        assert first["edition/weekly/2025-W21"] == 1
        assert not changed
        assert entries.update() == (Counter(), Counter())
        add_a_day(root)
        assert entries.update() == (ADDED, Counter())
        change_a_comment(root)
        added, changed = entries.update()
        assert not added
        assert changed == Counter({"paper/2505.00009": 4, "edition/daily/2025-05-28": 1})
        assert Counter(short(entry.id) for entry in reader.get_entries()) == first + ADDED


class Newsboat:
    """Debian's reader for the terminal, with a cache of its own. It merges by id: an item of four feeds is one row."""

    def __init__(self, program: Path, folder: Path, urls: list[str]) -> None:
        folder.mkdir()
        (folder / "urls").write_text("\n".join(urls) + "\n", "utf-8")
        (folder / "config").write_text("reload-only-visible-feeds no\n", "utf-8")
        self.cache = folder / "cache.db"
        places = ["-u", folder / "urls", "-C", folder / "config", "-c", self.cache]
        self.command = [str(part) for part in (program, *places, "-x", "reload")]
        self.environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}

    def load(self) -> None:
        """Fetch the feeds."""
        subprocess.run(self.command, env=self.environment, check=True, capture_output=True, timeout=60)

    def reload(self) -> dict[str, tuple[str, str]]:
        """Every item with its title and body, once the feeds have been fetched."""
        self.load()
        with sqlite3.connect(self.cache) as db:
            rows = db.execute("SELECT guid, title, content FROM rss_item WHERE deleted = 0").fetchall()
        db.close()
        found = {short(guid): (title, content) for guid, title, content in rows}
        assert len(found) == len(rows)
        return found


def test_newsboat_sees_what_is_new_once_and_what_changed(
    site: tuple[Path, str], newsboat: Path, tmp_path: Path
) -> None:
    root, address = site
    reader = Newsboat(newsboat, tmp_path / "newsboat", addresses(root, address))
    first = reader.reload()
    papers = {"paper/" + row["arxiv_id"] for rows in DAYS.values() for row in rows}
    assert {item for item in first if item.startswith("paper/")} == papers
    assert first["paper/2505.00001"][0] == "Sums xᵢ²"
    assert reader.reload() == first
    add_a_day(root)
    second = reader.reload()
    assert second.keys() - first.keys() == ADDED.keys()
    assert {item: second[item] for item in first} == first
    change_a_comment(root)
    third = reader.reload()
    assert third.keys() == second.keys()
    changed = {item for item in third if third[item] != second[item]}
    assert changed == {"paper/2505.00009", "edition/daily/2025-05-28"}


def test_two_digests_of_one_host_share_no_item(newsboat: Path, tmp_path: Path) -> None:
    host = tmp_path / "host"
    for number, name in enumerate(("ml", "astro")):
        days = {date: [row | {"title": f"{name}: {row['title']}"} for row in rows] for date, rows in DAYS.items()}
        root = make_digest(tmp_path / name, days | {f"2025-05-2{8 + number}": NEW}, SETTINGS)
        (root / "mkdocs.yml").write_text(f"site_name: {name}\nsite_url: https://lab.example/{name}/\n", "utf-8")
        generate(root, processes=1)
        shutil.copytree(root / "docs/feeds", host / name / "feeds")
    with served(host, "/", "127.0.0.1", 0) as address:
        urls = [f"{address}{name}/feeds/{feed}.xml" for name in ("ml", "astro") for feed in ("all", "daily", "weekly")]
        folder = tmp_path / "newsboat"
        Newsboat(newsboat, folder, urls).load()
        with sqlite3.connect(folder / "cache.db") as db:
            rows = db.execute("SELECT guid, title FROM rss_item").fetchall()
        db.close()
        with make_reader(":memory:") as reader:
            for url in urls:
                reader.add_feed(url)
            reader.update_feeds()
            entries = {entry.id for entry in reader.get_entries()}
    ids = [guid for guid, _ in rows]
    assert set(ids) == entries
    for name in ("ml", "astro"):
        mine = [guid for guid in ids if guid.startswith(f"tag:lab.example,2026:{name}/")]
        assert len(mine) == len(set(mine)) == len(ids) / 2 == 8 + 4 + 1
    assert sorted(title for guid, title in rows if guid.endswith("paper/2505.00003")) == [
        f"{name}: A paper called 2505.00003" for name in ("astro", "ml")
    ]


def test_an_item_is_the_same_in_every_feed_that_holds_it_but_for_the_date_among_the_best_of_a_week(
    site: tuple[Path, str],
) -> None:
    root, _ = site
    bodies: dict[str, set[bytes]] = {}
    for path in (root / "docs/feeds").rglob("*.xml"):
        for item in etree.parse(path).iter("item"):
            if path.name == "best.xml":
                assert item.findtext("pubDate") == "Mon, 26 May 2025 00:00:00 +0000"
                item.find("pubDate").text = "Thu, 22 May 2025 00:00:00 +0000"
            bodies.setdefault(item.findtext("guid"), set()).add(etree.tostring(item).strip())
    once = {quote(guid): len(found) for guid, found in bodies.items() if len(found) > 1}
    assert once == {}
