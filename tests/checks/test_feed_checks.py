"""Checks of feeds: days that do not fit into them, and ids from before they had the path of the site."""

import json
from pathlib import Path

from broadsheet.build.generate import generate
from broadsheet.checks.check import check
from tests.example import SETTINGS, make_digest, paper

ADDRESS = "https://example.org/broadsheet/"


def day(first: int, number: int, **fields: object) -> list[dict[str, object]]:
    return [paper(f"2505.{first + n:05}", abstract="Long enough. " * 80, **fields) for n in range(number)]


def about_feeds(root: Path) -> list[str]:
    problems = [
        problem for problem in check(root).problems if "fit into a feed" in str(problem) or "ids of" in str(problem)
    ]
    assert all(problem.is_note for problem in problems)
    return list(map(str, problems))


def test_days_that_do_not_fit_into_a_feed_are_a_warning_with_the_size_that_helps(tmp_path: Path) -> None:
    days = {"2025-05-26": day(100, 20), "2025-05-27": day(200, 90), "2025-05-28": day(300, 90)}
    days["2025-05-29"] = [*day(400, 60), *days["2025-05-26"]]
    root = make_digest(tmp_path, days, SETTINGS + "feeds:\n  items: 10\n  max_mb: 0.3\n")
    (problem,) = about_feeds(root)
    assert problem.startswith("digest.yml:")
    assert "feeds: the 240 papers of the newest 3 days do not all fit into a feed: set max_mb to " in problem
    size = problem.split()[-3]
    (root / "digest.yml").write_text(SETTINGS + f"feeds:\n  items: 10\n  max_mb: {size}\n", "utf-8")
    assert about_feeds(root) == []
    generate(root, processes=1)
    for suffix in (".xml", ".atom"):
        feed = (root / f"docs/feeds/all{suffix}").read_text("utf-8")
        assert feed.count("<item>") + feed.count("<entry>") == 240
    assert len(json.loads((root / "docs/feeds/all.json").read_bytes())["items"]) == 240


def test_usual_days_need_no_warning(tmp_path: Path) -> None:
    root = make_digest(tmp_path, {f"2025-05-{26 + n}": day(100 * (n + 1), 80) for n in range(4)})
    assert about_feeds(root) == []


def test_ids_without_the_path_in_the_built_site_are_a_warning_until_the_next_build(tmp_path: Path) -> None:
    root = make_digest(tmp_path, {"2025-05-27": day(100, 2)})
    generate(root, processes=1)
    published = root / "site/feeds/all.json"
    published.parent.mkdir(parents=True)
    published.write_bytes((root / "docs/feeds/all.json").read_bytes())
    assert about_feeds(root) == []
    published.write_bytes(published.read_bytes().replace(b"2026:broadsheet/", b"2026:"))
    (problem,) = about_feeds(root)
    assert problem.startswith("site/feeds/all.json: ids of items lack the path of the site, broadsheet")
    assert "no mail is sent again" in problem
    (root / "mkdocs.yml").write_text("site_name: Root\nsite_url: https://group.example/\n", "utf-8")
    assert about_feeds(root) == []
    accented = "tag:group.example,2026:paper/2505.00100"
    (root / "mkdocs.yml").write_text("site_name: Müller\nsite_url: https://group.example/m%C3%BCller/\n", "utf-8")
    published.write_text(json.dumps({"items": [{"id": accented}]}), "utf-8")
    assert ["the path of the site, müller, which" in problem for problem in about_feeds(root)] == [True]
    (root / "mkdocs.yml").write_text("site_name: Papers\nsite_url: https://group.example/paper/\n", "utf-8")
    published.write_text(json.dumps({"items": [{"id": "tag:group.example,2026:paper/paper/2505.00100"}]}), "utf-8")
    assert about_feeds(root) == []
    published.write_bytes(b'{"items": [1, {"id": 2}]}')
    assert about_feeds(root) == []
    published.write_bytes(b"[" * 5000)
    assert about_feeds(root) == []
