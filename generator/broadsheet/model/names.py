"""Names of persons in parts, for bibliographies.

Sources have ``Ada Lovelace`` (arXiv), ``Lovelace, Ada`` (LibreCat) or a team's name; only the second is unambiguous.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from broadsheet.model.publication_parts import Person
from broadsheet.text.tex_names import readable_name

# In `export.js` too.
_PARTICLE = re.compile(
    r"af|al|bin|d[aeiou]|dal|d[ae]ll[aeo]|degli|de[iln]|der|dos|el|ibn|la|le|lo|te[nr]|van|von|zu[mr]?"
)
# Before these surnames, a word such as Van, Le or Di is a given name.
_AFTER_GIVEN_NAMES = re.compile(
    r"bui|chan|chen|chu|dang|dinh|do|duc|duong|duy|ho|hoang|huang|huynh|kim|lam|le|lee|li|liang|lin|liu|luu|ly|ma"
    r"|ngo|nguyen|park|pham|phan|tran|trinh|truong|vo|vu|wang|wu|xu|yang|yu|zhang|zhou",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r",?\s+(Jr\.?|Sr\.?|II|III|IV)$")
_TEAM = re.compile(
    r"\b(?:collaborations?|consortium|group|initiative|lab|members|network|project|team)\b", re.IGNORECASE
)


class Name(NamedTuple):
    """A name in CSL's parts. `literal` is the whole name of a team or of a person with one name."""

    family: str = ""
    given: str = ""
    suffix: str = ""
    literal: str = ""


def of_person(person: Person) -> Name:
    """Return the name of a repository's author, in the record's own parts if it has both."""
    if person.first and person.last:
        return Name(family=readable_name(person.last), given=readable_name(person.first))
    return of_text(person.name)


@lru_cache(4096)  # 1 % of a cold build: a page uses each name in several formats
def of_text(name: str) -> Name:
    """Return the name that a source wrote, with TeX's accents or without."""
    whole = readable_name(name)
    match = _SUFFIX.search(whole)
    suffix, rest = (match[1], whole[: match.start()]) if match else ("", whole)
    family, comma, given_names = (part.strip() for part in rest.partition(","))
    if comma and family and given_names and not _TEAM.search(whole):
        return Name(family=family, given=given_names, suffix=suffix)
    words = rest.split()
    if comma or len(words) == 1 or not words or _TEAM.search(whole):
        return Name(literal=whole)
    start = next((i for i in range(1, len(words) - 1) if _is_particle(words, i)), len(words) - 1)
    return Name(family=" ".join(words[start:]), given=" ".join(words[:start]), suffix=suffix)


def _is_particle(words: Sequence[str], place: int) -> bool:
    """Return whether a word begins the family name: ``van`` always, ``Van`` unless the name is Asian."""
    word = words[place]
    if not _PARTICLE.fullmatch(word.lower()):
        return False
    return word.islower() or not _AFTER_GIVEN_NAMES.fullmatch(words[-1])
