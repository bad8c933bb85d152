"""``python -m tests.catalogue``: write the template of the message catalogues, with all strings that readers see.

`tests/test_catalogue.py` fails when it is out of date.
"""

import datetime as dt
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from broadsheet import PROGRAM
from broadsheet.translations import DOMAIN, FOLDER
from tests.module_messages import extract_messages

TEMPLATE = FOLDER / f"{DOMAIN}.pot"
COMMENT_TAG = "Translators:"
# The arguments of each function that are messages; "c" marks a context.
KEYWORDS = {
    "_": None,  # in templates
    "gettext": None,
    "gettext_noop": None,
    "pgettext_noop": ((1, "c"), 2),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "quantity": (2, 3),
}
_JINJA = "jinja2.ext:babel_extract"
_OPTIONS = {
    "silent": "false",
    "trimmed": "true",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
}
METHODS: dict[str, Any] = {".py": extract_messages, ".j2": _JINJA, ".html": _JINJA, ".js": "javascript"}
_OTHER_FOLDERS = {"cli", "hosts", "manual", "starter", "translations", "__pycache__"}
_HEADER = "# Strings that readers see. Written by python -m tests.catalogue.\n#"
_EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the same strings give the same bytes
Message = tuple[str, str | tuple[str, ...], list[str], str | None]


def catalogue() -> Catalog:
    """Return the catalogue of all messages in the program."""
    result = Catalog(project="Broadsheet", version="1", header_comment=_HEADER, charset="utf-8", creation_date=_EPOCH)
    for path, message, comments, context in _messages():
        result.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return result


def template() -> bytes:
    """Return the content of the template."""
    stream = BytesIO()
    write_po(stream, catalogue(), width=100, sort_output=True, include_lineno=False)
    return re.sub(rb'"Generated-By: .*"\n', b"", stream.getvalue())  # which changes with Babel


def _messages() -> Iterator[Message]:
    """Yield each message with the path of its file, its comments and its context."""
    for file in sorted(PROGRAM.rglob("*")):
        path = file.relative_to(PROGRAM)
        if file.suffix in METHODS and not _OTHER_FOLDERS.intersection(path.parts):
            method = METHODS[file.suffix]
            options = _OPTIONS if method == _JINJA else {}
            with file.open("rb") as stream:
                messages = extract(method, stream, KEYWORDS, [COMMENT_TAG], options, strip_comment_tags=True)
                for _, message, comments, context in messages:
                    yield path.as_posix(), message, comments, context


if __name__ == "__main__":
    TEMPLATE.write_bytes(template())
