"""Citation keys of publications and papers. They never change while a record keeps its id, year and first author."""

import re
import unicodedata
from functools import singledispatch

from broadsheet.bibliography.entry_fields import paper_date
from broadsheet.model import names
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication

_MAX_NAME_CHARS = 30


@singledispatch
def citation_key(entry: Publication | Paper) -> str:
    """Return a unique citation key: ``Chen2025-20032``, ``Chen2025:2505.18313``; ASCII without TeX's characters."""
    raise TypeError(type(entry))


@citation_key.register
def _(entry: Publication) -> str:
    people = entry.authors or entry.editors or entry.translators
    return f"{_key_name([names.of_person(people[0])] if people else [])}{entry.year or ''}-{entry.id}"


@citation_key.register
def _(entry: Paper) -> str:
    people = [names.of_text(name) for name in entry.authors[:1]]
    return f"{_key_name(people)}{paper_date(entry)[:4]}:{re.sub(r'[^A-Za-z0-9./-]', '_', entry.arxiv_id)}"


def _key_name(people: list[Name]) -> str:
    family = next((name.family or name.literal for name in people), "")
    letters = unicodedata.normalize("NFKD", family).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z]", "", letters)[:_MAX_NAME_CHARS]
