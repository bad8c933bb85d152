"""Every message of `check`, read from the source, for comparison with the manual's page of troubleshooting."""

import ast
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from broadsheet.store.program import PROGRAM

SOURCES = (
    *("checks", "settings"),
    *("build/mkdocs_settings.py", "build/mkdocs_rules.py", "build/mkdocs_messages.py", "build/mkdocs_trial.py"),
    *("build/repository.py", "daily/liked.py"),
    *("model/publication.py", "model/librecat.py", "store/store.py", "store/files.py"),
)
_CALLS = {"Diagnostic": 1, "Fault": 1, "YamlFault": 1, "_recount_problem": 2, "_cut": 1}  # the position of the message
_TABLES = ("_MESSAGES", "_REMEDIES")  # of (pattern, message, hint)


class CheckMessage(NamedTuple):
    """A message of `check`; a part that is filled in at run time is "…"."""

    module: str
    message: str
    hint: str
    is_warning: bool


def check_messages() -> list[CheckMessage]:
    """Return every message, each once, in the order of modules and lines."""
    files = [
        file
        for name in SOURCES
        for file in ([PROGRAM / name] if name.endswith(".py") else (PROGRAM / name).rglob("*.py"))
    ]
    return list(dict.fromkeys(message for file in sorted(files) for message in _messages(file)))


def _messages(file: Path) -> Iterator[CheckMessage]:
    tree = ast.parse(file.read_text("utf-8"))
    constants = {name: value for part in tree.body for name, value in _assigned(part)}
    module = file.relative_to(PROGRAM).with_suffix("").as_posix().replace("/", ".")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assigned = sorted(
                ((value.lineno, name, value) for part in ast.walk(node) for name, value in _assigned(part)),
                key=itemgetter(0),
            )
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _CALLS:
                    above = {name: value for line, name, value in assigned if line <= call.lineno}
                    yield from _of_call(call, constants | above, module)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in _TABLES:
            yield from _of_table(node.value, constants, module)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that an assignment gives a text, one by one: ``message, hint = "a", "b"`` too."""
    if not isinstance(node, ast.Assign):
        return
    target = node.targets[0]
    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
        yield from (
            (part.id, value)
            for part, value in zip(target.elts, node.value.elts, strict=True)
            if isinstance(part, ast.Name)
        )
    elif isinstance(target, ast.Name):
        yield target.id, node.value


def _of_call(call: ast.Call, texts: dict[str, ast.expr], module: str) -> Iterator[CheckMessage]:
    start = _CALLS[call.func.id] if isinstance(call.func, ast.Name) else 0
    message, hint = (_text(part, texts) for part in (*call.args[start : start + 2], *[ast.Constant("…")] * 2)[:2])
    flags = [*call.args[3:4], *(keyword.value for keyword in call.keywords if keyword.arg in ("is_note", "is_warning"))]
    is_warning = any(not (isinstance(flag, ast.Constant) and flag.value is False) for flag in flags)
    if message.strip("…: "):
        yield CheckMessage(module, message, hint, is_warning)


def _of_table(value: ast.expr, constants: dict[str, ast.expr], module: str) -> Iterator[CheckMessage]:
    for row in value.elts if isinstance(value, ast.Tuple) else ():
        texts = [_text(part, constants) for part in row.elts] if isinstance(row, ast.Tuple) else []
        if len(texts) >= 2 and texts[1]:
            yield CheckMessage(module, texts[1], texts[2] if len(texts) > 2 else "…", False)


def _text(node: ast.expr, texts: dict[str, ast.expr]) -> str:
    """Return the text of an expression, with … for what only a run fills in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, {}) for part in node.values)
    if isinstance(node, ast.Name) and node.id in texts:
        return _text(texts[node.id], {name: text for name, text in texts.items() if name != node.id})
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_about":
        return f"…: {_text(node.args[1], texts)}"
    return "…"
