"""The scripts of the site as browsers get them."""

from gettext import NullTranslations

from broadsheet import PROGRAM
from broadsheet.views.compact_script import compact_script
from broadsheet.views.script_messages import ScriptTranslator

SCRIPTS = PROGRAM / "views" / "scripts"


def served_script(name: str, language: NullTranslations | None = None) -> bytes:
    """Return the script of this file name without comments, with its strings, by default in English."""
    script = compact_script((SCRIPTS / name).read_bytes()).decode()
    return ScriptTranslator(language or NullTranslations()).translate(script).encode()
