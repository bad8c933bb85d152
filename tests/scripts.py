"""The scripts of the site as browsers get them in English."""

from gettext import NullTranslations

from broadsheet import PROGRAM
from broadsheet.views.compact_script import compact_script
from broadsheet.views.script_messages import ScriptTranslator

SCRIPTS = PROGRAM / "views" / "scripts"


def served_script(name: str) -> bytes:
    """Return the script of this file name without comments, with its strings."""
    script = compact_script((SCRIPTS / name).read_bytes()).decode()
    return ScriptTranslator(NullTranslations()).translate(script).encode()
