"""The messages of `broadsheet check`, read from the program's code.

A message is a call of one of `CALLS`, or a row of a table. Its texts are literals, f-strings, or names that are
assigned in the same function or module; a variable part becomes "…".
"""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.mailbox import A_MAILBOX
from tests.example import ROOT

PROGRAM = ROOT / "generator" / "broadsheet"
# The groups of messages on the page, with the modules of each.
GROUPS = {
    "settings": ("settings/**/*.py",),
    "mkdocs": ("build/mkdocs_*.py", "build/page_*.py", "build/site_folder.py"),
    "papers": ("checks/papers.py", "checks/day.py", "store/records.py", "store/store.py"),
    "receipts": ("checks/receipts.py",),
    "publications": ("model/publication.py", "model/publication_parts.py"),
    "files": ("checks/files.py", "checks/check.py", "store/files.py", "build/repository.py", "daily/liked.py"),
    "site": ("checks/site.py",),
}
CALLS = {"Diagnostic": 1, "Fault": 1, "YamlFault": 1, "_recount_problem": 2, "_cut": 1}  # the position of the message
TABLES = {"_MESSAGES", "_REMEDIES"}  # of (pattern, message), or of (pattern, message, hint)
# The hints that are not where the message is.
HINTS = {
    "_recount_problem": "count again: broadsheet run --date …",
    "_cut": "shorten it",
    "_MESSAGES": "correct it; 'broadsheet docs settings' lists every setting",
}
# Messages that the program joins from parts.
JOINED = {
    "settings": (
        ("mail: … is not a mail address", A_MAILBOX),
        ("mail: … is an address with letters before the @ that are not ASCII, which few servers accept", A_MAILBOX),
    ),
    "mkdocs": (
        ("must be …, not …", "write a value of that type"),
        ("site_dir: … is …", "name another folder"),
        ("site_dir: … contains …", "name another folder"),
    ),
}
ANY = "…"
MAX_ALTERNATIVES = 40
VAGUE = {"… is …", "… is not …", "… without …"}


class Message(NamedTuple):
    """A message and its hint."""

    text: str
    hint: str


def message_table(group: str) -> str:
    """Return the table of a group: each message, and what to do."""
    rows = (f"| {_cell(message.text)} | {_cell(message.hint)} |\n" for message in messages(group))
    return "| message | what to do |\n|---|---|\n" + "".join(rows)


def messages(group: str) -> list[Message]:
    """Return the messages of a group, sorted."""
    grouped = {path for paths in (GROUPS[group]) for path in PROGRAM.glob(paths)}
    others = {
        path for path in PROGRAM.glob("checks/*.py") if not any(path.match(p) for g in GROUPS.values() for p in g)
    }
    paths = grouped | (others if group == "files" else set())
    found = {message for path in paths for message in _messages_of(path) if _has_words(message)}
    return sorted(found | {Message(*texts) for texts in JOINED.get(group, ())})


def has_row(problem: Diagnostic) -> bool:
    """Return whether a table has the message of a problem. Rows of VAGUE match too much to count."""
    rows = (row.text for row in _all_messages() if row.text not in VAGUE)
    return any(re.search(_pattern(text), problem.message, re.DOTALL) for text in rows)


@cache
def _all_messages() -> list[Message]:
    return [message for group in GROUPS for message in messages(group)]


def _has_words(message: Message) -> bool:
    """Return whether the source has the words of a message: others come from a table, or from another message."""
    return all(re.search(r"\w", text) for text in message)


def _pattern(text: str) -> str:
    return rf"(?:^|: ){re.escape(text.removeprefix(f'{ANY}: ')).replace(ANY, '.*')}$"


def _cell(text: str) -> str:
    return re.sub(r"([|<>*_`\[\]])", r"\\\1", re.sub(r"\s+", " ", text.strip()))


def _messages_of(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text("utf-8"))
    constants = _assignments(tree.body)
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        calls = sorted((pair for node in ast.walk(function) for pair in _pairs(node)), key=lambda pair: pair[1].lineno)
        before = 0
        for pair in calls:
            line = pair[1].lineno
            names = constants | _assignments(_near(function, before, line))
            yield from (Message(*texts) for texts in product(*(_texts(part, names) for part in pair)))
            before = line
    yield from _tables(tree, constants)


def _near(function: ast.FunctionDef, before: int, line: int) -> list[ast.stmt]:
    """Return the assignments before `line`: those after the call before it, which outdo the earlier ones."""
    statements: list[ast.stmt] = [
        node for node in ast.walk(function) if isinstance(node, ast.Assign) and node.lineno <= line
    ]
    near = [node for node in statements if node.lineno > before]
    names = _assignments(near).keys()
    return [*near, *(node for node in statements if node.lineno <= before and not names & _assignments([node]).keys())]


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the message and the hint of a call, or of a returned pair of texts."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        position = CALLS[node.func.id]
        hint = HINTS.get(node.func.id)
        if len(node.args) >= position + (1 if hint else 2):
            yield node.args[position], _constant(hint, node) if hint else node.args[position + 1]
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
        first, second = node.value.elts
        if all(isinstance(part, ast.Constant | ast.JoinedStr) for part in (first, second)):
            yield first, second


def _tables(tree: ast.Module, constants: dict[str, list[ast.expr]]) -> Iterator[Message]:
    """Yield the messages of a module's table."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in TABLES:
            rows = node.value.elts if isinstance(node.value, ast.Tuple) else []
            for row in (row for row in rows if isinstance(row, ast.Tuple)):
                parts = [*row.elts[1:], _constant(HINTS["_MESSAGES"], row)][:2]
                for pair in product(*(_texts(part, constants) for part in parts)):
                    yield Message(*(re.sub(r"\{\w*\}", ANY, text) for text in pair))


def _constant(text: str, place: ast.expr) -> ast.Constant:
    return ast.copy_location(ast.Constant(text), place)


def _assignments(nodes: Sequence[ast.stmt]) -> dict[str, list[ast.expr]]:
    """Return every value of each name; `what, do = …` assigns two."""
    values: dict[str, list[ast.expr]] = {}
    for node in (node for node in nodes if isinstance(node, ast.Assign)):
        for target in node.targets:
            if isinstance(target, ast.Name):
                values.setdefault(target.id, []).append(node.value)
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for name, value in zip(target.elts, node.value.elts, strict=False):
                    if isinstance(name, ast.Name):
                        values.setdefault(name.id, []).append(value)
    return values


def _texts(node: ast.expr, names: dict[str, list[ast.expr]], depth: int = 0) -> list[str]:
    """Return the texts that an expression may have."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp():
            return [*_texts(node.body, names, depth), *_texts(node.orelse, names, depth)]
        case ast.Name() if node.id in names and depth < 3:
            return [text for value in names[node.id] for text in _texts(value, names, depth + 1)]
        case ast.JoinedStr():
            parts = [
                _texts(value.value, names, depth + 1) if isinstance(value, ast.FormattedValue) else _texts(value, names)
                for value in node.values
            ]
            texts = ["".join(choice) for choice in product(*parts)]
            return texts if len(texts) <= MAX_ALTERNATIVES else [ANY]
        case ast.Call():
            return _texts_of_call(node, names, depth)
        case _:
            return [ANY]


def _texts_of_call(call: ast.Call, names: dict[str, list[ast.expr]], depth: int) -> list[str]:
    match call:
        case ast.Call(func=ast.Name("_about"), args=[_, about]):
            return [f"{ANY}: {text}" for text in _texts(about, names, depth)]
        case ast.Call(func=ast.Name("did_you_mean" | "category_hint"), args=[*_, otherwise]):
            return [(text.strip(ANY) and text) or f"did you mean {ANY}?" for text in _texts(otherwise, names, depth)]
        case ast.Call(func=ast.Attribute(value=ast.Name() | ast.Constant(), attr="format")):
            assert isinstance(call.func, ast.Attribute)
            return [re.sub(r"\{[^}]*\}", ANY, text) for text in _texts(call.func.value, names, depth)]
        case _:
            return [ANY]
