"""A segment: the documents of a span of days as arrays, before they are files. Segments can be joined."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from broadsheet.search import words
from broadsheet.search.document import Facets, SearchDocument
from broadsheet.search.numbers import Ints
from broadsheet.search.texts import Texts, pack

FIELD_GAP = 8  # positions between fields, so that no phrase matches across them
POSITIONS = 256  # a position is one byte: the rest of the division by this
COLUMNS = (*Facets._fields, "length")


class Occurrences(NamedTuple):
    """Arrays with an item for each word of each document, in the order of documents: the `term` is a number."""

    term: Ints
    doc: Ints
    position: Ints
    in_title: Ints


class Segment(NamedTuple):
    """Documents as arrays. `parts` are the numbers of documents of the months that were joined.

    `rows` has the facets of each document and its length in words; `ids` the addresses of each id or DOI; `spellings`
    counts the words as they are written, without accents.
    """

    parts: tuple[int, ...]
    rows: list[tuple[Any, ...]]
    ids: dict[str, list[str]]
    texts: tuple[Texts, ...]
    terms: list[str]
    occurrences: Occurrences
    spellings: dict[str, int]


def from_documents(documents: Iterable[SearchDocument]) -> Segment:
    """Return the segment of some documents."""
    builder = _Builder()
    cards = []
    for document in documents:
        builder.add(document)
        cards.append(document.card)
    return builder.segment(pack(cards))


class _Builder:
    """Collects the words of documents."""

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._term: list[int] = []
        self._position: list[int] = []
        self._counts: list[int] = []
        self._title_ends: list[int] = []
        self._spellings: Counter[str] = Counter()
        self._rows: list[tuple[Any, ...]] = []
        self._ids: dict[str, list[str]] = {}

    def add(self, document: SearchDocument) -> None:
        """Add a document."""
        before, start = len(self._term), 0
        for number, field in enumerate(document.fields):
            start = self._add_words(words.words(field), start) + FIELD_GAP
            if number == 0:
                self._title_ends.append(start - FIELD_GAP)
        self._counts.append(len(self._term) - before)
        self._rows.append((*document.facets, self._counts[-1]))
        for name in document.names:
            addresses = self._ids.setdefault(name, [])
            addresses += [] if document.address in addresses else [document.address]

    def _add_words(self, field: Sequence[str], start: int) -> int:
        """Add the words of a field, from position `start`. Return the position after it."""
        number = self._stems.get
        for word in field:
            term = number(word)
            if term is None:
                term = self._number(word)
            if term >= 0:
                self._term.append(term)
                self._position.append(start)
            elif term == _CJK:
                start = self._add_run(word, start) - 1
            start += 1
        self._spellings.update(field)
        return start

    def _add_run(self, run: str, start: int) -> int:
        for offset, gram in words.grams(run):
            self._term.append(self._terms.setdefault(gram, len(self._terms)))
            self._position.append(start + offset)
        return start + len(run)

    def _number(self, word: str) -> int:
        if word in words.STOP_WORDS:
            term = _STOP
        elif words.is_cjk(word):
            term = _CJK
        else:
            term = self._terms.setdefault(words.stem(word), len(self._terms))
        self._stems[word] = term
        return term

    def segment(self, texts: Texts) -> Segment:
        """Return the segment."""
        doc = np.repeat(np.arange(len(self._counts)), self._counts)
        position = np.array(self._position, np.int64)
        title_ends = np.repeat(np.array(self._title_ends, np.int64), self._counts)
        occurrences = Occurrences(np.array(self._term, np.int64), doc, position % POSITIONS, position < title_ends)
        spellings = {word: count for word, count in self._spellings.items() if self._stems.get(word, _STOP) >= 0}
        return Segment((len(self._rows),), self._rows, self._ids, (texts,), list(self._terms), occurrences, spellings)


_STOP, _CJK = -1, -2


def join(segments: Sequence[Segment]) -> Segment:
    """Return the segment of all documents of `segments`, in their order. It needs no document again."""
    numbers: dict[str, int] = {}
    columns: list[Occurrences] = []
    spellings: Counter[str] = Counter()
    ids: dict[str, list[str]] = {}
    first = 0
    for segment in segments:
        terms = np.array([numbers.setdefault(term, len(numbers)) for term in segment.terms], np.int64)
        occurrences = segment.occurrences
        columns.append(occurrences._replace(term=terms[occurrences.term], doc=occurrences.doc + first))
        spellings.update(segment.spellings)
        first += len(segment.rows)
        for name, addresses in segment.ids.items():
            ids[name] = list(dict.fromkeys([*ids.get(name, ()), *addresses]))
    return Segment(
        parts=tuple(part for segment in segments for part in segment.parts),
        rows=[row for segment in segments for row in segment.rows],
        ids=ids,
        texts=tuple(texts for segment in segments for texts in segment.texts),
        terms=list(numbers),
        occurrences=Occurrences(*map(np.concatenate, zip(*columns, strict=True))),
        spellings=dict(spellings),
    )


def columns_of(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """Return JSON with the distinct values of each column, and for each row the number of its value."""
    columns = {}
    for name, column in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        values = {value: number for number, value in enumerate(dict.fromkeys(column))}
        columns[name] = [list(values), [values[value] for value in column]]
    return msgspec.json.encode(columns)


def rows_of(data: bytes) -> list[tuple[Any, ...]]:
    """Return the rows of `columns_of`."""
    columns = []
    for values, numbers in msgspec.json.decode(data).values():
        keys = [tuple(value) if isinstance(value, list) else value for value in values]
        columns.append([keys[number] for number in numbers])
    return list(zip(*columns, strict=True))
