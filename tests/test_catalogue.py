"""The template of the message catalogues has the strings of the program, and each translation is compiled."""

import ast
from collections.abc import Iterator
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from broadsheet import PROGRAM
from broadsheet.translations import FOLDER
from tests.catalogue import COMMENT_TAG, KEYWORDS, TEMPLATE, template
from tests.module_messages import extract_messages

MODULE = b"""
def f(n):
    # Translators: a greeting,
    # in two lines.
    x = gettext("Hello, %(name)s") % {"name": n}
    # Another comment.
    y = f"<h2>{gettext('Ci' 'te')}{pgettext('month', 'May')}</h2>"
    return formats.quantity(
        n, "%(n)s paper", "%(n)s papers"
    ), gettext(x), f"{x}"
"""


def test_the_template_is_up_to_date() -> None:
    assert TEMPLATE.read_bytes() == template(), "run python -m tests.catalogue"


def test_each_translation_is_compiled() -> None:
    for file in FOLDER.rglob("*.po"):
        compiled = BytesIO()
        with file.open("rb") as stream:
            write_mo(compiled, read_po(stream))
        assert file.with_suffix(".mo").read_bytes() == compiled.getvalue(), f"{file}: run pybabel compile"


def test_messages_of_a_module_are_found_in_format_strings_too() -> None:
    messages = [
        (name, texts, above) for _, name, texts, above in extract_messages(BytesIO(MODULE), KEYWORDS, [COMMENT_TAG], {})
    ]
    assert messages == [
        ("gettext", ("Hello, %(name)s",), ["Translators: a greeting,", "in two lines."]),
        ("gettext", ("Cite",), []),
        ("pgettext", ("month", "May"), []),
        ("quantity", (None, "%(n)s paper", "%(n)s papers"), []),
        ("gettext", (None,), []),
    ]


def test_no_constant_has_a_translation() -> None:
    """A module is imported before the language is known."""
    translating = {name for name in KEYWORDS if not name.endswith("_noop")}
    calls = [
        (file.name, node.lineno)
        for file in PROGRAM.rglob("*.py")
        for node in _at_import(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in translating
    ]
    assert calls == []


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a module that run when it is imported."""
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        children: list[ast.AST] = [node.args, *getattr(node, "decorator_list", [])]
    else:
        children = [*ast.iter_child_nodes(node)]
    for child in children:
        yield child
        yield from _at_import(child)
