"""The script for cron and systemd: a lock, a log, and no output unless something is wrong."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

from broadsheet.build.hosts import host_files
from broadsheet.daily.fetch import NOTHING_TO_FETCH

PROGRAM = """#!/bin/sh
echo "broadsheet $* with ${DIGEST_LLM_KEY:-no key}"
case $1 in
    run) echo "${RUN_SAYS:-}"; exit "${RUN_CODE:-0}" ;;
    build) mkdir -p site && date >> site/index.html && rm -f site/old.html ;;
esac
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A digest with the script, a stand-in for the program, and a home beside it."""
    root = tmp_path / "my digest"
    program = root / ".venv" / "bin" / "broadsheet"
    program.parent.mkdir(parents=True)
    program.write_text(PROGRAM)
    program.chmod(0o755)
    (root / "daily.sh").write_text(host_files("systemd")["daily.sh"])
    (tmp_path / "home" / ".config").mkdir(parents=True)
    return root


def daily(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script as cron does: from another folder, with a short environment."""
    own = {"HOME": str(root.parent / "home"), "PATH": os.environ["PATH"]} | environment
    command = ["/bin/sh", str(root / "daily.sh")]
    return subprocess.run(command, cwd="/", env=own, capture_output=True, text=True, check=False)


def test_a_good_run_is_quiet_and_in_the_log(root: Path) -> None:
    done = daily(root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    log = (root / ".digest" / "daily.log").read_text()
    assert log == "broadsheet run --scheduled --no-build with no key\n\nbroadsheet build --site site with no key\n"


def test_a_failed_run_prints_its_log_and_still_builds(root: Path) -> None:
    done = daily(root, RUN_CODE="1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (root / ".digest" / "daily.log").read_text()
    assert (root / "site" / "index.html").exists()


def test_a_run_that_has_nothing_to_fetch_prints_that(root: Path) -> None:
    done = daily(root, RUN_SAYS=str(NOTHING_TO_FETCH))
    assert (done.returncode, done.stderr) == (0, f"{NOTHING_TO_FETCH}\n")


def test_the_keys_come_from_a_file_of_the_user(root: Path) -> None:
    (root.parent / "home" / ".config" / "broadsheet.env").write_text("DIGEST_LLM_KEY=sk-1\n")
    assert daily(root).returncode == 0
    assert "with sk-1" in (root / ".digest" / "daily.log").read_text()


def test_two_runs_do_not_overlap(root: Path) -> None:
    (root / ".digest").mkdir()
    with (root / ".digest" / "daily.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = daily(root)
    assert (done.returncode, done.stderr) == (1, "an earlier run is still active: nothing was done\n")
    assert not (root / ".digest" / "daily.log").exists()
    assert daily(root).returncode == 0


def test_the_site_is_copied_to_a_web_server(root: Path, rsync: Path) -> None:
    target = root.parent / "www"
    (root / "site").mkdir()
    (root / "site" / "old.html").write_text("old")
    for _ in range(2):
        done = daily(root, DIGEST_RSYNC_TO=f"{target}/", PATH=f"{rsync.parent}:{os.environ['PATH']}")
        assert (done.returncode, done.stderr) == (0, "")
        assert (target / "index.html").read_text() == (root / "site" / "index.html").read_text()
        assert not (target / "old.html").exists()


def test_a_web_server_that_cannot_be_reached_is_a_failure(root: Path, rsync: Path) -> None:
    done = daily(root, DIGEST_RSYNC_TO="/nowhere/at/all/", PATH=f"{rsync.parent}:{os.environ['PATH']}")
    assert done.returncode != 0
    assert "/nowhere/at/all" in done.stderr
