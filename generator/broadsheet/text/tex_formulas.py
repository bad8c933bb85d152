"""Formulas in running text, distinguished from amounts of money.

Delimiters are LaTeX's: ``$…$``, ``$$…$$``, ``\\(…\\)``, ``\\[…\\]`` and the environments of displayed equations. A
dollar sign is also a currency, so the text between two of them must look like mathematics. The rules are pandoc's (no
space inside the delimiters, no digit after the closing one), but plain TeX overrules them.
"""

import re
from collections.abc import Iterator

import msgspec

_MAX_CHARS = 12_000  # of a formula; a longer one is a mistake, and the search for its end would take long
_MAX_NESTED = 6  # dollars inside \text{} before the closing one
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
    """TeX between delimiters: `tex` without them, and its span in the text with them."""

    tex: str
    display: bool
    start: int
    end: int


def formulas(text: str) -> Iterator[Formula]:
    """Yield every formula of `text`, from left to right."""
    opening = _OPENING.search(text)
    while opening:
        pos = opening.start()
        formula = formula_at(text, pos)
        if formula:
            yield formula
        escaped = text[pos] == "\\" and text[pos + 1 : pos + 2] not in ("(", "[")
        opening = _OPENING.search(text, formula.end if formula else pos + 1 + escaped)


def formula_at(text: str, pos: int, end: int | None = None) -> Formula | None:
    """Return the formula whose opening delimiter is at `pos` and which ends before `end`, or None."""
    stop = min(len(text) if end is None else end, pos + _MAX_CHARS)
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
    """Return the start of the closing `mark`: the first outside braces, or the first if braces are unbalanced."""
    first, depth, done = None, 0, pos
    for count, dollar in enumerate(_unescaped_dollars(text, pos, stop)):
        if not text.startswith(mark, dollar):
            continue
        first = dollar if first is None else first
        depth += _depth(text, done, dollar)
        if depth <= 0 or count >= _MAX_NESTED:
            return dollar if depth == 0 else first
        done = dollar
    return first


def _unescaped_dollars(text: str, pos: int, stop: int) -> Iterator[int]:
    """Yield the positions of dollar signs that no backslash escapes; two backslashes are a line break."""
    dollar = text.find("$", pos, stop)
    while dollar >= 0:
        if text[dollar - 1] != "\\" or (dollar - len(text[pos:dollar].rstrip("\\")) - pos) % 2 == 0:
            yield dollar
        dollar = text.find("$", dollar + 1, stop)


def _depth(text: str, start: int, end: int) -> int:
    marks = _BRACE.findall(text, start, end)
    return marks.count("{") - marks.count("}")


def _escaped(text: str, pos: int, stop: int) -> Formula | None:
    r"""Return a formula whose delimiters an exporter escaped (``\$n\$``), if it can be nothing else."""
    closing = text.find("\\$", pos + 2, min(stop, pos + 100))
    if closing < 0:
        return None
    tex = text[pos + 2 : closing]
    has_evidence = _MACRO.search(tex) or _ESCAPED_FORMULA.fullmatch(tex)
    if not has_evidence or "$" in tex or _WORD.search(_MACRO.sub("", tex)) or tex != tex.strip():
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
    """Return the part of `tex` outside braces and macros, where words are prose."""
    while "{" in tex and (outside := _INNERMOST_GROUP.sub(" ", tex)) != tex:
        tex = outside
    return _SYMBOL_MACRO.sub(" ", _MACRO.sub(" ", tex)) if "\\" in tex or "¥" in tex else tex


def _words(bare: str) -> int:
    return sum(word not in _FUNCTIONS for word in _WORD.findall(bare))


def _is_mathematics(tex: str, before_digit: bool) -> bool:
    """Return whether `tex` between dollars is a formula; `before_digit`: a digit follows the closing dollar."""
    body = tex.strip()
    if not body or _PARAGRAPH.search(tex) or _OTHER_DELIMITER.search(tex):
        return False
    macros = _MACRO.search(body) is not None
    has_tex = macros or "^" in body or "_" in body
    bare = _bare(body)
    if body[0].isdigit() or body[0] in ".,":
        max_words = 3 if macros else 1
        return not (_AMOUNT.fullmatch(tex) or _is_money(bare, max_words, has_tex, tex == body, before_digit))
    if has_tex or _RELATION.search(body):
        return _words(bare) <= 3
    if not any(map(str.isalnum, body)):
        return len(body) <= 6
    return _is_plain_formula(bare, tex == body, before_digit and len(body) > 2)


def _is_plain_formula(bare: str, tight: bool, before_digit: bool) -> bool:
    """Return whether a text without TeX is a formula; `tight`: no space is inside the delimiters."""
    if not tight:
        return _words(bare) == 0 and not re.search(r"[A-Za-z]{2}", bare)
    return _words(bare) <= 3 and not _SENTENCE.search(bare) and not before_digit


def _is_money(bare: str, max_words: int, has_tex: bool, tight: bool, before_digit: bool) -> bool:
    """Return whether a text is the rest of ``$5 to $10``: an amount and prose before another dollar sign."""
    if _is_comparison(bare) and not before_digit:
        return False
    if _words(bare) > max_words or _SENTENCE.search(bare) or (before_digit and not tight):
        return True
    return not has_tex and (before_digit or (not tight and re.search(r"[A-Za-z]", bare) is not None))


def _is_comparison(bare: str) -> bool:
    """Return whether a text is like ``0.1 < z < 0.4``: no amount of money has a relation and no word."""
    return _COMPARED.search(bare) is not None and not re.search(r"[A-Za-z]{2}", bare)
