"""The problems in what a MkDocs process prints: its warnings and errors, or the exception of a hook or plugin."""

import os
import re
from pathlib import Path

from broadsheet.build.page_messages import page_problem
from broadsheet.model.diagnostics import Diagnostic

_UNTOUCHED = "fix what it names; the last site is untouched"
_MARK = r"^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\s+-\s"
_MARKED = re.compile(rf"^(?:WARNING|ERROR|CRITICAL)\s+-\s+(.*?)(?={_MARK}|^\s*Aborted |^Traceback |\Z)", re.M | re.S)
_FRAME = re.compile(r'^  File "(.+?)", line (\d+), in (.+)$', re.M)


def output_problems(output: str, root: Path, docs: Path) -> list[Diagnostic]:
    """Return the problems of a build of the digest in `root` that failed; all lines if none has MkDocs' marks."""
    frames = _FRAME.findall(output)
    if problem := _of_hook(output, frames, root):
        return [problem]
    messages = [" ".join(block.split()) for block in _MARKED.findall(output)]
    if not messages and frames:
        messages = [_of_plugin(frames) + _exception(output)]
    messages = messages or [
        line.strip() for line in output.splitlines() if line.strip() and not line.startswith("INFO")
    ]
    problems = [page_problem(message, docs) or Diagnostic("mkdocs", message, _UNTOUCHED) for message in messages]
    return list(dict.fromkeys(problems))


def _of_hook(output: str, frames: list[tuple[str, str, str]], root: Path) -> Diagnostic | None:
    """Return the problem of an exception in a file of the digest, or None if there is none."""
    start = f"{os.path.realpath(root)}/"
    own = [
        (path.removeprefix(start), line, function)
        for path, line, function in ((os.path.realpath(path), *rest) for path, *rest in frames)
        if path.startswith(start) and "/site-packages/" not in path
    ]
    if not own:
        return None
    event = next((f"hook {function}: " for _, _, function in own if function.startswith("on_")), "")
    hint = "correct the hook, or remove it" if event else "correct it"
    return Diagnostic(f"{own[-1][0]}:{own[-1][1]}", f"{event}{_exception(output)}", hint)


def _of_plugin(frames: list[tuple[str, str, str]]) -> str:
    """Return the start of a message: the file of the plugin that MkDocs called, if there is one."""
    calls = [index for index, (path, _, _) in enumerate(frames) if path.endswith("/mkdocs/plugins.py")]
    path = frames[calls[-1] + 1][0] if calls and calls[-1] + 1 < len(frames) else ""
    return f"plugin {path.rpartition('/site-packages/')[2]}: " if path else ""


def _exception(output: str) -> str:
    """Return the line of a traceback that names the exception."""
    end = list(_FRAME.finditer(output))[-1].end()
    lines = (line for line in output[end:].splitlines() if line and not line[0].isspace())
    return next(lines, "an exception")
