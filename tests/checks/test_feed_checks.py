"""Checks of feeds: days that do not fit into them, and ids that differ from the published ones."""

import json
from pathlib import Path

from broadsheet.build.build import build
from broadsheet.build.generate import generate
from broadsheet.checks.check import check
from tests.example import SETTINGS, make_digest, paper


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


def with_site(root: Path, url: str, settings: str = "") -> list[str]:
    (root / "mkdocs.yml").write_text(f"site_name: Papers\nsite_url: {url}\n", "utf-8")
    (root / "digest.yml").write_text(SETTINGS + settings, "utf-8")
    return about_feeds(root)


def test_other_ids_than_those_of_the_published_feeds_are_a_warning_with_the_setting_that_keeps_them(
    tmp_path: Path,
) -> None:
    root, old = make_digest(tmp_path, {"2025-05-27": [*day(100, 2), paper("hep-th/9901001")]}), "https://lab.edu/paper/"
    with_site(root, old)
    generate(root, processes=1)
    published = root / "site/feeds/all.json"
    published.parent.mkdir(parents=True)
    published.write_bytes((root / "docs/feeds/all.json").read_bytes())
    for address in (old, "http://LAB.edu/paper/", "http://127.0.0.1:8000/"):
        assert with_site(root, address) == []
    for address in ("https://lab.edu/", "https://lab.edu/m%C3%BCller/", "https://papers.edu/paper/"):
        (problem,) = with_site(root, address)
        assert problem.startswith(
            "site/feeds/all.json: ids of items begin with tag:lab.edu,2026:paper/paper/, those of"
        )
        assert f": set feeds.id_address to {old}, else" in problem
        assert with_site(root, address, f"feeds:\n  id_address: {old}\n") == []
    for text in ('{"items": [{"id": "tag:example.org,2026:ml/paper/2505.00100"}]}', '{"items": [1, {"id": 2}]}'):
        published.write_text(text, "utf-8")
        assert with_site(root, "https://lab.edu/") == []
    published.write_text('{"items": [{"id": "tag:lab.edu,2026:paper/2505.00100"}]}', "utf-8")  # without a path
    assert "set feeds.id_address to https://lab.edu/, else" in with_site(root, "https://lab.edu/ml/")[0]
    published.write_bytes(b"[" * 5000)
    assert with_site(root, "https://lab.edu/") == []


def test_a_build_under_another_address_warns_once(tmp_path: Path) -> None:
    root = make_digest(tmp_path, {"2025-05-27": day(100, 2)})
    warnings = []
    for address in ("https://lab.edu/", "https://lab.edu/new/", "https://lab.edu/new/"):
        with_site(root, address)
        warnings.append([str(note) for note in build(root).warnings if "ids of items" in str(note)])
    assert [len(notes) for notes in warnings] == [0, 1, 0]
    assert "site/feeds/all.json: ids of items begin with tag:lab.edu,2026:paper/" in warnings[1][0]
