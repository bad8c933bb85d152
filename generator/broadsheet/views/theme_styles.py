"""The part of the theme's style sheet that generated pages need: a quarter of it.

A rule is left out if its selector asks for a class, an id or a value of an attribute that is no word of the program or
of the theme's frame: no generated page can have it. Hand-written pages load the whole sheet.
"""

import re
from collections.abc import Iterator, Set

_TOKEN = re.compile(r"""/\*.*?\*/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{};]""", re.DOTALL)
_IN_PARENTHESES = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_SELECTED = re.compile(r"""[.#]((?:\\.|[\w-])+)|[\^$*~|]?=\s*["']?([\w-]+)""")
_COMMA = re.compile(r",(?![^(]*\))(?![^\[]*\])")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Of variables, pictures and the colours of diagrams take a fifth of the sheet.
_PICTURE = re.compile(r"""(--[\w-]+):url\((?:"[^"]*"|'[^']*'|[^)"']*)\);?|(?:--md-mermaid-[\w-]+):[^;{}]*;?""")
# Boxes that the theme draws of `details` with a class, for hand-written pages.
_BOX = re.compile(r"details\.|\.[\w-]+>summary")
_USED = re.compile(r"var\((--[\w-]+)")
_GROUPS = ("@media", "@supports", "@layer", "@container")
WORD = re.compile(r"[\w-]+")
BOXES = "admonition"  # the word of a digest whose generated pages may have boxes


def compact(sheet: str) -> str:
    """Return a sheet without comments and needless spaces: compressed, a fifth smaller.

    No string has two spaces, or one beside a mark that needs none.
    """
    text = re.sub(r"\s+", " ", _COMMENT.sub("", sheet))
    return re.sub(r" ?([{};,>]) ?|(:) ", r"\1\2", text).replace(";}", "}")


def subset(sheet: str, words: Set[str]) -> str:
    """Return the rules of `sheet` that can match where all classes, ids and values are among `words`."""
    return _without_unused_pictures("".join(_rules(sheet, words)))


def _rules(sheet: str, words: Set[str]) -> Iterator[str]:
    for head, body in _blocks(sheet):
        if head.startswith(_GROUPS):
            inner = "".join(_rules(body, words))
            yield f"{head}{{{inner}}}" if inner else ""
        elif head.startswith("@"):
            yield f"{head}{{{body}}}" if body else f"{head};"
        else:
            selectors = ",".join(part for part in _COMMA.split(head) if _can_match(part, words))
            yield f"{selectors}{{{body}}}" if selectors else ""


def _can_match(selector: str, words: Set[str]) -> bool:
    """Return whether an element can match; what stands in parentheses is taken to match."""
    if BOXES not in words and _BOX.search(selector):
        return False
    needed = _SELECTED.finditer(_IN_PARENTHESES.sub("", selector))
    return all((match[1] or match[2]).replace("\\", "") in words for match in needed)


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield the head and the body of each rule, and at-rules without a body with an empty one."""
    start = depth = opened = 0
    for token in _TOKEN.finditer(sheet):
        if token[0] == "{":
            opened = token.end() if not depth else opened
            depth += 1
        elif token[0] == "}":
            depth -= 1
        if not depth and token[0] in "};":
            is_block = token[0] == "}"
            head = sheet[start : opened - 1 if is_block else token.start()]
            yield _COMMENT.sub("", head).strip(), sheet[opened : token.start()] if is_block else ""
            start = token.end()


def _without_unused_pictures(sheet: str) -> str:
    """Return `sheet` without the pictures in variables that no rule of it uses, and without those for diagrams."""
    used = set(_USED.findall(sheet))
    return _PICTURE.sub(lambda match: match[0] if match[1] in used else "", sheet)
