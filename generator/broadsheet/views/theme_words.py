"""The words of the theme's templates, translated when a build places them: other site builders have no gettext.

A template has ``gettext("…")`` for a string of HTML, and ``page_language()`` for the language of the page.
"""

import json
import re

from markupsafe import escape

from broadsheet.translations import gettext, language

_CALL = re.compile(r'\bgettext\("([^"]*)"\)|\bpage_language\(\)')


def translate_template(template: bytes) -> bytes:
    """Return a template of the theme with literals for the calls in it."""
    return _CALL.sub(_literal, template.decode()).encode()


def _literal(call: re.Match[str]) -> str:
    text = str(escape(gettext(call[1]))) if call[1] else language()
    return json.dumps(text, ensure_ascii=False)
