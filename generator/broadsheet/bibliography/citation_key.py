"""Citation keys of papers and publications: ``haroush2025plumage`` and ``haroush2025plumage-20032``.

A key is the first author's family name, the year, and the first word of the title that has a meaning. Papers may share
a key. Then the first of them keeps it, and each other one gets a `longer_key` (`broadsheet.index.citation_keys`).

A publication's key always ends in the record's id. So no work that is added changes it, and it changes no paper's key:
a bibliography may have a preprint and the publication that it became.
"""

import re
import unicodedata
from functools import singledispatch

from broadsheet.bibliography.entry_fields import paper_authors, paper_date
from broadsheet.model import names
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication

_MAX_NAME_CHARS = 30
_MAX_WORD_CHARS = 20
_ANONYMOUS = "anonymous"
_NO_PROSE = re.compile(r"\$[^$]*\$|\\[A-Za-z]+ ?|\\.|[{}'’`]")  # formulas, macros, accents
_NO_LETTER = re.compile(r"[^a-z]+")
_NO_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[a-z][a-z0-9]+")
_FUNCTION_WORDS = frozenset(
    "a about after against all an and any are as at be before between beyond but by can could do does done for from has"
    " have how if in into is it its just let more must need no not of on one or our out over should so some than that"
    " the their them then there these they this those through to toward towards under up us using via was we what when"
    " where which while who whose why will with within without would you your".split()
)
_LETTERS = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n",
})  # fmt: skip


@singledispatch
def citation_key(entry: Publication | Paper) -> str:
    """Return the key of a work: lower-case letters and digits, then a publication's id. Papers may share a key."""
    raise TypeError(type(entry))


@citation_key.register
def _(entry: Publication) -> str:
    people = entry.authors or entry.editors or entry.translators
    key = _key([names.of_person(people[0])] if people else [], entry.year or "", entry.title)
    return f"{key}-{_safe(entry.id)}"


@citation_key.register
def _(entry: Paper) -> str:
    return _key([names.of_text(name) for name in paper_authors(entry)[:1]], paper_date(entry)[:4], entry.title)


def longer_key(key: str, arxiv_id: str) -> str:
    """Return the key of a paper that shares its own with an earlier one: ``chen2025scalable:2410.06074``."""
    return f"{key}:{_safe(arxiv_id)}"


def _safe(entry_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9./-]", "_", entry_id)


def _key(people: list[Name], year: str, title: str) -> str:
    family = next((name.family or name.literal for name in people), "")
    words = (_NO_ALPHANUMERIC.sub("", word) for word in _ascii(_NO_PROSE.sub("", title)).split())
    word = next((word for word in words if _WORD.fullmatch(word) and word not in _FUNCTION_WORDS), "")
    name = _NO_LETTER.sub("", _ascii(family))[:_MAX_NAME_CHARS]
    return f"{name or _ANONYMOUS}{year}{word[:_MAX_WORD_CHARS]}"


def _ascii(text: str) -> str:
    """Return `text` in lower case, without accents and without letters that have no ASCII form."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFKD", lowered.translate(_LETTERS)).encode("ascii", "ignore").decode()
