"""The sitemap of a site with more addresses than one may have."""

import gzip
import shutil
from itertools import chain
from pathlib import Path

import pytest
from lxml import etree

from broadsheet.build import sitemap
from broadsheet.build.build import build
from broadsheet.build.sitemap import MAX_ADDRESSES, split_sitemap
from broadsheet.model.diagnostics import DigestError
from tests.example import make_digest, paper, tree

START = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
ADDRESS = "https://group.example/a&b/"


def entries(file: Path) -> list[tuple[str, ...]]:
    return [tuple(child.text or "" for child in entry) for entry in etree.parse(file).getroot()]


def write_sitemap(site: Path, addresses: int) -> Path:
    lines = (
        f"<url><loc>https://group.example/{n}/</loc><lastmod>{2000 + n // 1000}-01-01</lastmod></url>"
        for n in range(addresses)
    )
    (site / "sitemap.xml").write_text("\n".join((START, *lines, "</urlset>\n")))
    return site / "sitemap.xml"


def test_one_file_holds_as_many_addresses_as_it_may(tmp_path: Path) -> None:
    before = write_sitemap(tmp_path, MAX_ADDRESSES).read_bytes()
    split_sitemap(tmp_path, ADDRESS)
    assert tree(tmp_path) == {"sitemap.xml": before}


def test_more_addresses_go_into_parts_that_an_index_lists(tmp_path: Path) -> None:
    before = entries(write_sitemap(tmp_path, 2 * MAX_ADDRESSES + 1))
    split_sitemap(tmp_path, ADDRESS)
    parts = [tmp_path / f"sitemap-{number}.xml" for number in (1, 2, 3)]
    assert [len(entries(part)) for part in parts] == [MAX_ADDRESSES, MAX_ADDRESSES, 1]
    assert list(chain.from_iterable(map(entries, parts))) == before
    index = etree.parse(tmp_path / "sitemap.xml").getroot()
    assert etree.QName(index).localname == "sitemapindex"
    newest = (f"{2000 + last // 1000}-01-01" for last in (MAX_ADDRESSES - 1, 2 * MAX_ADDRESSES - 1, 2 * MAX_ADDRESSES))
    assert entries(tmp_path / "sitemap.xml") == [
        (f"{ADDRESS}{part.name}", date) for part, date in zip(parts, newest, strict=True)
    ]
    assert gzip.decompress((tmp_path / "sitemap.xml.gz").read_bytes()) == (tmp_path / "sitemap.xml").read_bytes()


def test_pages_without_a_date_give_a_part_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", 1)
    (tmp_path / "sitemap.xml").write_text(f"{START}\n<url>\n  <loc>a</loc>\n</url><url><loc>b</loc></url></urlset>")
    split_sitemap(tmp_path, "https://group.example")
    assert entries(tmp_path / "sitemap.xml") == [(f"https://group.example/sitemap-{n}.xml",) for n in (1, 2)]
    assert entries(tmp_path / "sitemap-1.xml") == [("a",)]


def test_a_file_of_the_same_name_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", 1)
    write_sitemap(tmp_path, 2)
    (tmp_path / "sitemap-2.xml").write_text("mine")
    with pytest.raises(DigestError, match=r"sitemap-2\.xml"):
        split_sitemap(tmp_path, ADDRESS)
    assert (tmp_path / "sitemap-2.xml").read_text() == "mine"


def test_a_large_site_has_an_index_from_both_ways_to_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_digest(tmp_path / "digest", {"2025-05-26": [paper("2505.00001")], "2025-05-27": [paper("2505.00002")]})
    build(root)
    before = entries(root / "site/sitemap.xml")
    shutil.rmtree(root / "site")
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", 4)
    build(root)
    fast = {path.name: path.read_bytes() for path in (root / "site").glob("sitemap*")}
    parts = [root / "site" / entry[0].rpartition("/")[2] for entry in entries(root / "site/sitemap.xml")]
    assert len(parts) == -(-len(before) // 4)
    assert list(chain.from_iterable(map(entries, parts))) == before
    (root / "hook.py").write_text("")
    with (root / "mkdocs.yml").open("a") as settings:
        settings.write("\nhooks: [hook.py]\n")
    build(root)
    assert {path.name: path.read_bytes() for path in (root / "site").glob("sitemap*")} == fast
