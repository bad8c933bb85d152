"""Lists of lines of a digest: the user's requirements never get a second version of a package."""

import re
from pathlib import Path

import pytest

from broadsheet.build.line_files import REQUIREMENTS, with_lines, with_pins
from broadsheet.build.new_digest import start
from broadsheet.build.starter import Answers
from broadsheet.build.starter_record import RECORD
from broadsheet.build.upgrade import Outcome, upgrade
from tests.example import digest

BASE = b"# What the workflows install.\n--constraint constraints.txt\nbroadsheet[local]==0.0.9\n"
THEIRS = BASE.replace(b"0.0.9", b"0.1.0")
GIT = b"broadsheet[local] @ git+https://git.example/broadsheet@abc\n"


@pytest.mark.parametrize(
    ("ours", "wanted"),
    [
        (BASE, THEIRS),
        (BASE.replace(b"0.0.9", b"0.0.9  # pinned"), THEIRS.replace(b"0.1.0", b"0.1.0  # pinned")),
        (BASE.replace(b"[local]", b""), THEIRS.replace(b"[local]", b"")),
        (b"Broadsheet [local, dask] == 0.0.9\r\nnumpy\r\n", b"Broadsheet [local, dask]==0.1.0\r\nnumpy\r\n"),
        (
            b"broadsheet==0.0.9 ; python_version > '3.10'\n",
            b"broadsheet==0.1.0 ; python_version > '3.10'\n",
        ),
        (b"numpy==2.3\nbroadsheet==0.0.9", b"numpy==2.3\nbroadsheet==0.1.0"),
        (THEIRS + b"numpy\n", THEIRS + b"numpy\n"),
        (b"broadsheet==0.1.0  # by Dependabot\n", b"broadsheet==0.1.0  # by Dependabot\n"),
        (b"numpy\n", b"numpy\n"),
    ],
)
def test_a_pin_of_the_old_version_gets_the_new_one(ours: bytes, wanted: bytes) -> None:
    assert with_pins(ours, THEIRS, BASE) == (wanted, [])


def test_a_commit_replaces_a_version_and_the_other_way_round() -> None:
    assert with_pins(b"broadsheet[local]==0.0.9 # x\n", GIT, BASE) == (GIT.rstrip() + b" # x\n", [])
    assert with_pins(GIT + b"numpy\n", THEIRS, GIT) == (b"broadsheet[local]==0.1.0\nnumpy\n", [])


@pytest.mark.parametrize(
    "line",
    [
        b"broadsheet[local]==0.0.10",
        b"broadsheet>=0.0.9",
        b"broadsheet",
        b"BROADSHEET[local] ~=0.0.9 # ours",
        b"broadsheet==0.0.9 \\\n    --hash=sha256:abc",
        b"-e git+https://git.example/broadsheet.git#egg=broadsheet",
        b"git+https://git.example/group/broadsheet.git@main",
    ],
)
def test_a_version_of_the_users_own_is_a_conflict(line: bytes) -> None:
    ours = b"numpy\n" + line + b"\n"
    pinned, conflicts = with_pins(ours, THEIRS, BASE)
    assert (pinned, len(conflicts)) == (ours, 1)
    assert with_lines(REQUIREMENTS, ours, THEIRS, BASE) == ours


def test_an_option_is_the_same_in_its_short_form() -> None:
    ours = b"-c constraints.txt\nbroadsheet==0.1.0\n"
    assert with_lines(REQUIREMENTS, ours, THEIRS) == ours


def dated_back(root: Path, version: str) -> None:
    """Let the digest be one of an earlier version."""
    text = (root / RECORD).read_text()
    record = re.sub(r"broadsheet\[local\][^\\]*", f"broadsheet[local]=={version}", text)
    (root / RECORD).write_text(record)
    file = root / REQUIREMENTS
    file.write_text(re.sub(r"broadsheet\[local\].*", f"broadsheet[local]=={version}", file.read_text()))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    start(tmp_path / "digest", Answers(samples=False))
    dated_back(tmp_path / "digest", "0.0.9")
    return tmp_path / "digest"


@pytest.mark.parametrize("edit", ["  # pinned", "\nnumpy==2.3"])
def test_upgrade_keeps_one_line(root: Path, edit: str) -> None:
    file = root / REQUIREMENTS
    file.write_text(file.read_text().replace("==0.0.9", f"==0.0.9{edit}").replace("[local]", ""))
    assert [(change.path, change.outcome) for change in upgrade(root).changes] == [(REQUIREMENTS, Outcome.MERGED)]
    lines = [line for line in file.read_text().splitlines() if line.startswith("broadsheet")]
    assert len(lines) == 1
    assert "0.0.9" not in lines[0]
    assert "[local]" not in lines[0]
    assert edit in file.read_text()


def test_upgrade_reports_another_pin(root: Path) -> None:
    file = root / REQUIREMENTS
    file.write_text(file.read_text().replace("==0.0.9", "==0.0.10"))
    before = file.read_bytes()
    run = digest("upgrade", "--root", root)
    assert (run.returncode, file.read_bytes()) == (1, before)
    assert "you and this version changed broadsheet[local]==0.0.10" in run.stderr


@pytest.mark.parametrize("line", ["broadsheet>=0.1", "Broadsheet[local]", "broadsheet[local]==0.0.1"])
def test_a_new_digest_beside_a_requirement_adds_no_second_one(tmp_path: Path, line: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / REQUIREMENTS).write_text(f"{line}\n")
    notes = start(tmp_path, Answers(samples=False)).notes
    lines = (tmp_path / REQUIREMENTS).read_text().splitlines()
    assert [line for line in lines if line.lower().startswith("broadsheet")] == [line]
    assert [note.hint for note in notes] == [f"the digest has another version than {line}: choose one"]
