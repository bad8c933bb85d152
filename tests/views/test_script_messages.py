"""Strings of scripts become literals in the language of the site, and translations stay inside their literals."""

import io
import json
import re
import subprocess
from gettext import GNUTranslations, NullTranslations
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.plurals import PLURALS

from broadsheet.views.script_messages import ScriptTranslator, calls
from tests.catalogue import KEYWORDS
from tests.scripts import SCRIPTS

PAPERS = ("%(n)s paper", "%(n)s papers")


def english(script: str) -> str:
    return ScriptTranslator(NullTranslations()).translate(script)


def translations(language: str, messages: dict[Any, Any]) -> GNUTranslations:
    """Return a compiled catalogue. A key is a text, a pair for a plural, or a triple: context, text, "context"."""
    catalog = Catalog(locale=language)
    for key, text in messages.items():
        if isinstance(key, tuple) and len(key) == 3:
            catalog.add(key[1], text, context=key[0])
        else:
            catalog.add(key, text)
    file = io.BytesIO()
    write_mo(file, catalog)
    file.seek(0)
    return GNUTranslations(file)


def run(code: str) -> Any:
    """Return the value of a script's expression, as a browser computes it."""
    result = subprocess.run(["node", "-p", f"JSON.stringify({code})"], capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def test_english_strings_are_plain_literals() -> None:
    assert english('x(gettext("Show more"));') == 'x("Show more");'
    assert english('x(gettext("Note on %(title)s", { title }));') == "x(`Note on ${title}`);"
    assert english('gettext("%(a)s of %(b)s", {\n  a: f(x, [1]),\n  b: y.size,\n})') == "`${f(x, [1])} of ${y.size}`"
    assert english('pgettext("month", "May")') == '"May"'
    assert english('gettext("100 %% of %(n)s", { n })') == "`100 % of ${n}`"
    assert english('append(...gettext("%(n)s and %(rest)s", { n: bold(n), rest }))') == 'append(bold(n)," and ",rest)'
    assert english('ngettext("%(n)s new", "%(n)s new", n, { n })') == "`${n} new`"
    assert english("x.gettext(y); mygettext(z);") == "x.gettext(y); mygettext(z);"


@pytest.mark.parametrize("number", [0, 1, 2, 1001])
def test_english_numbers_have_their_form(number: int) -> None:
    code = english(f'((n) => ngettext("{PAPERS[0]}", "{PAPERS[1]}", n, {{ n }}))({number})')
    assert run(code) == f"{number} paper{'' if number == 1 else 's'}"


def test_each_language_has_the_form_that_its_rule_says() -> None:
    code, expected = [], []
    for language, (forms, _) in sorted(PLURALS.items()):
        messages = translations(language, {PAPERS: tuple(f"{i}: %(n)s" for i in range(forms))})
        script = ScriptTranslator(messages).translate(
            f'ngettext("{PAPERS[0]}", "{PAPERS[1]}", paper.n, {{ n: paper.n }})'
        )
        code.append(f"[...Array(250).keys()].map((n) => ((paper) => {script})({{ n }}))")
        expected.append([messages.ngettext(*PAPERS, n) % {"n": n} for n in range(250)])
    assert run(f"[{','.join(code)}]") == expected


def test_values_may_change_places_and_be_nodes() -> None:
    messages = translations("de", {"%(a)s of %(b)s": "von %(b)s: %(a)s", ("key", "Enter", "context"): "Eingabe"})
    translate = ScriptTranslator(messages).translate
    assert translate('gettext("%(a)s of %(b)s", { a, b: b.c })') == "`von ${b.c}: ${a}`"
    assert translate('[...gettext("%(a)s of %(b)s", { a, b })]') == '["von ",b,": ",a]'
    assert translate('pgettext("key", "Enter") + gettext("Enter")') == '"Eingabe" + "Enter"'


HOSTILE = (
    '"+alert(1)+"',
    "`+alert(1)+`",
    "${alert(1)}",
    "\\${alert(1)}",
    "\\",
    '\\"',
    "\\`",
    "$",
    "a\nb\r\u2028\u2029\b",
    "</script><!--",
    "// */ /*",
    "%(a)s$%(a)s{alert(1)}%(a)s",
    "%%(a)s %",
    "⟦é😀⟧",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_translation_stays_in_its_literal(text: str) -> None:
    messages = translations("de", {"x": text, ("%(a)s y", "%(a)s z"): (text, text + "2")})
    translate = ScriptTranslator(messages).translate
    calls_of_texts = ('gettext("x")', 'gettext("x", { a })', '[...gettext("x", { a })].join("")')
    plurals = ('ngettext("%(a)s y", "%(a)s z", n, { a })', '[...ngettext("%(a)s y", "%(a)s z", n, { a })].join("")')
    code = [translate(call) for call in (*calls_of_texts, *plurals)]
    assert all(len(line.splitlines()) == 1 for line in code)
    filled = text.replace("%(a)s", "`A`").replace("%%", "%").replace("%`A`", "%(a)s")
    value = run(f"((a, n, alert) => [{','.join(code)}])('`A`', 2, () => {{ throw 1; }})")
    assert value == [text, filled, filled, filled + "2", filled + "2"]


@pytest.mark.parametrize(
    "call",
    [
        "gettext(name)",
        "gettext(`template`)",
        "gettext('single')",
        'gettext("a" + b)',
        'gettext("a\\x41")',
        'gettext("unfinished',
        'gettext("a", values)',
        'gettext("a", { ...values })',
        'gettext("%(a)s", { a: `${x}` })',
        'gettext("%(a)s", { a: b / c })',
        'gettext("%(a)s", { a: gettext("b") })',
        'gettext("%(a)s", { a: (b })',
        'gettext("%(a)s", { b })',
        'ngettext("a", "b")',
        'ngettext("a", "b", count(n), { n })',
        'pgettext("a")',
    ],
)
def test_a_call_that_cannot_be_read_is_an_error(call: str) -> None:
    with pytest.raises(ValueError, match=r": .+"):
        english(f"x({call});")


def test_a_translation_cannot_ask_for_a_value_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no value"):
        ScriptTranslator(translations("de", {"%(a)s": "%(b)s"})).translate('gettext("%(a)s", { a, c })')


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name)
def test_the_extractor_finds_the_same_strings(path: Any) -> None:
    script = path.read_bytes()
    texts = {(call.context, call.texts) for call in calls(script.decode())}
    messages = extract("javascript", io.BytesIO(script), keywords=KEYWORDS)
    assert texts == {(context, (text,) if isinstance(text, str) else text) for _, text, _, context in messages}
    assert not re.search(r"\bn?p?gettext\(", english(script.decode()))
