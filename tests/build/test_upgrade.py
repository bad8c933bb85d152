"""``broadsheet upgrade``: a user's changes survive a new version of the starter, and its changes arrive."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from broadsheet.build import upgrade as upgrading
from broadsheet.build.hosts import STARTER
from broadsheet.build.merge import merge
from broadsheet.build.new_digest import start
from broadsheet.build.starter import Answers
from broadsheet.build.starter_record import RECORD
from broadsheet.build.upgrade import Outcome, Upgrade, upgrade
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from broadsheet.settings.topics import Topic
from tests.example import digest, tree

DAILY, PAGES = ".github/workflows/daily.yml", ".github/workflows/pages.yml"
ANSWERS = Answers(
    name="Group papers",
    url="https://group.example/papers/",
    categories=("cs.LG",),
    topics=(Topic(id="pruning", name="Pruning", words=("pruning", "sparse")),),
    samples=False,
)
# What the next version changes in each file: a text of today's starter, and the one in its place.
CHANGES = {
    "digest.yml": ("    Judge each paper below on its own.", "    Judge each paper below by itself."),
    "mkdocs.yml": ("use_directory_urls: true\n", "use_directory_urls: true\nremote_branch: pages\n"),
    "README.md": ("- `docs/`: your own pages", "- `docs/`: pages of your own"),
    "dot-gitignore": ("docs/daily/\n", "docs/daily/\ndocs/digests/\n"),
    "dot-github/workflows/daily.yml": ("permissions: {}\n", "permissions: {}\n\nenv:\n  PIP_NO_INPUT: 1\n"),
    "dot-github/workflows/pages.yml": ("permissions: {}\n", "permissions: {}\n\nenv:\n  PIP_NO_INPUT: 1\n"),
}
ARRIVALS = {
    "digest.yml": "Judge each paper below by itself.",
    "mkdocs.yml": "remote_branch: pages",
    "README.md": "pages of your own",
    ".gitignore": "docs/digests/",
    DAILY: "PIP_NO_INPUT",
    PAGES: "PIP_NO_INPUT",
}


@pytest.fixture(scope="module")
def next_starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter of a later version: each file has a change, and one file is new."""
    folder = tmp_path_factory.mktemp("next") / "starter"
    shutil.copytree(STARTER, folder)
    for name, (old, new) in CHANGES.items():
        text = (folder / name).read_text("utf-8")
        assert old in text, name
        (folder / name).write_text(text.replace(old, new), "utf-8")
    (folder / "Justfile").write_text("serve:\n    broadsheet serve\n")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    start(tmp_path / "digest", ANSWERS)
    return tmp_path / "digest"


def outcomes(result: Upgrade) -> dict[str, Outcome]:
    return {change.path: change.outcome for change in result.changes}


class Edit(NamedTuple):
    """An edit of a file, and what must be in it afterwards. `merges` is False where both sides change one line."""

    path: str
    do: Callable[[str], str]
    keeps: str
    merges: bool = True


def replaced(pattern: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        changed, count = re.subn(pattern, lambda _: new, text, flags=re.MULTILINE)
        assert count, pattern
        return changed

    return edit


EDITS = {
    "topic words": Edit(
        "digest.yml", replaced(r"words: \[pruning, sparse\]", "words: [pruning, KV cache]"), "KV cache"
    ),
    "a topic more": Edit(
        "digest.yml",
        replaced(r"^rubric:", "  - id: proofs\n    name: Proofs\n    words: [bound]\n\nrubric:"),
        "id: proofs",
    ),
    "a topic renamed": Edit("digest.yml", replaced("name: Pruning", "name: Élagage"), "Élagage"),
    "comment in the topics": Edit("digest.yml", replaced("^topics:", "# ours\ntopics:"), "# ours"),
    "a rubric of one's own": Edit("digest.yml", replaced("name: Read today", "name: Heute lesen"), "Heute lesen"),
    "a model": Edit(
        "digest.yml", replaced(r"^# llm:\n#   endpoint:.*$", "llm:\n  endpoint: https://llm.example/v1"), "llm.example"
    ),
    "more sources": Edit("digest.yml", replaced("  # huggingface: true", "  huggingface: true"), "  huggingface: true"),
    "settings at the end": Edit("digest.yml", lambda text: text + "\nfollow:\n  authors: [Ada Lovelace]\n", "Lovelace"),
    "spaces at ends of lines": Edit("digest.yml", replaced("^rubric:$", "rubric:   "), "rubric:   \n"),
    "CRLF": Edit("digest.yml", lambda text: text.replace("\n", "\r\n"), "topics:\r\n"),
    "CRLF and a change": Edit(
        "mkdocs.yml", lambda text: text.replace("language: en", "language: de").replace("\n", "\r\n"), "de\r\n"
    ),
    "byte order mark": Edit(
        "README.md", lambda text: "\ufeff" + text.replace("A paper digest", "Ours"), "\ufeff# Ours"
    ),
    "palette": Edit(
        "mkdocs.yml", replaced("^  font: false", "  palette:\n    primary: indigo\n  font: false"), "primary: indigo"
    ),
    "nav": Edit(
        "mkdocs.yml", replaced("^  - About: about/index.md", "  - Group: group.md\n  - Us: about/index.md"), "group.md"
    ),
    "name and address": Edit(
        "mkdocs.yml", replaced(r"^site_url:.*$", 'site_url: "https://papers.example/"'), "papers.example"
    ),
    "no end of the last line": Edit("mkdocs.yml", lambda text: text.rstrip("\n") + "\ncopyright: Us", "copyright: Us"),
    "a plugin": Edit("mkdocs.yml", replaced("^plugins:", "plugins:\n  tags: {}"), "tags: {}"),
    "cron": Edit(DAILY, replaced(r'- cron: ".*', '- cron: "0 7 * * 1-5"'), '"0 7 * * 1-5"'),
    "an action by Dependabot": Edit(
        DAILY, replaced(r"actions/checkout@\w+ # v\S+", f"actions/checkout@{'a' * 40} # v8.0.0"), f"checkout@{'a' * 40}"
    ),
    "a job more": Edit(
        DAILY, lambda text: text + "\n  mail:\n    needs: run\n    runs-on: ubuntu-latest\n    steps: []\n", "  mail:"
    ),
    "a step more": Edit(
        PAGES,
        replaced("^      - run: broadsheet check", "      - run: echo hi\n      - run: broadsheet check"),
        "echo hi",
    ),
    "another runner": Edit(PAGES, replaced("runs-on: ubuntu-latest", "runs-on: self-hosted"), "self-hosted"),
    "lines in .gitignore": Edit(".gitignore", lambda text: "notes/\n" + text + "*.log\n", "*.log"),
    "lines out of .gitignore": Edit(".gitignore", replaced("^docs/about/\n", ""), "docs/archive/"),
    "README in one's own words": Edit(
        "README.md", lambda text: "# Our papers\n\nWe read them at nine.\n", "at nine", False
    ),
    "a pin": Edit("requirements.txt", lambda text: text + "numpy==2.3\n", "numpy==2.3"),
    "the same line": Edit(
        "digest.yml",
        replaced("    Judge each paper below on its own.", "    Judge like Ada."),
        "Judge like Ada.",
        False,
    ),
    "a key that the version adds": Edit(
        "mkdocs.yml", lambda text: text + "remote_branch: gh-pages\n", "remote_branch: gh-pages", False
    ),
    "permissions": Edit(PAGES, replaced(r"^permissions: \{\}", "permissions:\n  contents: read"), "contents: read"),
    "not UTF-8": Edit("README.md", lambda text: text.replace("A paper digest", "Gr\udcfc\udcdfe"), "Gr\udcfc\udcdfe"),
}


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("edit", EDITS.values(), ids=list(EDITS))
def test_an_edit_survives_and_the_new_version_arrives(root: Path, next_starter: Path, edit: Edit) -> None:
    file = root / edit.path
    file.write_bytes(edit.do(read(file)).encode("utf-8", "surrogateescape"))
    before = read(file)
    result = upgrade(root, starter=next_starter)
    after = read(file)
    assert edit.keeps in after
    if not edit.merges:
        assert after == before
        assert outcomes(result)[edit.path] is Outcome.BESIDE
        assert ARRIVALS[edit.path] in read(root / f"{edit.path}.new")
    elif edit.path in ARRIVALS:
        assert ARRIVALS[edit.path] in after
        assert not (root / f"{edit.path}.new").exists()
        lines = after.replace("\r\n", "\n").splitlines()
        lost = [line for line in before.replace("\r\n", "\n").splitlines() if line not in lines]
        assert len(lost) <= 1, lost  # the line that the new version changes
    others = ARRIVALS.keys() - {edit.path}
    assert all(ARRIVALS[other] in read(root / other) for other in others)
    config.load(root)
    again = outcomes(upgrade(root, starter=next_starter))
    assert again == ({} if edit.merges else {edit.path: Outcome.WAITING})


def test_unchanged_files_are_replaced_and_new_ones_written(root: Path, next_starter: Path) -> None:
    result = outcomes(upgrade(root, starter=next_starter))
    assert result.pop("Justfile") is Outcome.NEW
    assert result == dict.fromkeys(ARRIVALS, Outcome.UPDATED)
    fresh = root.with_name("fresh")
    shutil.copytree(root, fresh)
    settings = config.load(root)
    assert (settings.site.site_name, settings.topics) == ("Group papers", ANSWERS.topics)


def test_a_file_that_was_removed_stays_away(root: Path, next_starter: Path) -> None:
    (root / PAGES).unlink()
    (root / "README.md").unlink()
    result = outcomes(upgrade(root, starter=next_starter))
    assert (result[PAGES], result["README.md"]) == (Outcome.REMOVED, Outcome.REMOVED)
    assert not (root / PAGES).exists()


def test_a_link_in_the_digest_is_written_through(root: Path, next_starter: Path) -> None:
    (root / "config").mkdir()
    (root / "mkdocs.yml").rename(root / "config" / "mkdocs.yml")
    (root / "mkdocs.yml").symlink_to("config/mkdocs.yml")
    upgrade(root, starter=next_starter)
    assert os.readlink(root / "mkdocs.yml") == "config/mkdocs.yml"
    assert "remote_branch" in (root / "config" / "mkdocs.yml").read_text()


@pytest.mark.parametrize("place", ["outside", "nowhere"])
def test_a_link_that_leads_out_stays(root: Path, next_starter: Path, place: str) -> None:
    outside = root.with_name("outside")
    outside.write_bytes((root / "README.md").read_bytes())
    before = outside.read_bytes()
    (root / "README.md").unlink()
    (root / "README.md").symlink_to(root.with_name(place))
    assert outcomes(upgrade(root, starter=next_starter))["README.md"] is Outcome.BESIDE
    assert os.readlink(root / "README.md") == str(root.with_name(place))
    assert outside.read_bytes() == before


def test_a_folder_in_place_of_a_file_stays(root: Path, next_starter: Path) -> None:
    (root / "README.md").unlink()
    (root / "README.md").mkdir()
    assert outcomes(upgrade(root, starter=next_starter))["README.md"] is Outcome.BESIDE


def test_a_file_of_the_user_with_the_name_of_a_new_one_stays(root: Path, next_starter: Path) -> None:
    (root / "Justfile").write_text("mine:\n")
    assert outcomes(upgrade(root, starter=next_starter))["Justfile"] is Outcome.BESIDE
    assert (root / "Justfile").read_text() == "mine:\n"
    assert "broadsheet serve" in (root / "Justfile.new").read_text()


def test_a_file_beside_that_is_there_is_not_overwritten(root: Path, next_starter: Path) -> None:
    (root / "Justfile").write_text("mine:\n")
    (root / "Justfile.new").write_text("mine, too:\n")
    upgrade(root, starter=next_starter)
    assert (root / "Justfile.new").read_text() == "mine, too:\n"
    assert "broadsheet serve" in (root / "Justfile.new2").read_text()


def test_permissions_stay(root: Path, next_starter: Path) -> None:
    (root / DAILY).chmod(0o640)
    upgrade(root, starter=next_starter)
    assert (root / DAILY).stat().st_mode & 0o777 == 0o640


def test_a_file_beside_the_users_is_upgraded_there(tmp_path: Path, next_starter: Path) -> None:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "README.md").write_text("# Ours\n")
    start(folder, ANSWERS)
    upgrade(folder, starter=next_starter)
    assert (folder / "README.md").read_text() == "# Ours\n"
    assert ARRIVALS["README.md"] in (folder / "README.broadsheet.md").read_text()


def test_a_retired_file_is_named_and_stays(root: Path, next_starter: Path) -> None:
    upgrade(root, starter=next_starter)
    result = outcomes(upgrade(root))
    assert result["Justfile"] is Outcome.RETIRED
    assert (root / "Justfile").exists()


def test_a_dry_run_shows_and_writes_nothing(root: Path, next_starter: Path) -> None:
    before = tree(root)
    changes = upgrade(root, starter=next_starter, dry_run=True).changes
    assert {change.path for change in changes} == {*ARRIVALS, "Justfile"}
    assert tree(root) == before


def test_a_failure_leaves_everything_as_it_was(root: Path, next_starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)
    monkeypatch.setattr(upgrading, "encode_record", lambda record: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        upgrade(root, starter=next_starter)
    assert tree(root) == before


def test_without_a_record_every_difference_is_written_beside(root: Path, next_starter: Path) -> None:
    (root / RECORD).unlink()
    (root / PAGES).unlink()
    before = tree(root)
    result = outcomes(upgrade(root, starter=next_starter))
    assert set(result.values()) == {Outcome.BESIDE}
    after = tree(root)
    assert {path: after[path] for path in before} == before
    assert {f"{DAILY}.new", f"{PAGES}.new", "README.md.new"} <= after.keys()
    assert not {"digest.yml.new", "mkdocs.yml.new"} & after.keys()


@pytest.mark.parametrize("damage", ["", "{", '{"version": 1}', "\xff"])
def test_a_damaged_record_is_a_message(root: Path, damage: str) -> None:
    (root / RECORD).write_bytes(damage.encode("latin-1"))
    before = tree(root)
    run = digest("upgrade", "--root", root)
    assert (run.returncode, run.stderr.startswith(f"{RECORD}: damaged: ")) == (1, True)
    assert tree(root) == before


def test_an_older_program_does_not_touch_a_newer_digest(root: Path) -> None:
    text = (root / RECORD).read_text()
    (root / RECORD).write_text(re.sub(r'"version": "[^"]*"', '"version": "99.0"', text))
    with pytest.raises(DigestError, match=r"version 99\.0 wrote the files of this digest"):
        upgrade(root)


def test_answers_of_a_later_version_are_read(root: Path) -> None:
    text = (root / RECORD).read_text()
    (root / RECORD).write_text(text.replace('"answers": {', '"answers": {"colour": "blue",', 1))
    assert upgrade(root).changes == []


def test_without_git_changes_on_both_sides_are_not_merged(
    root: Path, next_starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(root))
    (root / DAILY).write_text((root / DAILY).read_text() + "# ours\n")
    changes = {change.path: change for change in upgrade(root, starter=next_starter).changes}
    assert changes[DAILY].outcome is Outcome.BESIDE
    assert "Git, which merges changes, is not installed" in changes[DAILY].reason
    assert changes[PAGES].outcome is Outcome.UPDATED


def test_a_merge_that_would_set_a_key_twice_is_a_conflict() -> None:
    base, theirs = b"a: 1\nb: 2\nc: 3\nd: 4\n", b"e: 1\na: 1\nb: 2\nc: 3\nd: 4\n"
    assert merge(base + b"e: 2\n", base, theirs, "digest.yml") is None
    assert merge(base + b"e: 2\n", base, theirs, "notes.txt") == b"e: 1\n" + base + b"e: 2\n"


def test_the_command_reports_each_file(root: Path) -> None:
    record = root / RECORD
    record.write_text(record.read_text().replace("Judge each paper", "Judge a paper").replace("your own pages", "a"))
    settings = root / "digest.yml"
    settings.write_text(settings.read_text().replace("Judge each paper below", "Judge like Ada"))
    (root / "README.md").write_text((root / "README.md").read_text().replace("your own pages", "a"))
    conflict = (
        "digest.yml: your file stays as it is (you and this version changed the same lines): move what you need from "
        "digest.yml.new, then delete that\n"
    )
    preview = digest("upgrade", "--root", root, "--dry-run")
    assert (preview.returncode, preview.stderr) == (1, conflict)
    assert "README.md: updated\n--- README.md\n+++ README.md\n" in preview.stdout
    assert "\n+- `docs/`: your own pages" in preview.stdout
    assert preview.stdout.endswith(": nothing was written\n")
    assert "--- digest.yml\n+++ digest.yml.new\n@@ " in preview.stdout
    run = digest("upgrade", "--root", root, "--quiet")
    assert (run.returncode, run.stdout, run.stderr) == (1, "", conflict)
    check = digest("check", "--root", root)
    still = "digest.yml: not merged yet: move what you need from digest.yml.new, then delete that\n"
    assert (check.returncode, "file beside it is not merged yet: move" in check.stdout + check.stderr) == (0, True)
    again = digest("upgrade", "--root", root)
    assert (again.returncode, again.stderr) == (1, still)
    (root / "digest.yml.new").unlink()
    assert digest("upgrade", "--root", root).stdout.endswith(": nothing to change\n")


@pytest.mark.parametrize(
    ("answers", "message"),
    [('"host": "sourcehut"', "unknown host 'sourcehut'"), ('"categories": ["cs.XX"]', "'cs.XX' is not a category")],
)
def test_an_answer_that_is_unknown_is_a_message(root: Path, answers: str, message: str) -> None:
    (root / RECORD).write_text(f'{{"version": "0.1.0", "answers": {{{answers}}}, "files": {{}}}}')
    with pytest.raises(DigestError, match=message):
        upgrade(root)


def test_a_record_behind_a_link_stays_there(root: Path, next_starter: Path) -> None:
    (root / RECORD).rename(root / "record.json")
    (root / RECORD).symlink_to("../record.json")
    before = (root / "record.json").read_bytes()
    upgrade(root, starter=next_starter)
    assert os.readlink(root / RECORD) == "../record.json"
    assert (root / "record.json").read_bytes() != before


def test_the_record_is_read_line_by_line(root: Path) -> None:
    subprocess.run(["git", "init", "--quiet", root], check=True)
    assert len((root / RECORD).read_text().splitlines()) > 5
    assert yaml.safe_load((root / RECORD).read_text())["answers"]["name"] == "Group papers"
