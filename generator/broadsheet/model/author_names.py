"""Which names are the same name, and the address of the author who bears it.

Case, accents, TeX's accents, hyphens and the order (``Lovelace, Ada``) make no difference; anything else does. A name
that is initials but for the family is nobody's in particular: two papers by J. Smith may be by two people.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache

from broadsheet.model.names import Name, of_person, of_text
from broadsheet.model.publication_parts import Person

LONGEST = 80
_MOST_WORDS = 8
# Letters that Unicode does not take apart, as people write them without a keyboard for them.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_NOT_LETTERS = re.compile(r"[\W\d_]+")
# In rows that some sources spoil: the affiliation among the authors.
_NOBODY = re.compile(
    r"^et al$|\b(?:academy|centre|center|college|department|faculty|institut\w*|laborator\w+|school|universit\w+)\b"
)
_PLAIN = re.compile(r"[a-z]+(?:-[a-z]+)+", re.ASCII)


@lru_cache(1 << 14)
def name_key(name: str) -> str:
    """What all spellings of a name have in common; empty for a team, for initials, for what is no name."""
    return _key(of_text(name))


def person_key(person: Person) -> str:
    """The same of somebody in a publication's record."""
    return _key(of_person(person))


def slug(key: str) -> str:
    """The author's address below ``authors/``, of the name's key alone: it changes for nobody who comes.

    Letters that an address cannot hold are told apart by a hash; an underscore keeps such an address from being
    another's, as the digits of an ORCID do.
    """
    plain = key.replace(" ", "-")
    if _PLAIN.fullmatch(plain):
        return plain
    rest = re.sub(r"[^a-z]+", "-", key).strip("-")
    return f"{rest or 'name'}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _key(name: Name) -> str:
    initials = 2 if f"{name.given}{name.family}".isupper() else 3  # in a name of capitals ADA is none
    if name.literal or not (_is_word(name.given, initials) and _is_word(name.family, initials)):
        return ""
    key = _folded(" ".join(filter(None, (name.given, name.family, name.suffix))))
    usual = len(key) <= LONGEST and key.count(" ") < _MOST_WORDS
    return "" if not usual or _NOBODY.search(key) or re.search(r"\d", name.given + name.family) else key


def _is_word(part: str, initials: int) -> bool:
    """Whether there is more to a part of a name than initials: ``J.``, ``J.-P.``, at most so many capitals (``JP``)."""
    words = _NOT_LETTERS.sub(" ", part).split()
    return any(
        unicodedata.category(word[0]) == "Lo" or (len(word) > 1 and not (word.isupper() and len(word) <= initials))
        for word in words
    )


def _folded(name: str) -> str:
    """Lower case without accents, where they are accents: a mark on a letter that is not Latin makes another letter."""
    letters: list[str] = []
    latin = False
    for letter in unicodedata.normalize("NFKD", name).casefold():
        if not unicodedata.combining(letter):
            latin = letter.isascii()
        elif latin:
            continue
        letters.append(letter)
    whole = unicodedata.normalize("NFC", "".join(letters)).translate(_LETTERS)
    return " ".join(_NOT_LETTERS.sub(" ", whole).split())
