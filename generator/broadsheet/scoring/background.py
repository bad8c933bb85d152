"""The background: the number of documents with each word and phrase, in abstracts of arXiv. It ships with the program.

``background.tsv.gz`` has a line for each term of enough documents: its usual spelling, their number, and for a word the
percentage of its uses that end a phrase. The first line has the number of all documents.
``python -m tests.make_background`` makes the file from a corpus.
"""

import gzip
import math
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from broadsheet.scoring.terms import key_of
from broadsheet.store.files import read_regular

FILE = Path(__file__).parent / "background.tsv.gz"
_ENDS = 30  # percent of the uses of a noun, at least; adjectives have less


class BackgroundTerm(NamedTuple):
    """The documents with a term, its usual spelling, and the percentage of its uses that end a phrase."""

    documents: int = 0
    spelling: str | None = None
    ends: int = 100


_UNKNOWN = BackgroundTerm()


class Background:
    """The document counts of terms, by key. A term that is not listed is rarer than every listed one."""

    def __init__(self, documents: int, entries: Mapping[str, BackgroundTerm]) -> None:
        self.documents = documents
        self._entries = entries

    @property
    def terms(self) -> Collection[str]:
        """The keys of the listed terms."""
        return self._entries.keys()

    def share(self, key: str) -> float:
        """Return the share of documents with a term, greater than 0."""
        return (self._entry(key).documents + 1) / (self.documents + 1)

    def rarity(self, key: str) -> float:
        """Return the inverse document frequency of a term: 0 if every document has it."""
        return -math.log(self.share(key))

    def spelling(self, key: str) -> str | None:
        """Return the usual spelling of a term: "LLM", "Milky Way", "graph neural networks". None if it is unknown."""
        return self._entry(key).spelling

    def ends_phrases(self, key: str) -> bool:
        """Return whether a term may be a whole phrase: "neural network" may, "deep neural" may not."""
        return self._entry(key.rpartition(" ")[2]).ends >= _ENDS

    def is_listed(self, key: str) -> bool:
        """Return whether enough documents have a term."""
        return key in self._entries

    def cohesion(self, key: str) -> float:
        """Return the share of documents with a phrase, as a multiple of chance: 12 for "dark matter"; 0 for a word."""
        words = key.split(" ") if key in self._entries else []
        parts = ((words[:end], words[end:]) for end in range(1, len(words)))
        chances = [self.share(" ".join(first)) * self.share(" ".join(second)) for first, second in parts]
        return self.share(key) / max(chances) if chances else 0.0

    def _entry(self, key: str) -> BackgroundTerm:
        return self._entries.get(key, _UNKNOWN)


def parse(lines: Sequence[str]) -> Background:
    """Parse the lines of a background file."""
    rows = [line.split("\t") for line in lines]
    entries = {key_of(term): BackgroundTerm(int(count), term, int(ends or 100)) for term, count, ends in rows[1:]}
    return Background(int(rows[0][1]), entries)


@cache  # 0.05 s of a run, for each day that it scores
def load_background() -> Background:
    """Return the background that ships with the program."""
    return parse(gzip.decompress(read_regular(FILE)).decode("utf-8").splitlines())
