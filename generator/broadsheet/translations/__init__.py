"""The words of pages, feeds and mails in the language of the site: gettext, with English as the source.

English stands in the source, in calls of these functions. ``python -m tests.catalogue`` gathers it in
``broadsheet.pot``. A translation is ``<language>/LC_MESSAGES/broadsheet.mo`` in this folder. A module is imported
before `use`, so none of its constants may have a translation: mark them with `gettext_noop`, and translate them where
they are shown.
"""

import re
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from broadsheet.translations.soundness import catalogue_faults

FOLDER = Path(__file__).resolve().parent
DOMAIN = "broadsheet"
SOURCE = "en"
_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*")


class _Translator:
    """The translation in use, one for the process."""

    def __init__(self) -> None:
        self.messages = NullTranslations()
        self.language = SOURCE

    def use(self, language: str) -> None:
        """Translate into `language`, a tag of BCP 47, from now on: into English if there is no translation."""
        available = translated(language)
        if available != self.language:
            file = _file(available)
            if file:
                with file.open("rb") as stream:
                    self.messages = GNUTranslations(stream)
            else:
                self.messages = NullTranslations()
            self.language = available

    def gettext(self, message: str) -> str:
        """Return the translation of `message`."""
        return self.messages.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return the translation for this number of things."""
        return self.messages.ngettext(singular, plural, number)

    def pgettext(self, context: str, message: str) -> str:
        """Return the translation of a `message` that has several meanings, in this `context`."""
        return self.messages.pgettext(context, message)

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        """Return the translation for this number of things, in this `context`."""
        return self.messages.npgettext(context, singular, plural, number)


_translator = _Translator()
use = _translator.use
gettext, ngettext = _translator.gettext, _translator.ngettext
pgettext, npgettext = _translator.pgettext, _translator.npgettext


def language() -> str:
    """Return the language of the words that pages get now, as a tag of BCP 47."""
    return _translator.language


def gettext_noop(message: str) -> str:
    """Return `message` itself: a constant that is translated where it is shown."""
    return message


def pgettext_noop(context: str, message: str) -> str:
    """Return `message` itself: a constant that is translated in this `context` where it is shown."""
    return message


def translated(language: str) -> str:
    """Return the language in which a site of this `language` is made: of the translation, if any, or else English."""
    file = _file(language)
    return file.parent.parent.name.replace("_", "-") if file else SOURCE


def faults(language: str) -> list[tuple[str, str]]:
    """Return the faults of the translation into a language, each with the path of its file."""
    file = _file(language)
    return [(str(file), fault) for fault in catalogue_faults(file)] if file else []


def messages() -> NullTranslations:
    """Return the translation in use, for code that needs all forms of a message."""
    return _translator.messages


def _file(language: str) -> Path | None:
    """Return the compiled catalogue for a language, or for the language without its region; never of another region."""
    parts = re.split("[-_]", language) if _TAG.fullmatch(language) else []
    names = ("_".join(parts[:end]) for end in range(len(parts), 0, -1))
    files = (FOLDER / name / "LC_MESSAGES" / f"{DOMAIN}.mo" for name in names)
    return next(filter(Path.is_file, files), None)
