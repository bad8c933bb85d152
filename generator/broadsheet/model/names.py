"""Names of persons in parts, for bibliographies.

Sources have ``Ada Lovelace`` (arXiv), ``Lovelace, Ada`` (LibreCat) or a team's name, perhaps in BibTeX's braces. Only a
comma and braces are unambiguous. `names.js` has the same rules.
"""

import re
from collections.abc import Sequence

import msgspec

from broadsheet.model.publication_parts import Person
from broadsheet.text.tex_names import readable_name

_PARTICLE = re.compile(
    r"af|al|bin|d[aeiou]|dal|d[ae]ll[aeo]|degli|de[iln]|der|dos|el|ibn|la|le|lo|te[nr]|van|von|zu[mr]?"
)
# Before these surnames, a word such as Van, Le or Di is a given name.
_AFTER_GIVEN_NAMES = re.compile(
    r"bui|chan|chen|chu|dang|dinh|do|duc|duong|duy|ho|hoang|huang|huynh|kim|lam|le|lee|li|liang|lin|liu|luu|ly|ma"
    r"|ngo|nguyen|park|pham|phan|tran|trinh|truong|vo|vu|wang|wu|xu|yang|yu|zhang|zhou",
    re.IGNORECASE,
)
_SUFFIXES = r"[JS][Rr]\.?|I{2,3}|IV|VI{0,2}"
_SUFFIX = re.compile(rf",?\s+({_SUFFIXES})$")
_SUFFIX_INSIDE = re.compile(rf"([^,]+),\s*({_SUFFIXES}),\s*([^,]+)")  # BibTeX's "Smith, Jr., John"
_DEGREES = re.compile(r"(?:,?\s+Ph\.?\s?D\.?|,\s*(?:M\.?D|[BM]\.?Sc|D\.?Phil)\.?)+$")
_ET_AL = re.compile(r"\bet\.? ?al\.?$", re.IGNORECASE)
_BRACED = re.compile(r"\{(?:[^{}]|\{[^{}]*\})*\}")
_TEAM = re.compile(
    r"\b(?:academy|agency|alliance|association|cent(?:er|re)s?|college|collaborations?|committee|company|consortium"
    r"|corporation|council|deepmind|department|developers|faculty|federation|foundation|google|group|hospital"
    r"|initiative|labs?|members|microsoft|ministry|museum|nations|network|nvidia|observatory"
    r"|office|organi[sz]ation|program|project|research|school|services|society|team|trust|union)\b"
    r"|\b(?:institut|laborator|universit)|\w(?:gemeinschaft|gesellschaft|zentrum)\b",
    re.IGNORECASE,
)
_TEAM_IN_THIS_CASE = re.compile(r"\b(?:and|for|of|und(?! zu\b)|GmbH|IBM|Inc|LLC|Ltd|NASA)\b|[a-z] AI$|&")
_FAMILY_FIRST = re.compile(
    "[ \u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)  # Han, Hangul, Kana
MAX_WORDS = 100_000  # in memory
_PLAIN_WORD = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+(?:-?[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+)*|[A-Z]\.?(?:-[A-Z]\.)*")
# A word to which one of these applies may be more than a part of a person's name.
_RULES = (
    re.compile(rf"^(?:{_PARTICLE.pattern}|{_SUFFIXES}|et|ph)$", re.IGNORECASE),
    _TEAM,
    _TEAM_IN_THIS_CASE,
)


class Name(msgspec.Struct, frozen=True, gc=False):
    """A name in CSL's parts. `literal` is the whole name of a team or of a person with one name."""

    family: str = ""
    given: str = ""
    suffix: str = ""
    literal: str = ""

    @property
    def inverted(self) -> str:
        """The name as ``Family, Given, Suffix``, or whole. A comma in a part would start another part."""
        parts = (self.family, self.given, self.suffix)
        return self.literal or ", ".join([part.replace(",", " ") for part in parts if part])


def of_person(person: Person) -> Name:
    """Return the name of a repository's author, in the record's own parts. A last name alone is whole."""
    if person.first and person.last:
        family, suffix = _without_suffix(readable_name(person.last))
        return Name(family=family, given=readable_name(person.first), suffix=suffix)
    if person.last and person.name.rstrip(", ") == person.last:
        return Name(literal=readable_name(person.last))
    return of_text(person.name)


class _PlainWords(dict[str, bool]):
    """Words by whether a name of such words alone is a person's, whose last word is the family name."""

    def __missing__(self, word: str) -> bool:
        if len(self) > MAX_WORDS:
            self.clear()
        is_plain = _PLAIN_WORD.fullmatch(word) is not None and not any(rule.search(word) for rule in _RULES)
        return self.setdefault(word, is_plain)


_PLAIN_WORDS = _PlainWords()


def is_plain(name: str) -> bool:
    """Return whether a name consists of plain words, the last of which is the family name: 19 in 20 do."""
    words = name.split(" ")
    return len(words) > 1 and words[-1][-1:].islower() and all(map(_PLAIN_WORDS.__getitem__, words))


def of_text(name: str) -> Name:
    """Return the name that a source wrote, with TeX's accents or without.

    Fast path: plain names (`is_plain`). Slow path: `of_any_text`. The test is
    `test_a_plain_name_is_parsed_as_any_other`; the names of 6,000 papers take 0.05 s instead of 0.23 s.
    """
    if is_plain(name):
        first, _, family = name.rpartition(" ")
        return Name(family, first)
    return of_any_text(name)


def of_any_text(name: str) -> Name:
    """Return the name that a source wrote, by all rules."""
    whole = without_et_al(readable_name(name))
    if _BRACED.fullmatch(name) or _TEAM.search(whole) or _TEAM_IN_THIS_CASE.search(whole):
        return Name(literal=whole)
    whole = _without_degrees(whole)
    if match := _SUFFIX_INSIDE.fullmatch(whole):
        return Name(family=match[1], given=match[3], suffix=match[2])
    rest, suffix = _without_suffix(whole)
    family, comma, given_names = (part.strip() for part in rest.partition(","))
    if comma and family and given_names:
        family, family_suffix = _without_suffix(family)
        return Name(family=family, given=given_names, suffix=suffix or family_suffix)
    words = rest.split()
    if comma or len(words) < 2:
        return Name(literal=whole)
    if _FAMILY_FIRST.fullmatch(rest):
        return Name(family=words[0], given=" ".join(words[1:]))
    start = next((i for i in range(1, len(words) - 1) if _is_particle(words, i)), len(words) - 1)
    return Name(family=" ".join(words[start:]), given=" ".join(words[:start]), suffix=suffix)


def without_et_al(name: str) -> str:
    """Return a name without the "et al." behind it."""
    et_al = _ET_AL.search(name)
    return name[: et_al.start()].rstrip().removesuffix(",") if et_al else name


def _without_degrees(name: str) -> str:
    """Return ``Ann Lee, MD`` without the degree. After one word, or a particle, ``MD`` are initials."""
    bare = _DEGREES.sub("", name)
    words = bare.split()
    return bare if len(words) > 1 and not _PARTICLE.fullmatch(words[0]) else name


def _without_suffix(name: str) -> tuple[str, str]:
    """Return ``Smith III`` as name and suffix. V is an initial in ``Karthik V``, but a number in ``John Smith V``."""
    match = _SUFFIX.search(name)
    if not match or (match[1] == "V" and " " not in name[: match.start()].strip()):
        return name, ""
    return name[: match.start()], match[1]


def _is_particle(words: Sequence[str], place: int) -> bool:
    """Return whether a word begins the family name: ``van`` always, ``Van`` unless the name is Asian."""
    word = words[place].rpartition("-")[2]  # D'Ávila-van der Berg
    if not _PARTICLE.fullmatch(word.lower()):
        return False
    return word.islower() or (word == words[place] and not _AFTER_GIVEN_NAMES.fullmatch(words[-1]))
