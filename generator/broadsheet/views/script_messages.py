"""Scripts in the language of the site: marked strings become literals when a script is written.

A script marks what readers see as Python does, with a value for each placeholder:

    gettext("Open “%(link)s”", { link })
    ngettext("%(papers)s paper", "%(papers)s papers", papers, { papers })
    pgettext("the key", "Enter")

Strings are literals in double quotes; the number of ``ngettext`` is a name. A value has no braces, and no string but in
double quotes. Three dots before a call spread the parts of a sentence, so that values may be nodes. Browsers get
literals alone: no catalogue, no call.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from gettext import NullTranslations, c2py
from typing import NamedTuple

_STRING = r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"'  # as in JSON
_NAME = r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*"
_PARENTHESES = rf"\((?:[^\"'`/(){{}}]|{_STRING})*\)"
_SUBSCRIPT = r"\[[^\"'`/\[\]{}]*\]"
_VALUE = rf"(\w+)(?:\s*:\s*((?:[^\"'`/(){{}}\[\],]|{_PARENTHESES}|{_SUBSCRIPT})+))?"
_START = re.compile(r"(?:\.\.\.|(?<![\w$.]))n?p?gettext\(")
_CALL = re.compile(
    rf"""
    (?P<spread>\.\.\.)?(?P<n>n)?(?P<p>p)?gettext\(\s*
    (?(p)(?P<context>{_STRING})\s*,\s*)
    (?P<texts>{_STRING}(?(n)\s*,\s*{_STRING}))
    (?(n)\s*,\s*(?P<number>{_NAME}))
    (?:\s*,\s*\{{(?P<values>\s*(?:{_VALUE}\s*,\s*)*(?:{_VALUE}\s*)?)\}})?
    \s*,?\s*\)
    """,
    re.VERBOSE,
)
_ENGLISH = "nplurals=2; plural=(n != 1)"
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|%)")
_PLURAL_RULE = re.compile(r"plural=([\sn\d%()!<>=&|?:+*-]+)")
# Each form of a language is that of one of these numbers.
_NUMBERS = (*range(201), 1_000_000)


class Call(NamedTuple):
    """A marked string of a script: where it stands, its texts, the number that decides its form, and its values."""

    start: int
    end: int
    is_spread: bool
    context: str | None
    texts: tuple[str, ...]
    number: str
    values: dict[str, str] | None


def calls(script: str) -> Iterator[Call]:
    """Yield the marked strings of `script`. Raise ValueError if one is not as the module says."""
    end = 0
    for start in _START.finditer(script):
        match = _CALL.match(script, start.start())
        if not match or start.start() < end:
            excerpt = " ".join(script[start.start() :][:80].split())
            raise ValueError(f"{excerpt}: write literals in double quotes, and then names or simple values")
        end = match.end()
        yield _call(match)


def _call(match: re.Match[str]) -> Call:
    context = json.loads(match["context"]) if match["context"] else None
    pairs = None if match["values"] is None else re.findall(_VALUE, match["values"])
    values = None if pairs is None else {name: code.strip() or name for name, code in pairs}
    texts = tuple(json.loads(f"[{match['texts']}]"))
    return Call(*match.span(), bool(match["spread"]), context, texts, match["number"] or "", values)


# -- writing --


class ScriptTranslator:
    """Writes scripts in the language of a catalogue."""

    def __init__(self, catalogue: NullTranslations) -> None:
        self._catalogue = catalogue
        header = catalogue.info().get("plural-forms", _ENGLISH)
        match = _PLURAL_RULE.search(header)
        if not match:
            raise ValueError(f"Plural-Forms: {header}: scripts cannot follow this rule")
        self._rule = "".join(match[1].split())
        form = c2py(self._rule)
        self._numbers = dict(sorted((form(number), number) for number in reversed(_NUMBERS)))

    def translate(self, script: str) -> str:
        """Return `script` with its marked strings as literals. Raise ValueError if one cannot be read."""
        pieces, end = [], 0
        for call in calls(script):
            pieces += [script[end : call.start], self._code(call)]
            end = call.end
        return "".join([*pieces, script[end:]])

    def _code(self, call: Call) -> str:
        """Return the literal of the call, or a choice among those of its forms."""
        forms = [_parts(call, text) for text in self._translations(call)]
        write = _elements if call.is_spread else _text_literal
        if all(form == forms[0] for form in forms):
            return write(forms[0])
        choice = f"[{','.join(f'[{write(form)}]' if call.is_spread else write(form) for form in forms)}]"
        # C and scripts agree on the signs of a rule; but a comparison is a number in C.
        return f"{'...' * call.is_spread}{choice}[+({self._rule.replace('n', call.number)})]"

    def _translations(self, call: Call) -> list[str]:
        """Return the text of each form in the order of the catalogue; of a string without a number, one."""
        context, texts, catalogue = call.context, call.texts, self._catalogue
        if len(texts) == 1:
            return [catalogue.gettext(texts[0]) if context is None else catalogue.pgettext(context, texts[0])]
        translate = catalogue.ngettext if context is None else partial(catalogue.npgettext, context)
        numbers = (self._numbers.get(form, 0) for form in range(max(self._numbers) + 1))
        return [translate(texts[0], texts[1], number) for number in numbers]


def _parts(call: Call, text: str) -> list[tuple[str, bool]]:
    """Return the parts of a text, literal ones and code, which is true: the values in the place of their names."""
    if call.values is None:
        return [(text, False)]
    parts = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        parts.append((text[end : match.start()], False))
        parts.append(("%", False) if not match[1] else (_value(call, match[1]), True))
        end = match.end()
    return [(part, is_code) for part, is_code in [*parts, (text[end:], False)] if part]


def _value(call: Call, name: str) -> str:
    values = call.values or {}
    if name not in values:
        raise ValueError(f"{call.texts[0]}: the translation has %({name})s, for which there is no value")
    return values[name]


def _literal(text: str) -> str:
    """Return a string literal, also for browsers that take U+2028 for the end of a line."""
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _elements(parts: list[tuple[str, bool]]) -> str:
    """Return the parts as elements of a list."""
    return ",".join(part if is_code else _literal(part) for part, is_code in parts)


def _text_literal(parts: list[tuple[str, bool]]) -> str:
    """Return the parts as one literal, a template if there are values."""
    if not any(is_code for _, is_code in parts):
        return _literal("".join(part for part, _ in parts))
    return f"`{''.join(f'${{{part}}}' if is_code else _template_text(part) for part, is_code in parts)}`"


def _template_text(text: str) -> str:
    """Return a text inside a template, in which nothing but its values is code."""
    return _literal(text)[1:-1].replace("`", "\\`").replace("${", "\\${")
