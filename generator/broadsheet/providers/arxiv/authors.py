"""A parser of arXiv's author lines: names, teams, affiliations in parentheses, and their legend.

Source: https://info.arxiv.org/help/prep.html#author
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_MARK = r"(?:[0-9]{1,3}|[a-z]|\*{1,3}|[†‡§¶#])"
_MARKS = re.compile(rf"{_MARK}(?:(?:\s*(?:[,;&+–-]|\band\b|\\&)\s*|\s+){_MARK})*", re.IGNORECASE)
_ONE_MARK = re.compile(rf"{_MARK}(?:\s*[–-]\s*(?=[0-9]))?", re.IGNORECASE)
_LEGEND = re.compile(rf"\(\s*({_MARK})\s*\)\s*:?", re.IGNORECASE)
_FIRST_IN_LIST = re.compile(r"\(\s*1(?:\s*[-–:.=]+)?\s+[^\W\d_]")
_SEPARATOR = re.compile(
    r"(?<!\\)[,;:]\s*(?:(?:and|\\?&)\s+)?|\s+(?:and|\\?&)\s+|^(?:and|\\?&)\s+|\s+(?=(?:for|on\s+behalf\s+of)\s+the\s)",
    re.IGNORECASE,
)
_MORE = re.compile(r"(?:^|\s)et\.?\s*al\.?$|^(?:and\s+)?(?:many\s+)?others$", re.IGNORECASE)
_FOR_A_TEAM = re.compile(r"(?:(?:for|on\s+behalf\s+of)\s+)?(?:the\s+)?(?=\S)")
_TEAM = re.compile(r"\b(?:collaborations?|consortium|group|team)\b", re.IGNORECASE)
_AFTER_A_POINT = re.compile(r"(?<!\\)\.(?=[^\W\d_]|\{)")
_GENERATION = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
_MAX_RANGE = 50


class AuthorLine(NamedTuple):
    """The `authors` and teams as ``Name (Place; Place)``; `more` means that the line ends in "et al."."""

    authors: tuple[str, ...]
    more: bool = False


class _Author:
    """An author while the line is parsed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: list[str] = []
        self.is_marked = False


def parse(line: str) -> AuthorLine:
    """Return the authors with their affiliations.

    As on arXiv, an affiliation also belongs to the authors before it without one; but not to a team.
    """
    blocks = list(_blocks(" ".join(line.split())))
    legend, blocks = _legend(blocks)
    authors: list[_Author] = []
    more = False
    for number, block in enumerate(blocks):
        if _is_nickname(blocks, number) and authors:
            authors[-1].name += f" {block}"
        elif block.startswith("("):
            more |= _add_parenthesis(block[1:-1].strip(), authors, legend)
        else:
            for index, name in enumerate(_names(block)):
                more |= _MORE.search(name) is not None
                _add(_MORE.sub("", name), authors, continues=index == 0 and _is_nickname(blocks, number - 1))
    _share_places(authors)
    return AuthorLine(tuple(_formatted(author) for author in authors), more)


def _blocks(line: str) -> Iterator[str]:
    """Split a line at its outer parentheses, which stay; an unclosed one ends with the line."""
    start = depth = 0
    for match in re.finditer(r"[()]", line):
        if match[0] == "(":
            if depth == 0:
                yield line[start : match.start()]
                start = match.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                yield line[start : match.end()]
                start = match.end()
    yield line[start:] + ")" * depth


def _legend(blocks: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the meanings of marks, from parentheses at the end or the rest of the line, and the blocks before."""
    final_block = blocks[-2] if len(blocks) > 1 and not blocks[-1].strip() else ""
    if _FIRST_IN_LIST.match(final_block) and any(_MARKS.fullmatch(block[1:-1].strip()) for block in blocks[1:-2:2]):
        return dict(_numbered_meanings(final_block[1:-1])), blocks[:-2]
    for index, block in enumerate(blocks):
        if block.startswith("(") and _LEGEND.match(block, 1 + len(block[1:]) - len(block[1:].lstrip())):
            return _meanings(block[1:-1]), blocks[:index] + blocks[index + 1 :]
        if index and _begins_legend(blocks, index):
            return _meanings("".join(blocks[index:])), blocks[:index]
    return {}, blocks


def _numbered_meanings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the meanings in ``1 Here; 2 There``: consecutive numbers without parentheses."""
    start, number = 0, 1
    while match := re.compile(rf"(?:^|[\s;,.]){number}(?:\s*[-–:.=]+)?\s+(?=[^\W\d_])").search(text, start):
        if number > 1:
            yield str(number - 1), _place(text[start : match.start()].rstrip(" .,;"))
        start, number = match.end(), number + 1
    yield str(number - 1), _place(text[start:].rstrip(" .,;"))


def _begins_legend(blocks: list[str], index: int) -> bool:
    """Return whether a mark follows no name and precedes its meaning."""
    before, after = blocks[index - 1].rstrip(), "".join(blocks[index + 1 : index + 2])
    is_mark = _LEGEND.fullmatch(blocks[index]) is not None
    return is_mark and (not before or before[-1] in ",;:.") and after[:1] == " " and not _SEPARATOR.match(after)


def _meanings(text: str) -> dict[str, str]:
    marks = list(_LEGEND.finditer(text))
    ends = [match.start() for match in marks[1:]] + [len(text)]
    pairs = ((match[1], text[match.end() : end].rstrip(" .,;")) for match, end in zip(marks, ends, strict=True))
    return {mark.casefold(): place for mark, words in pairs if (place := _place(words))}


def _place(words: str) -> str:
    place = re.sub(r"(?:[\s,;:]|\s(?:and|\\?&))+$", "", words).strip()
    return place if place.count("(") == place.count(")") else re.sub(r"[()]", "", place)


def _names(block: str) -> list[str]:
    """Split names; a generation after a comma stays with its name."""
    names: list[str] = []
    for part in _SEPARATOR.split(block.replace(")", "").strip()):
        name = part.strip()
        if names and _GENERATION.fullmatch(name):
            names[-1] += f", {name}"
        elif name.strip(" .&"):
            names.append(name)
    return names


def _add(name: str, authors: list[_Author], continues: bool) -> None:
    if _TEAM.search(name):
        name = name[match.end() :] if (match := _FOR_A_TEAM.match(name)) else name
    name = _AFTER_A_POINT.sub(". ", name)
    if authors and name.endswith("Collaborations"):
        authors[-1].name += f" and {name}"
    elif continues and authors:
        authors[-1].name += f" {name}"
    elif name:
        authors.append(_Author(name))


def _is_nickname(blocks: list[str], index: int) -> bool:
    """Return whether a block is one word in parentheses within a name, as in ``Robert (Bob) Smith``."""
    is_word = index >= 1 and re.fullmatch(r"\([^\W\d_]{2,}\)", blocks[index]) is not None
    after = "".join(blocks[index + 1 : index + 2])
    return is_word and blocks[index - 1][-1:] == " " and after[:1] == " " and not _SEPARATOR.match(after)


def _add_parenthesis(inside: str, authors: list[_Author], legend: dict[str, str]) -> bool:
    """Add a parenthesis to the author before it. Return whether it says that there are more authors."""
    if not authors or not inside:
        return False
    if _MORE.fullmatch(inside):
        return True
    author = authors[-1]
    if _MARKS.fullmatch(inside) and (not inside[0].isalpha() or inside.casefold()[0] in legend):
        author.is_marked = True
        author.places += [legend[mark] for mark in _marks(inside) if mark in legend]
    elif re.match(r"(?:for|on behalf of)\s", inside) and _TEAM.search(inside):
        _add(inside, authors, continues=False)
    else:
        author.places.append(_place(inside))
    return False


def _marks(inside: str) -> Iterator[str]:
    """Yield each mark; ``1-3`` is three."""
    first = 0
    for match in _ONE_MARK.finditer(re.sub(r"\band\b", " ", inside)):
        mark = match[0].rstrip("–- ").casefold()
        if first and mark.isdigit() and first < int(mark) < first + _MAX_RANGE:
            yield from map(str, range(first + 1, int(mark)))
        first = int(mark) if match[0] != mark and mark.isdigit() else 0
        yield mark


def _share_places(authors: list[_Author]) -> None:
    places: list[str] = []
    is_marked = False
    for author in reversed(authors):
        if author.places or author.is_marked:
            places, is_marked = author.places, author.is_marked
        elif not _TEAM.search(author.name):
            author.places, author.is_marked = places, is_marked


def _formatted(author: _Author) -> str:
    places = "; ".join(dict.fromkeys(filter(None, author.places)))
    return f"{author.name} ({places})" if places else author.name
