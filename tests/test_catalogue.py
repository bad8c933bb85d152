"""The template of the message catalogues has the strings of the program, and each translation is compiled."""

from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

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
