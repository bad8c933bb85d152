"""A new digest in a repository that has files: they stay, and a failure leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from broadsheet.build.new_digest import start
from broadsheet.build.starter import Answers
from broadsheet.checks.check import check
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from broadsheet.store.files import problem_from
from broadsheet.store.transaction import Transaction
from tests.example import digest, tree

ANSWERS = Answers(name="Papers", url="https://group.example/", categories=("cs.LG",), samples=False)
GITHUBS_IGNORE = "# Byte-compiled / optimized / DLL files\n__pycache__/\n*.py[codz]\n\n# Environments\n.venv\nsite/\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository as GitHub makes it, with README, licence and .gitignore, and cloned."""
    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    (folder / "README.md").write_text("# papers\nThe papers of our group.\n")
    (folder / "LICENSE").write_text("MIT License\n")
    (folder / ".gitignore").write_text(GITHUBS_IGNORE)
    return folder


def test_the_files_of_a_repository_stay(repository: Path) -> None:
    before = tree(repository)
    run = digest("new", ".", "--arxiv", "cs.LG", cwd=repository)
    assert run.returncode == 0, run.stderr
    after = tree(repository)
    assert {path for path, data in before.items() if after[path] != data} == {".gitignore"}
    assert after[".gitignore"].startswith(before[".gitignore"])
    assert b"# A paper digest" in after["README.broadsheet.md"]
    assert "note: README.md: yours stays; the digest's is README.broadsheet.md" in run.stderr
    assert "note: .gitignore: yours stays, with the lines of the digest at its end" in run.stderr
    assert "next: broadsheet run\n" in run.stdout
    assert config.load(repository).site.site_name == "Repository"
    assert digest("check", "--root", repository).returncode == 0


def test_a_line_of_gitignore_is_not_added_twice(repository: Path) -> None:
    start(repository, ANSWERS)
    lines = (repository / ".gitignore").read_text().splitlines()
    assert lines.count("site/") == 1
    assert {".digest/", "docs/daily/"} <= set(lines)


@pytest.mark.parametrize(
    ("before", "end"), [(b"a\r\nb\r\n", b"\r\n"), (b"a\nb", b"\n"), (b"", b"\n")], ids=["CRLF", "no end", "empty"]
)
def test_added_lines_have_the_line_ends_of_the_file(tmp_path: Path, before: bytes, end: bytes) -> None:
    (tmp_path / ".gitignore").write_bytes(before)
    start(tmp_path, ANSWERS)
    after = (tmp_path / ".gitignore").read_bytes()
    assert after.startswith(before)
    assert b".digest/" + end in after
    assert after.count(b"\n") == after.count(end)


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("mkdocs.yml", "mkdocs.broadsheet.yml"),
        (".github/workflows/pages.yml", ".github/workflows/pages.broadsheet.yml"),
        ("README.md", "README.broadsheet.md"),
    ],
)
def test_a_file_of_the_same_name_is_written_beside_and_reported(repository: Path, path: str, other: str) -> None:
    file = repository / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("ours: true\n")
    created = start(repository, ANSWERS)
    assert file.read_text() == "ours: true\n"
    assert (repository / other).stat().st_size
    assert path in [note.location for note in created.notes]


def test_the_requirements_of_a_repository_get_a_line(repository: Path) -> None:
    (repository / "requirements.txt").write_text("numpy\n")
    start(repository, ANSWERS)
    assert (repository / "requirements.txt").read_text().startswith("numpy\n")


def test_links_of_the_user_are_not_followed(repository: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("mine\n")
    (repository / "README.md").unlink()
    (repository / "README.md").symlink_to(outside)
    (repository / "requirements.txt").symlink_to("nowhere")
    start(repository, ANSWERS)
    assert outside.read_text() == "mine\n"
    assert (repository / "README.md").is_symlink()
    assert os.readlink(repository / "requirements.txt") == "nowhere"


def test_a_digest_is_not_made_twice(repository: Path) -> None:
    start(repository, ANSWERS)
    before = tree(repository)
    run = digest("new", ".", cwd=repository)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith(".: this is a digest already: ")
    assert "broadsheet upgrade" in run.stderr
    assert tree(repository) == before


@pytest.mark.parametrize("names", [["thesis.tex"], ["README.md", "src/main.py"], ["data/papers.jsonl"], ["notes"]])
def test_a_folder_of_other_things_is_left_alone(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(DigestError, match="the folder is not empty"):
        start(tmp_path, ANSWERS)
    assert tree(tmp_path) == before


def fail_at(path: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the write of one file fail."""
    write = Transaction.write

    def failing(self: Transaction, target: Path, data: bytes) -> None:
        if target.as_posix().endswith(path):
            raise error(28, "No space left on device", str(target))
        write(self, target, data)

    monkeypatch.setattr(Transaction, "write", failing)


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("path", ["README.md", "mkdocs.yml", ".broadsheet/starter.json", "digest.yml"])
def test_a_failure_leaves_no_new_folder(
    tmp_path: Path, path: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(path, error, monkeypatch)
    with pytest.raises(error):
        start(tmp_path / "a" / "b", ANSWERS)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_a_repository_as_it_was(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / ".gitignore").chmod(0o600)
    before, folders = tree(repository), sorted(repository.rglob("*"))
    fail_at("digest.yml", OSError, monkeypatch)
    with pytest.raises(OSError, match="No space left"):
        start(repository, ANSWERS)
    assert (tree(repository), sorted(repository.rglob("*"))) == (before, folders)
    assert (repository / ".gitignore").stat().st_mode & 0o777 == 0o600


def test_a_file_in_place_of_a_folder_is_a_message(repository: Path) -> None:
    (repository / ".github").write_text("no folder")
    before = tree(repository)
    with pytest.raises(OSError, match="Not a directory") as raised:
        start(repository, ANSWERS)
    assert problem_from(raised.value).hint == "a folder belongs here: move the file away"
    assert tree(repository) == before


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_parent_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    run = digest("new", file / "digest")
    assert run.returncode == 1
    assert run.stderr == f"{file}: not a directory: a folder belongs here: move the file away\n"


def test_settings_with_hard_names_are_read_back(tmp_path: Path) -> None:
    run = digest(
        "new",
        tmp_path / "d",
        *("--arxiv", "hep-th", "--arxiv", "CS.lg, q-alg"),
        *("--topic", "No: yes, null, on: off", "--topic", "Zürich #1: 3.14, 'quoted', C++"),
        *("--topic", "机器学习: 学习", "--topic", "off", "--contact", "lab@group.example"),
    )
    assert run.returncode == 0, run.stderr
    settings = config.load(tmp_path / "d")
    assert settings.fetch.arxiv.categories == ("hep-th", "cs.LG", "math.QA")
    assert settings.fetch.contact == "lab@group.example"
    assert [(topic.name, topic.words) for topic in settings.topics] == [
        ("No", ("yes", "null", "on: off")),
        ("Zürich #1", ("3.14", "'quoted'", "C++")),
        ("机器学习", ("学习",)),
        ("off", ("off",)),
    ]
    assert len({topic.id for topic in settings.topics}) == 4
    document = yaml.safe_load((tmp_path / "d" / "digest.yml").read_text("utf-8"))
    assert document["topics"][0]["words"] == ["yes", "null", "on: off"]


@pytest.mark.parametrize(
    ("pattern", "name"), [("data/", "data"), ("*.jsonl", "data"), ("digest.yml", "digest.yml"), (".*/", ".broadsheet")]
)
def test_a_file_that_a_run_needs_and_git_ignores_is_named(repository: Path, pattern: str, name: str) -> None:
    (repository / ".gitignore").write_text(f"{pattern}\n")
    notes = [str(note) for note in start(repository, ANSWERS).notes if note.message.startswith("Git ignores")]
    assert notes == [
        f".gitignore: Git ignores {name}, which the next run needs: remove the pattern, or add an exception"
    ]
    assert notes == [str(problem) for problem in check(repository).problems if "Git ignores" in problem.message]


@pytest.mark.parametrize(("host", "runs"), [("github", False), ("netlify", False), ("systemd", True)])
def test_a_digest_below_the_top_of_a_repository_is_named(repository: Path, host: str, runs: bool) -> None:
    created = start(repository / "other", Answers(name="Papers", host=host, samples=False))
    notes = [note.message for note in created.notes if note.location == ".github"]
    assert [f"the repository begins in {repository}" in note for note in notes] == ([] if runs else [True])
