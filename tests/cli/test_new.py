"""``broadsheet new``: the new digest passes the check and builds at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.build.hosts import STARTER
from broadsheet.build.new_digest import start
from broadsheet.build.output import generated_files
from broadsheet.build.starter import Answers
from broadsheet.cli.new import parse_topics
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config

ROOT = Path(__file__).resolve().parents[2]


def digest(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command itself."""
    command = [sys.executable, "-m", "broadsheet", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def new_digest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "my digest"
    run = digest("new", folder, "--name", "Group & friends: #1 'papers'", "--url", "https://group.example/papers")
    assert run.returncode == 0, run.stderr
    files = sum(file.is_file() for file in STARTER.rglob("*"))
    lines = run.stdout.splitlines()
    assert lines[:2] == [f"{folder}: {files} files", f"next: cd '{folder}' && broadsheet serve"]
    assert [what for what in ("fetch", "topics", "DIGEST_LLM_KEY", "README.md") if what not in lines[2]] == []
    return folder


def test_name_and_address_are_those_of_the_options(new_digest: Path) -> None:
    site = yaml.safe_load((new_digest / "mkdocs.yml").read_text("utf-8"))
    assert site["site_name"] == "Group & friends: #1 'papers'"
    assert site["site_url"] == "https://group.example/papers/"


def test_everything_a_repository_needs_is_there(new_digest: Path) -> None:
    files = {file.relative_to(new_digest).as_posix() for file in new_digest.rglob("*") if file.is_file()}
    assert {
        ".ci/commit-data",
        ".ci/with-log",
        ".github/workflows/daily.yml",
        ".github/workflows/pages.yml",
        ".gitignore",
        "README.md",
        "digest.yml",
        "requirements.txt",
    } < files
    assert not [file for file in new_digest.rglob("*") if file.is_symlink()]


def test_a_new_digest_passes_check_and_builds(new_digest: Path, tmp_path: Path) -> None:
    check = digest("check", "--root", new_digest)
    assert check.returncode == 0, check.stdout + check.stderr
    build = digest("build", "--root", new_digest, "--site", tmp_path / "site")
    assert build.returncode == 0, build.stderr
    home = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "Group &amp; friends" in home
    assert "Sample paper: convergence without steps" in (tmp_path / "site/daily/2026/01/06/index.html").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("ignored", [STARTER / "dot-gitignore", ROOT / ".gitignore"], ids=["a new digest", "the demo"])
def test_git_sees_hand_written_pages_and_no_generated_ones(new_digest: Path, tmp_path: Path, ignored: Path) -> None:
    assert digest("generate", "--root", new_digest).returncode == 0
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_bytes(ignored.read_bytes())
    for name in [*sorted(generated_files(new_digest / "docs")), ".generated", "about-us.md", "assets/logo.svg"]:
        file = tmp_path / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    command = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
    seen = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    assert seen == ["?? .gitignore", "?? docs/about-us.md", "?? docs/assets/logo.svg", ""]


def test_its_sample_is_marked_as_a_sample() -> None:
    for file in (STARTER / "samples" / "data" / "papers").rglob("*.jsonl"):
        for line in file.read_text("utf-8").splitlines():
            record = yaml.safe_load(line)
            assert record["title"].startswith("Sample paper:")
            assert record["abstract"].startswith("A made-up abstract")


def test_its_mkdocs_yml_is_ours_but_for_name_address_and_manual(new_digest: Path) -> None:
    ours, theirs = (yaml.safe_load((root / "mkdocs.yml").read_text("utf-8")) for root in (ROOT, new_digest))
    ours["nav"] = [entry for entry in ours["nav"] if "Manual" not in entry]
    assert [key for key in ours if ours[key] != theirs[key]] == ["site_name", "site_url"]
    assert list(ours) == list(theirs)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("all of it")
    run = digest("new", ".", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (1, ".: the folder is not empty: name a new folder, or empty this one\n")
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "digest"
    file.write_text("")
    with pytest.raises(DigestError) as raised:
        start(file, Answers(name="Papers", url="https://group.example/"))
    assert str(raised.value) == f"{file}: this is a file: name a new folder"


def test_a_fresh_repository_is_empty_enough(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert "digest.yml" in start(tmp_path, Answers(name="Papers", url="https://group.example/")).paths


@pytest.mark.parametrize(
    "url",
    [
        "",
        "papers",
        "//group.example/",
        "ftp://group.example/",
        "javascript:alert(1)",
        "https://",
        "https://a.example/?x=1",
        "https://a.example/#x",
        "https://a.example/my papers/",
        "https://a.example:99999999/",
        "https://[::1/x",
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_written(tmp_path: Path, url: str) -> None:
    with pytest.raises(DigestError) as raised:
        start(tmp_path / "new", Answers(name="Papers", url=url))
    hint = "write the address that readers use, without spaces, ? and #"
    assert str(raised.value) == f"--url: {url!r} is not an absolute http(s) address: {hint}"
    assert not (tmp_path / "new").exists()


def test_a_name_without_a_letter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DigestError) as raised:
        start(tmp_path / "new", Answers(name=" \n", url="https://group.example/"))
    assert str(raised.value) == "--name: ' \\n' is not a name for a site: use letters, digits, spaces and punctuation"


NAMES = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" :#\"'{}[]&*!|>%@`\\-"), min_size=1)


@given(name=NAMES)
def test_any_name_survives_in_yaml(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    wanted = " ".join(name.split())
    folder = tmp_path_factory.mktemp("name")
    if not wanted:
        with pytest.raises(DigestError):
            start(folder, Answers(name=name, url="https://group.example/"))
        return
    start(folder, Answers(name=name, url="https://group.example/"))
    assert yaml.safe_load((folder / "mkdocs.yml").read_text("utf-8"))["site_name"] == wanted


@pytest.mark.parametrize("word", ["null", "Null", "~x", "no", "1e5", "2024-05-01"])
def test_words_of_yaml_are_names(tmp_path: Path, word: str) -> None:
    start(tmp_path / "new", Answers(name=word, topics=parse_topics(None, None, [word])))
    settings = config.load(tmp_path / "new", {})
    assert (settings.site.site_name, [topic.name for topic in settings.topics]) == (word, [word])
