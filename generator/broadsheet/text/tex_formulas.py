"""Find the formulas in running text, and leave the money.

Delimiters are those of LaTeX: ``$…$``, ``$$…$$``, ``\\(…\\)``, ``\\[…\\]`` and the environments of displayed equations.
A dollar sign is also a currency, so what stands between two of them must look like mathematics; the rules follow
pandoc's (no space inside the delimiters, no digit after the closing one) and give way where the content is plainly TeX.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

_FARTHEST = 12_000  # how far a closing delimiter may be; longer is a mistake, and looking for it would take long
_MOST_NESTED = 6  # dollars inside \text{} before the closing one
# $…$ without a dollar sign or brace that a backslash escapes: where the first dollar sign is the closing one.
_INLINE = re.compile(r"\$(?!\$)([^$\\]*+(?:\\[^{}$][^$\\]*+)*+)\$")
_ENVIRONMENT = re.compile(r"\\begin\{((?:equation|align|alignat|gather|multline|eqnarray|displaymath|math)\*?)\}")
_PARAGRAPH = re.compile(r"\n[ \t]*\r?\n")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_OTHER_DELIMITER = re.compile(r"(?<!\\)(?:\\\\)*\\[\[\]()]")
_AMOUNT = re.compile(r"\s*[\d.,]+[kKMB]?\s+")
_OPENING = re.compile(r"[\\$]")
_INNERMOST_GROUP = re.compile(r"\{[^{}]*\}")
_MACRO = re.compile(r"[\\¥][A-Za-z]+")  # Japanese keyboards write the backslash as a yen sign
_SYMBOL_MACRO = re.compile(r"[\\¥][^A-Za-z]")
_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z][a-z]{2,}(?![A-Za-z])")
_SENTENCE = re.compile(r"[.,;:!?]\s+[a-z]{2,}")
_FUNCTIONS = frozenset(["max", "min", "sup", "inf", "log", "exp", "sin", "cos", "tan", "lim", "deg", "dim", "mod"])
_COMPARED = re.compile(r"[=<>≤≥≈∼]\s*[^\s=<>].*[\w)}]\s*", re.DOTALL)
_SCRIPT = re.compile(r"[\^_]")
_RELATION = re.compile(r"[=<>≤≥≈∼×±→∈]")
_ESCAPED_FORMULA = re.compile(r"[A-Za-z]|[^\s\d](?:\S|\\_)*[)\]}]")


class Formula(msgspec.Struct, frozen=True):
    """TeX between delimiters: `tex` without them, and where it stands in the text with them."""

    tex: str
    display: bool
    start: int
    end: int


def formulas(text: str) -> Iterator[Formula]:
    """Every formula of `text`, from left to right."""
    opening = _OPENING.search(text)
    while opening:
        at = opening.start()
        formula = formula_at(text, at)
        if formula:
            yield formula
        escaped = text[at] == "\\" and text[at + 1 : at + 2] not in ("(", "[")
        opening = _OPENING.search(text, formula.end if formula else at + 1 + escaped)


def formula_at(text: str, pos: int, end: int | None = None) -> Formula | None:
    """The formula whose opening delimiter stands at `pos`, or None. Nothing from `end` on is looked at."""
    stop = min(len(text) if end is None else end, pos + _FARTHEST)
    inline = _INLINE.match(text, pos, stop)
    if inline and inline[1].count("{") == inline[1].count("}"):
        tex, after = inline[1], inline.end()
        return Formula(tex, False, pos, after) if _is_mathematics(tex, text[after : after + 1].isdigit()) else None
    return delimited(text, pos, stop)


def between_dollars(text: str) -> list[str] | None:
    """`text` cut at ``$…$``: words, TeX, words …, words; None unless each is such a formula as `formula_at` finds.

    That is one look at a text for all its formulas; whether its words hold anything else, the caller must see.
    """
    if len(text) > _FARTHEST:
        return None
    pieces = _INLINE.split(text)
    for at in range(1, len(pieces), 2):
        tex = pieces[at]
        if tex.count("{") != tex.count("}") or not _is_mathematics(tex, pieces[at + 1][:1].isdigit()):
            return None
    return pieces


def delimited(text: str, pos: int, stop: int) -> Formula | None:
    """The same, whatever the delimiters."""
    if text.startswith("$$", pos):
        return _dollars(text, pos, stop, "$$") or _dollars(text, pos, stop, "$")
    if text[pos] == "$":
        return _dollars(text, pos, stop, "$")
    if text.startswith("\\$", pos):
        return _escaped(text, pos, stop)
    if text.startswith(("\\(", "\\["), pos):
        return _brackets(text, pos, stop)
    return _environment(text, pos, stop)


def _dollars(text: str, pos: int, stop: int, mark: str) -> Formula | None:
    size = len(mark)
    closing = _closing(text, pos + size, stop, mark)
    if closing is None:
        return None
    tex, after = text[pos + size : closing], text[closing + size : closing + size + 1]
    if not _is_mathematics(tex, mark == "$" and after.isdigit()):
        return None
    return Formula(tex, mark == "$$", pos, closing + size)


def _closing(text: str, pos: int, stop: int, mark: str) -> int | None:
    """Where the closing `mark` begins: the first one outside braces, else (braces unbalanced) just the first one."""
    first, depth, last = None, 0, pos
    for count, at in enumerate(_unescaped_dollars(text, pos, stop)):
        if not text.startswith(mark, at):
            continue
        first = at if first is None else first
        depth += _depth(text, last, at)
        if depth <= 0 or count >= _MOST_NESTED:
            return at if depth == 0 else first
        last = at
    return first


def _unescaped_dollars(text: str, pos: int, stop: int) -> Iterator[int]:
    """Where a dollar sign stands that no backslash escapes; two backslashes are a line break."""
    at = text.find("$", pos, stop)
    while at >= 0:
        if text[at - 1] != "\\" or (at - len(text[pos:at].rstrip("\\")) - pos) % 2 == 0:
            yield at
        at = text.find("$", at + 1, stop)


def _depth(text: str, start: int, end: int) -> int:
    marks: str | list[str] = text[start:end]
    if "\\{" in marks or "\\}" in marks:  # not all of them are TeX's own
        marks = _BRACE.findall(text, start, end)
    return marks.count("{") - marks.count("}")


def _escaped(text: str, pos: int, stop: int) -> Formula | None:
    r"""``\$n\$``: an exporter escaped the delimiters of a formula. Only what can be nothing else is taken for one."""
    closing = text.find("\\$", pos + 2, min(stop, pos + 100))
    if closing < 0:
        return None
    tex = text[pos + 2 : closing]
    telling = _MACRO.search(tex) or _ESCAPED_FORMULA.fullmatch(tex)
    if not telling or "$" in tex or _WORD.search(_MACRO.sub("", tex)) or tex != tex.strip():
        return None
    return Formula(re.sub(r"\\([_*])", r"\1", tex), False, pos, closing + 2)


def _brackets(text: str, pos: int, stop: int) -> Formula | None:
    closer = {"(": "\\)", "[": "\\]"}[text[pos + 1]]
    closing = text.find(closer, pos + 2, stop)
    if closing < 0:
        return None
    tex = text[pos + 2 : closing]
    bare = _bare(tex)
    plain_words = not (_MACRO.search(tex) or _SCRIPT.search(tex) or _RELATION.search(tex)) and _words(bare) > 0
    if not tex.strip() or plain_words or _PARAGRAPH.search(tex) or closer[0] + text[pos + 1] in tex:
        return None
    return Formula(tex, text[pos + 1] == "[", pos, closing + 2)


def _environment(text: str, pos: int, stop: int) -> Formula | None:
    opening = _ENVIRONMENT.match(text, pos, stop)
    closer = f"\\end{{{opening[1]}}}" if opening else ""
    closing = text.find(closer, pos, stop) if opening else -1
    return Formula(text[pos : closing + len(closer)], True, pos, closing + len(closer)) if closing >= 0 else None


def _bare(tex: str) -> str:
    """What of `tex` stands outside braces and macros: there, a word is prose."""
    while "{" in tex and (outside := _INNERMOST_GROUP.sub(" ", tex)) != tex:
        tex = outside
    return _SYMBOL_MACRO.sub(" ", _MACRO.sub(" ", tex)) if "\\" in tex or "¥" in tex else tex


def _words(bare: str) -> int:
    return sum(word not in _FUNCTIONS for word in _WORD.findall(bare))


@lru_cache(4096)  # the same few letters stand in many formulas
def _is_mathematics(tex: str, before_digit: bool) -> bool:
    """Whether `tex`, found between dollars, is a formula; `before_digit` is whether one follows the closing dollar."""
    body = tex.strip()
    if not body or ("\n" in tex and _PARAGRAPH.search(tex)) or ("\\" in tex and _OTHER_DELIMITER.search(tex)):
        return False
    macros = ("\\" in body or "¥" in body) and _MACRO.search(body) is not None
    has_tex = macros or "^" in body or "_" in body
    bare, tight = _bare(body), tex == body
    words = _words(bare)
    if body[0].isdigit() or body[0] in ".,":
        return not (_AMOUNT.fullmatch(tex) or _is_money(bare, 3 if macros else 1, has_tex, tight, before_digit))
    if has_tex or _RELATION.search(body):
        return words <= 3
    if not any(map(str.isalnum, body)):
        return len(body) <= 6
    if not tight:
        return words == 0 and not re.search(r"[A-Za-z]{2}", bare)
    return words <= 3 and not _SENTENCE.search(bare) and (len(body) <= 2 or not before_digit)


def _is_money(bare: str, most_words: int, has_tex: bool, tight: bool, before_digit: bool) -> bool:
    """``$5 to $10``: an amount, prose, and another dollar sign."""
    if _is_comparison(bare) and not before_digit:
        return False
    if _words(bare) > most_words or _SENTENCE.search(bare) or (before_digit and not tight):
        return True
    return not has_tex and (before_digit or (not tight and re.search(r"[A-Za-z]", bare) is not None))


def _is_comparison(bare: str) -> bool:
    """``0.1 < z < 0.4``: no amount of money is followed by a relation and its other side, without a word."""
    return _COMPARED.search(bare) is not None and not re.search(r"[A-Za-z]{2}", bare)
