"""A run that is forked is as one that is started: same output, exit code and surroundings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forked
from tests.example import ROOT, command_line, digest, make_digest, paper

PROBE = """\
import json, os, sys
print(json.dumps([sys.argv[1:], sys.path[0], os.getcwd(), os.environ.get("PROBE"), sys.stdin.read(), __name__]))
print(sys.stdout.encoding, sys.stdout.errors, sys.stderr.errors, sys.stdout.isatty(), file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""


def started(arguments: list[str], folder: Path, text: str = "", **variables: str) -> tuple[int, str, str]:
    """The result of a new Python."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    command = [sys.executable, "-m", *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout, run.stderr


def forked_result(
    arguments: list[str], folder: Path, text: str = "", seconds: float | None = None, **variables: str
) -> tuple[int, str, str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    run = forked.run(arguments, environment, str(folder), text, seconds)
    assert run
    return run.returncode, run.stdout, run.stderr


@pytest.mark.parametrize("code", [0, 1, 2, 143])
def test_arguments_variables_folder_files_and_exit_code_are_its_own(code: int, tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    arguments = ["probe", str(code), "ü", "--x"]
    run = forked_result(arguments, tmp_path, "words\n", PROBE="yes")
    assert run == started(arguments, tmp_path, "words\n", PROBE="yes")
    assert run[0] == code
    assert json.loads(run[1]) == [[str(code), "ü", "--x"], str(tmp_path), str(tmp_path), "yes", "words\n", "__main__"]


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("import sys; sys.exit('a reason')", "a reason"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", ""),
        ("import atexit, sys; atexit.register(print, 'the end', file=sys.stderr)", "the end"),
        ("import os, sys; print('the last words', file=sys.stderr); os._exit(3)", "the last words"),
        ("import sys; print('the last words', file=sys.stderr); sys.stdout.close(); sys.exit(3)", "the last words"),
    ],
)
def test_an_error_a_signal_and_the_end_are_as_of_a_new_python(program: str, error: str, tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(program)
    run, expected = forked_result(["probe"], tmp_path), started(["probe"], tmp_path)
    assert (run[0], run[1], run[2][-20:]) == (expected[0], expected[1], expected[2][-20:])
    assert run[2].endswith(f"{error}\n" if error else "")


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--rot"], ["check", "--root", "."], ["nothing"]])
def test_the_program_prints_the_same(arguments: list[str], tmp_path: Path) -> None:
    make_digest(tmp_path, {"2025-05-26": [paper("2505.00001", relevance=99)]})
    run = digest(*arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == started(command_line(*arguments)[2:], tmp_path)


def test_one_that_takes_too_long_is_killed_and_the_next_one_runs(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time; time.sleep(600)")
    for _ in range(3):
        with pytest.raises(subprocess.TimeoutExpired):
            forked_result(["slow"], tmp_path, seconds=0.05)
    assert digest("--version").stdout.startswith("broadsheet")


def test_two_in_a_row_have_different_hash_seeds(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text("print(hash('a'))")
    assert forked_result(["probe"], tmp_path)[1] != forked_result(["probe"], tmp_path)[1]


def test_variables_of_python_itself_need_a_new_one(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    assert forked.run(["probe"], environment, str(tmp_path), "", None) is None
