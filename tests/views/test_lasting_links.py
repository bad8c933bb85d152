"""Links that leave the site: no later paper and no new score may end one, or move an item that did not change."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from broadsheet.build.generate import generate
from tests.example import SETTINGS, make_digest, paper

DATE = "2025-05-27"
LEAVING = ("feeds/all", "feeds/daily", "feeds/weekly", "daily/2025/05/27/index", "monthly/2025-05/index")


def rows(number: int, relevance: int, first: int = 100) -> list[dict[str, Any]]:
    return [paper(f"2505.{first + n:05}", relevance=relevance, novelty=5) for n in range(number)]


def write(root: Path, papers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the items of all feeds by id once the digest has these papers."""
    make_digest(root, {DATE: papers, "2025-06-02": rows(1, 5, 900)}, (root / "digest.yml").read_text())
    generate(root, processes=1)
    feeds = [json.loads((root / f"docs/feeds/{name}.json").read_bytes()) for name in ("all", "daily", "weekly")]
    return {item["id"]: item for feed in feeds for item in feed["items"]}


def links(root: Path) -> set[str]:
    """Return the links to papers of the digest in everything that is read elsewhere."""
    paths = [root / "docs" / f"{name}{suffix}" for name in LEAVING for suffix in (".json", ".md", ".xml")]
    texts = [path.read_text("utf-8") for path in (*paths, *(root / "docs").rglob("embed/*.json")) if path.exists()]
    addresses = {link for text in texts for link in re.findall(r"https://[\w./-]*(?:/papers/|/daily/)[\w./#-]+", text)}
    return {link for link in addresses if "2505.00" in link}


def leads_somewhere(root: Path, link: str) -> bool:
    address, _, anchor = link.partition("broadsheet/")[2].partition("#")
    page = root / "docs" / address.rstrip("/") / "index.html"
    page = page if page.exists() else (root / "docs" / f"{address}index.md")
    return page.exists() and (not anchor or f'id="{anchor}"' in page.read_text("utf-8"))


@pytest.mark.parametrize("pages", ["top", "all", "none"])
def test_links_that_were_sent_outlive_better_papers_of_their_day(tmp_path: Path, pages: str) -> None:
    root = make_digest(tmp_path, settings=SETTINGS + f"paper_pages: {pages}\n")
    before = write(root, rows(12, 5))
    old_links = links(root)
    assert {link.partition("#")[2] or link.rstrip("/").rpartition("/")[2] for link in old_links} >= {
        f"2505.{n:05}" for n in range(100, 112)
    }
    after = write(root, rows(12, 5) + rows(12, 9, 200))
    assert [link for link in sorted(old_links) if not leads_somewhere(root, link)] == []
    assert {name for name in before if after.get(name) != before[name]} == {
        name for name in before if "edition" in name and "06-02" not in name
    }


def test_a_new_score_changes_the_item_of_its_paper_alone(tmp_path: Path) -> None:
    root = make_digest(tmp_path)
    before = write(root, rows(14, 5))
    changed = rows(14, 5)
    changed[0] |= {"relevance": 2, "changed": "2025-05-28T10:00:00Z"}
    after = write(root, changed)
    papers = {name.rpartition("/")[2] for name in before if "edition" not in name and before[name] != after[name]}
    assert papers == {"2505.00100"}
