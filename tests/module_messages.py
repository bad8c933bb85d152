"""Messages in Python modules: of calls in format strings, too, which Babel finds from Python 3.12 on only."""

import ast
import io
import tokenize
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

Extraction = tuple[int, str, tuple[str | None, ...], list[str]]


def extract_messages(
    file: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Any
) -> Iterator[Extraction]:
    """Yield the line, the function, the messages and the translators' comments of each call of one of `keywords`."""
    source = file.read().decode()
    comments = _comments(source, tuple(comment_tags))
    for call, lines in _calls(ast.parse(source)):
        name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
        if name in keywords:
            texts = tuple(_text(argument) for argument in call.args)
            above = next((comments[line - 1] for line in lines if line - 1 in comments), [])
            yield call.lineno, name, texts, above


def _calls(tree: ast.AST, lines: tuple[int, ...] = ()) -> Iterator[tuple[ast.Call, list[int]]]:
    """Yield each call with the lines above which its comment may be: its own, and those of what it is part of."""
    for node in ast.iter_child_nodes(tree):
        is_part = not isinstance(node, ast.stmt)
        around = (*lines, node.lineno) if is_part and isinstance(node, ast.expr) else lines
        inner = (node.lineno,) if isinstance(node, ast.stmt) else around
        if isinstance(node, ast.Call):
            yield node, list(reversed(inner))
        yield from _calls(node, inner)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _comments(source: str, tags: tuple[str, ...]) -> dict[int, list[str]]:
    """Return the comments that begin with one of `tags`, by their last line."""
    comments: dict[int, list[str]] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line, text = token.start[0], token.string.lstrip("# ")
            if text.startswith(tags):
                comments[line] = [text]
            elif line - 1 in comments and token.line.lstrip().startswith("#"):
                comments[line] = [*comments.pop(line - 1), text]
    return comments
