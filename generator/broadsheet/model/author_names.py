"""Keys of authors' names: equal for all spellings of a name; and authors' addresses.

Case, accents, TeX's accents, hyphens and the order (``Lovelace, Ada``) make no difference; anything else does. A name
with only initials before the family name has no key: two papers by J. Smith may be by two people.
"""

import hashlib
import re
import unicodedata

from broadsheet.model.names import Name, of_person, of_text
from broadsheet.model.publication_parts import Person

MAX_CHARS = 80
_MAX_WORDS = 8
# Letters that Unicode does not decompose, as people without a keyboard for them write them.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_NOT_LETTERS = re.compile(r"[\W\d_]+")
# No person: some sources list affiliations among the authors.
_NOT_PERSON = re.compile(
    r"^et al$|\b(?:academy|centre|center|college|department|faculty|institut\w*|laborator\w+|school|universit\w+)\b"
)
_PLAIN = re.compile(r"[a-z]+(?:-[a-z]+)+", re.ASCII)


def name_key(name: str) -> str:
    """Return the key that all spellings of a name share; empty for a team, for initials, and for no name."""
    return _key(of_text(name))


def person_key(person: Person) -> str:
    """Return the name key of a person in a publication's record."""
    return _key(of_person(person))


def author_slug(key: str) -> str:
    """Return the author's address below ``authors/``. It depends on the key only, so other authors never change it.

    A hash distinguishes names with letters that an address cannot hold. Its underscore makes the address unlike any
    plain one, as the digits of an ORCID do.
    """
    plain = key.replace(" ", "-")
    if _PLAIN.fullmatch(plain):
        return plain
    rest = re.sub(r"[^a-z]+", "-", key).strip("-")
    return f"{rest or 'name'}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _key(name: Name) -> str:
    initials = 2 if f"{name.given}{name.family}".isupper() else 3  # ADA LOVELACE does not begin with initials
    if name.literal or not (_is_word(name.given, initials) and _is_word(name.family, initials)):
        return ""
    key = _folded(" ".join(filter(None, (name.given, name.family, name.suffix))))
    usual = len(key) <= MAX_CHARS and key.count(" ") < _MAX_WORDS
    return "" if not usual or _NOT_PERSON.search(key) or re.search(r"\d", name.given + name.family) else key


def _is_word(part: str, initials: int) -> bool:
    """Return whether a part of a name is more than initials (``J.``, ``J.-P.``, up to `initials` capitals)."""
    words = _NOT_LETTERS.sub(" ", part).split()
    return any(
        unicodedata.category(word[0]) == "Lo" or (len(word) > 1 and not (word.isupper() and len(word) <= initials))
        for word in words
    )


def _folded(name: str) -> str:
    """Return lower case without accents on Latin letters; a mark on any other letter makes another letter."""
    if name.isascii():
        return " ".join(_NOT_LETTERS.sub(" ", name.lower().translate(_LETTERS)).split())
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
