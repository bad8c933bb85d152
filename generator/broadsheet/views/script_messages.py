"""Scripts in the language of the site: marked strings become literals when a script is written.

A script marks what readers see as Python does, with a value for each placeholder:

    gettext("Open “%(link)s”", { link })
    ngettext("%(papers)s paper", "%(papers)s papers", papers, { papers })
    pgettext("the key", "Enter")

Strings are literals in double quotes; the number of ``ngettext`` is a name. Three dots before a call spread the parts
of a sentence, so that values may be nodes. Browsers get literals alone: no catalogue, no call.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from gettext import NullTranslations, c2py
from typing import NamedTuple

_CALL = re.compile(r"(?:(?P<spread>\.\.\.)|(?<![\w$.]))(?P<name>n?p?gettext)\(")
_ENGLISH = "nplurals=2; plural=(n != 1)"
_GAP = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|%)")
_PLURAL_RULE = re.compile(r"plural=([\sn\d%()!<>=&|?:+*-]+)")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
# The strings, brackets and names of an expression. A regular expression or a template has a name of its own.
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[(\[{]|[)\]}]|,|[^"\'`/(\[{)\]},]+')
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
    position = 0
    while match := _CALL.search(script, position):
        call = _Reader(script, match).call()
        position = call.end
        yield call


# -- reading --


class _Reader:
    """Reads the arguments of one call."""

    def __init__(self, script: str, match: re.Match[str]) -> None:
        self._script, self._match, self._position = script, match, match.end()

    def call(self) -> Call:
        """Return the call with its arguments."""
        name = self._match["name"]
        context = self._string() if "p" in name.removesuffix("gettext") else None
        texts = (self._string(), self._string()) if name.startswith("n") else (self._string(),)
        number = self._expect(_NAME) if len(texts) > 1 else ""
        if number:
            self._take(",")
        values = self._values() if self._take("{") else None
        self._take(",")
        if not self._take(")"):
            raise self._error("expected literals, and then an object of values")
        return Call(self._match.start(), self._position, bool(self._match["spread"]), context, texts, number, values)

    def _string(self) -> str:
        literal = self._expect(_STRING)
        self._take(",")
        try:
            text: str = json.loads(literal)
        except ValueError:
            raise self._error(f"write {literal} without escapes that JSON does not have") from None
        return text

    def _values(self) -> dict[str, str]:
        values = {}
        while not self._take("}"):
            name = self._expect(_NAME)
            values[name] = self._expression() if self._take(":") else name
            self._take(",")
        return values

    def _expression(self) -> str:
        """Return the code up to the next comma or bracket that belongs to the object."""
        start, depth = self._position, 0
        while match := _TOKEN.match(self._script, self._position):
            token = match[0]
            if not depth and token in {",", "}"}:
                break
            depth += (token in {"(", "[", "{"}) - (token in {")", "]", "}"})
            self._position = match.end()
        code = self._script[start : self._position].strip()
        if not match or not code or _CALL.search(code):
            raise self._error("give the value a name first")
        return code

    def _expect(self, pattern: re.Pattern[str]) -> str:
        self._skip()
        match = pattern.match(self._script, self._position)
        if not match:
            raise self._error("expected a literal in double quotes, or the name of a number or value")
        self._position = match.end()
        return match[0]

    def _take(self, sign: str) -> bool:
        self._skip()
        is_there = self._script.startswith(sign, self._position)
        self._position += is_there
        return is_there

    def _skip(self) -> None:
        self._position += len(_GAP.match(self._script, self._position)[0])  # type: ignore[index]

    def _error(self, reason: str) -> ValueError:
        excerpt = self._script[self._match.start() : self._position + 40].replace("\n", " ")
        return ValueError(f"{excerpt}: {reason}")


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
        write = _listed if call.is_spread else _joined
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


def _listed(parts: list[tuple[str, bool]]) -> str:
    """Return the parts as elements of a list."""
    return ",".join(part if is_code else _literal(part) for part, is_code in parts)


def _joined(parts: list[tuple[str, bool]]) -> str:
    """Return the parts as one literal, a template if there are values."""
    if not any(is_code for _, is_code in parts):
        return _literal("".join(part for part, _ in parts))
    return f"`{''.join(f'${{{part}}}' if is_code else _template_text(part) for part, is_code in parts)}`"


def _template_text(text: str) -> str:
    """Return a text inside a template, in which nothing but its values is code."""
    return _literal(text)[1:-1].replace("`", "\\`").replace("${", "\\${")
