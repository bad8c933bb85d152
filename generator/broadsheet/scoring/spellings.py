"""The spellings of terms: their usual one for names, and those that match a text for lists of words. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from broadsheet.scoring.background import Background
from broadsheet.scoring.terms import Term, key_of, terms

_WHOLE = 0.3  # the least share of uses in which a good phrase is no part of a longer one
_TITLE_CASE = 0.6  # a title with a larger share of capitals has them for its looks


class Spellings:
    """The spellings of the terms of some texts."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._wholes: Counter[str] = Counter()

    def read_title(self, text: str) -> Iterator[Term]:
        """Yield the terms of a title, and count their spellings without capitals that a title has for its looks."""
        used = list(terms(text))
        capitals = [term.text[:1].isupper() for term in used if len(term.key) > 3]
        plain = self._lowered if sum(capitals) > _TITLE_CASE * len(capitals) else str
        yield from self._count(term._replace(text=plain(term.text)) for term in used)

    def read(self, text: str) -> Iterator[Term]:
        """Yield the terms of an abstract, and count their spellings."""
        yield from self._count(terms(text))

    def _count(self, used: Iterator[Term]) -> Iterator[Term]:
        for term in used:
            self._counts[term.key][term.text] += 1
            self._wholes[term.key] += term.whole
            yield term

    def number(self, key: str) -> int:
        """Return the number of uses of a term."""
        return self._counts[key].total()

    def is_whole(self, key: str) -> bool:
        """Return whether a term often stands alone, and not as a part of a longer phrase."""
        return self.wholeness(key) >= _WHOLE

    def wholeness(self, key: str) -> float:
        """Return the share of uses in which a term is no part of a longer phrase."""
        return self._wholes[key] / self._counts[key].total()

    def _lowered(self, text: str) -> str:
        """Return a term of a title as running text has it."""
        for word in text.replace("-", " ").split():
            usual = self._background.spelling(key_of(word)) or word.lower()
            if word.istitle() and usual.islower():
                text = text.replace(word, word.lower(), 1)
        return text

    def usual(self, key: str) -> str:
        """Return the spelling of a term in running text."""
        counts = self._counts[key]
        return self._background.spelling(key) or min(counts, key=lambda text: (-counts[text], text))

    def name(self, key: str) -> str:
        """Return the spelling of a term with a capital."""
        usual = self.usual(key)
        first = usual.split(" ")[0].split("-")[0]
        return usual[:1].upper() + usual[1:] if first.islower() else usual

    def matching(self, key: str) -> list[str]:
        """Return the spellings with which a topic's words match all uses of a term, the plural in "s" included."""
        forms: dict[str, str] = {}
        for text in sorted(
            self._counts[key] | Counter([self.usual(key)]), key=lambda text: (-self._counts[key][text], text)
        ):
            forms.setdefault(text.lower().replace("-", " "), text)
        singulars = {form: text for form, text in forms.items() if not (form.endswith("s") and form[:-1] in forms)}
        return [self._without_plural(form, key, text) for form, text in singulars.items()][:2]

    def _without_plural(self, form: str, key: str, text: str) -> str:
        return text[:-1] if form == key + "s" else text
