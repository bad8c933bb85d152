"""The samples of a new digest are shown while it has no data, and never beside data."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.build.build import build
from broadsheet.build.generate import generate
from broadsheet.build.hosts import STARTER
from broadsheet.build.new_digest import start
from broadsheet.build.sample_notice import SAMPLE_NOTICE
from broadsheet.build.starter import Answers
from tests.example import digest, tree

ROW = {"arxiv_id": "2505.00001", "title": "A real paper", "relevance": 8, "novelty": 3, "comment": "c"}
PUBLICATION = """---
_id: '7'
title: A real publication
type: journal_article
status: public
year: '2024'
date_created: '2024-01-02T00:00:00Z'
date_updated: '2024-01-02T00:00:00Z'
"""
RECEIPT = '{"date": "2025-05-27", "state": "failed", "errors": ["arxiv: no reply"]}\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    start(tmp_path / "digest", Answers(name="Papers", url="https://group.example/"))
    return tmp_path / "digest"


def traces(site: Path) -> list[str]:
    """Return the files of a site that have a word of the samples."""
    words = (
        b"Sample paper",
        b"Sample publication",
        b"2601.9999",
        b"2026-01-05",
        b"2026-01-06",
        b"are samples",
        b"made-up",
    )
    return [path for path, data in tree(site).items() if any(word in data for word in words)]


def test_a_new_digest_shows_samples_with_a_notice(root: Path) -> None:
    report = build(root)
    assert (report.days, report.papers, report.publications) == (2, 5, 1)
    home = (root / "site" / "index.html").read_text("utf-8")
    assert "Sample paper" in home
    assert SAMPLE_NOTICE.partition("'")[0] in home


def test_samples_are_not_sent_to_readers(root: Path, tmp_path: Path) -> None:
    with (root / "digest.yml").open("a") as file:
        file.write("mail: {from: digest@group.example}\n")
    build(root)
    readers, hooks = tmp_path / "readers.txt", tmp_path / "hooks.txt"
    readers.write_text("ada@group.example\n")
    hooks.write_text("json http://127.0.0.1:1/hook\n")
    smtp = {"DIGEST_SMTP_HOST": "127.0.0.1", "DIGEST_SMTP_PORT": "1", "DIGEST_SMTP_TLS": "none"}
    for command, list_of in (("mail", ("--recipients", readers)), ("post", ("--webhooks", hooks))):
        for edition in ((), ("--edition", "2026-01-05")):
            options = ("--root", root, *list_of, *edition, "--state", tmp_path / command)
            run = digest(command, *options, env=os.environ | smtp)
            assert "made-up sample papers; get papers with 'broadsheet run'" in run.stdout, run.stdout + run.stderr
            assert run.returncode == 0


@pytest.mark.parametrize(
    ("url", "host", "warns"),
    [
        ("https://papers.group.edu/", "", True),
        ("http://127.0.0.1:8000/", "", False),
        ("http://127.0.0.1:8000/", "https://you.github.io/papers/", True),
    ],
)
def test_samples_at_an_address_of_readers_are_a_warning(tmp_path: Path, url: str, host: str, warns: bool) -> None:
    root = tmp_path / "digest"
    start(root, Answers(url=url))
    environment = {"GITHUB_ACTIONS": "true", "DIGEST_SITE_URL": host} if host else {}
    for command in ("build", "check"):
        run = digest(command, "--root", root, env=environment)
        assert run.returncode == 0, run.stderr
        message = f"samples: made-up papers would be published at {host or url}"
        assert (message in run.stdout + run.stderr) == warns, command
    a_paper(root)
    assert "made-up" not in digest("check", "--root", root, env=environment).stdout


def a_paper(root: Path) -> None:
    file = root / "data" / "papers" / "2025" / "2025-05-27.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(ROW | {"source": "arxiv"}) + "\n")


def an_older_receipt(root: Path) -> None:
    file = root / "data" / "runs" / "2025" / "2025-05-27.json"
    file.parent.mkdir(parents=True)
    file.write_text(RECEIPT)


def a_publication(root: Path) -> None:
    file = root / "data" / "publications" / "export.yml"
    file.parent.mkdir(parents=True)
    file.write_text(PUBLICATION)


def an_import(root: Path) -> None:
    (root / "2025-05-27.jsonl").write_text(json.dumps(ROW))
    assert digest("import", root / "2025-05-27.jsonl", "--root", root).returncode == 0


def a_paper_of_the_day_of_a_sample(root: Path) -> None:
    (root / "2026-01-06.jsonl").write_text(json.dumps(ROW))
    assert digest("import", root / "2026-01-06.jsonl", "--root", root).returncode == 0


@pytest.mark.parametrize(
    ("add", "built_before"), [(a_paper, True), (an_older_receipt, False), (a_publication, True), (an_import, False)]
)
def test_any_data_replaces_the_samples(root: Path, add: Callable[[Path], None], built_before: bool) -> None:
    if built_before:
        build(root)
    add(root)
    build(root)
    assert traces(root / "site") == []
    assert [path for path in traces(root / "docs") if not path.startswith(".")] == []


def test_a_day_of_the_same_date_is_not_merged_with_a_sample(root: Path) -> None:
    build(root)
    a_paper_of_the_day_of_a_sample(root)
    assert build(root).papers == 1
    assert "A real paper" in (root / "site" / "daily" / "2026" / "01" / "06" / "index.html").read_text("utf-8")
    assert [path for path, data in tree(root / "site").items() if b"Sample" in data] == []


def test_pages_generated_with_data_have_no_samples(root: Path) -> None:
    assert generate(root).papers == 5
    a_paper(root)
    assert generate(root).papers == 1
    assert traces(root / "docs") == []


def test_samples_return_when_data_goes_and_stay_as_they_were(root: Path) -> None:
    (root / "samples" / "mine.txt").write_text("mine")
    an_import(root)
    before = tree(root / "samples")
    build(root)
    (root / "data" / "papers" / "2025" / "2025-05-27.jsonl").unlink()
    assert build(root).papers == 5
    assert tree(root / "samples") == before


def test_without_samples_a_new_digest_is_empty(tmp_path: Path) -> None:
    run = digest("new", tmp_path / "d", "--no-samples")
    assert run.returncode == 0
    assert build(tmp_path / "d").papers == 0
    assert "are samples" not in (tmp_path / "d" / "site" / "index.html").read_text("utf-8")


def test_a_digest_that_gets_papers_has_no_samples(tmp_path: Path) -> None:
    assert digest("new", tmp_path / "d", "--arxiv", "cs.LG").returncode == 0
    assert not (tmp_path / "d" / "samples").exists()
    assert digest("new", tmp_path / "e", "--arxiv", "cs.LG", "--samples").returncode == 0
    assert (tmp_path / "e" / "samples").is_dir()


def test_the_starter_has_no_data_and_no_notice() -> None:
    assert not (STARTER / "data").exists()
    assert "notice" not in (STARTER / "digest.yml").read_text("utf-8")


def test_a_folder_of_the_users_own_is_not_shown_as_samples(root: Path) -> None:
    shutil.rmtree(root / "samples")
    a_paper(root / "samples")
    assert build(root).papers == 0
    assert traces(root / "site") == []
