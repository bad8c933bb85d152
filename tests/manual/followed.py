"""The commands of a page of the manual, executed as a reader would: in order, in an empty folder.

A ``sh`` block is a script. A ``console`` block has commands after ``$ `` (and ``> `` for more lines) with their
output, in which ``…`` stands for any text. A ``yaml`` block after a sentence that names a settings file is an edit of
that file. A block whose first line is ``# not tested: REASON`` is not executed.

Stand-ins on PATH play what needs the internet: ``uvx`` and ``pipx run`` run the program that is here, ``pip install``
checks the name, and Git pushes to a folder instead of a host. `broadsheet` has a fixed clock, and a free port.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.example import ROOT

NOW = "2026-09-24T12:00+00:00"
TIMEOUT_S = 120
_BLOCK = re.compile(r"^( *)```(sh|console|yaml)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+[^\s]*")
_WRAPPER = 'set -e; [ ! -f "$STATE" ] || . "$STATE"; {}\n{{ export -p; printf "cd %q\\n" "$PWD"; }} > "$STATE"'
_STAND_INS = {
    "uv": 'case "$1 $2" in "tool install") shift; exec pip "$@";; *) exit 1;; esac',
    "uvx": 'while [ "${1#-}" != "$1" ]; do shift; done\nshift\nexec broadsheet "$@"',
    "pipx": 'case "$1" in run) shift 2; exec broadsheet "$@";; esac\nshift\nexec pip install "$@"',
    "pip": 'exec {python} -m tests.manual.pip "$@"',
    "python3": 'case "$*" in "-m venv "*) set -- "$@" --without-pip;; esac\nexec {python} "$@"',
    # `run` serves on a terminal, and takes any port.
    "broadsheet": 'case "$*" in serve) set -- serve --port 0;; run) set -- run --serve;; esac\n'
    'PYTHONPATH={root} exec {python} -m tests.clock {now} "$@"',
}

_IDENTITY = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")


class Block(NamedTuple):
    """A block of a page: its kind, its text, its line, and the text of the page before it."""

    kind: str
    text: str
    line: int
    before: str

    @property
    def reason(self) -> str:
        """The reason why the block is not executed, or ""."""
        match = re.match(r"# not tested: (.+)", self.text)
        return match[1] if match else ""

    @property
    def edited(self) -> str:
        """The settings file that a ``yaml`` block edits, or ""."""
        names = re.findall(r"`(digest\.yml|mkdocs\.yml)`[^`\n]*:\s*\Z", self.before)
        return names[-1] if names and self.kind == "yaml" else ""

    def commands(self) -> Iterator[tuple[str, str | None]]:
        """Yield each command with the output that the page shows; None if the block shows none."""
        if self.kind == "sh":
            yield self.text, None
            return
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            first, *lines = part.splitlines()
            more = 0
            while more < len(lines) and re.match(r">( |$)", lines[more]):
                more += 1
            command = "\n".join([first, *(line[2:] for line in lines[:more])])
            yield command, "\n".join(lines[more:])


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page with commands or settings."""
    return [
        Block(match[2], textwrap.dedent(match[3]), page.count("\n", 0, match.start()) + 1, page[: match.start()])
        for match in _BLOCK.finditer(page)
    ]


def outside(page: str) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^( *)```.*?^\1```$", "", page, flags=re.MULTILINE | re.DOTALL)


class Reader:
    """A reader with an empty home, who executes commands one after another."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.served: list[bytes] = []  # the home page of each server
        tools = home / ".tools"
        tools.mkdir(parents=True)
        for name, script in _STAND_INS.items():
            values = {"python": shlex.quote(sys.executable), "root": shlex.quote(str(ROOT)), "now": NOW}
            text = script
            for key, value in values.items():
                text = text.replace(f"{{{key}}}", value)
            (tools / name).write_text(f"#!/bin/bash\n{text}\n")
            (tools / name).chmod(0o755)
        # `git push` to a host goes to a folder.
        (home / ".gitconfig").write_text(f'[url "file://{home}/.host/"]\n\tinsteadOf = https://github.com/\n')
        self.environment = {
            "HOME": str(home),
            "PATH": f"{tools}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "BROWSER": "true",  # opens nothing
            "STATE": str(home / ".state"),
            "PYTHONPATH": str(ROOT),
            **{
                f"GIT_{role}_{part}": "reader@group.example"
                for role in ("AUTHOR", "COMMITTER")
                for part in ("NAME", "EMAIL")
            },
            **environment,
        }

    def execute(self, block: Block) -> None:
        """Execute a block. Raises AssertionError if a command fails or its output differs."""
        if block.reason:
            subprocess.run(["bash", "-n", "-c", block.text], check=True)
        elif block.kind == "yaml":
            if block.edited:
                self._edit(block)
        else:
            for command, shown in block.commands():
                output = self._run(command, shown)
                assert shown is None or matches(shown, output), f"line {block.line}: {command}\nprinted\n{output}"

    def folder(self) -> Path:
        """Return the current folder."""
        state = self.home / ".state"
        lines = state.read_text().splitlines() if state.exists() else []
        return Path(shlex.split(lines[-1])[1]) if lines else self.home

    def _edit(self, block: Block) -> None:
        """Replace the settings that the block has, in the file that the sentence before it names."""
        path = self.folder() / block.edited
        text = path.read_text("utf-8")
        for key in yaml.safe_load(block.text):
            section = re.search(rf"^{key}:.*?(?=^\S|\Z)", block.text, re.MULTILINE | re.DOTALL)
            assert section
            text = re.sub(rf"^{key}:.*?(?=^\S|\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
            text = f"{text.rstrip()}\n\n{section[0].rstrip()}\n"
        path.write_text(text, "utf-8")

    def _run(self, command: str, shown: str | None) -> str:
        """Return the output of a command. A server is asked for its page, and ended as Ctrl-C does."""
        log = self.home / ".output"
        line = ["bash", "-c", _WRAPPER.format(command)]
        with log.open("w") as output:
            process = subprocess.Popen(
                line,
                cwd=self.home,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait(process, log, serves=bool(shown and _ADDRESS.search(shown)))
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8000", log.read_text("utf-8")).replace(str(self.home), "~")

    def _wait(self, process: "subprocess.Popen[bytes]", log: Path, *, serves: bool) -> None:
        end = time.monotonic() + TIMEOUT_S
        while process.poll() is None:
            assert time.monotonic() < end, f"takes more than {TIMEOUT_S} s:\n{log.read_text('utf-8')}"
            if serves and (address := _ADDRESS.search(log.read_text("utf-8"))):
                with urllib.request.urlopen(address[0], timeout=30) as reply:
                    self.served.append(reply.read())
                os.killpg(process.pid, signal.SIGINT)
                process.wait(30)
                return
            time.sleep(0.02)
        assert process.returncode == 0, log.read_text("utf-8")


def matches(shown: str, output: str) -> bool:
    """Return whether the output is the one shown, where ``…`` is any text."""
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None


def extras() -> set[str]:
    """Return the extras of the program."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return set(project.get("optional-dependencies", {}))
