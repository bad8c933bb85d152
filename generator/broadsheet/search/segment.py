"""A segment: the documents of a span of days as arrays, before they are files. Segments can be joined."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from broadsheet.search import words
from broadsheet.search.document import Facets, SearchDocument
from broadsheet.search.numbers import Bytes, Ints
from broadsheet.search.texts import Chunks, pack
from broadsheet.search.texts import append as append_texts

FIELD_GAP = 8  # positions between fields, so that no phrase matches across them
POSITIONS = 256  # a position is one byte: the rest of the division by this
COLUMNS = (*Facets._fields, "length")


class Occurrences(NamedTuple):
    """Arrays with an item for each word of each document, in the order of documents: the `term` is a number.

    They are most of the memory of a build, so `term` and `doc` take 4 bytes.
    """

    term: Ints
    doc: Ints
    position: Bytes
    in_title: npt.NDArray[np.bool_]


class Segment(NamedTuple):
    """Documents as arrays. `parts` are the numbers of documents of the months that were joined.

    `rows` has the facets of each document and its length in words; `ids` the addresses of each id or DOI; `spellings`
    counts the words as they are written, without accents.
    """

    parts: tuple[int, ...]
    rows: list[tuple[Any, ...]]
    ids: dict[str, list[str]]
    texts: tuple[Chunks, ...]
    terms: list[str]
    occurrences: Occurrences
    spellings: dict[str, int]


def from_documents(documents: Iterable[SearchDocument]) -> Segment:
    """Return the segment of some documents."""
    builder = SegmentBuilder()
    cards = []
    for document in documents:
        builder.add(document)
        cards.append(document.card)
    return builder.segment(pack(cards))


class SegmentBuilder:
    """Collects the words of documents. Texts are split at spaces first: most pieces between them occur often."""

    def __init__(self) -> None:
        self._pieces = _Numbers()
        self._used = array("i")  # the number of each piece
        self._fields: list[tuple[int, int, bool]] = []  # document, pieces, whether it is the title
        self._facets: list[Facets] = []
        self._ids: dict[str, list[str]] = {}

    def add(self, document: SearchDocument) -> None:
        """Add a document."""
        for number, field in enumerate(document.fields):
            pieces = field.split()
            self._used.extend(map(self._pieces.__getitem__, pieces))
            self._fields.append((len(self._facets), len(pieces), number == 0))
        self._facets.append(document.facets)
        for name in document.names:
            addresses = self._ids.setdefault(name, [])
            addresses += [] if document.address in addresses else [document.address]

    def segment(self, texts: Chunks) -> Segment:
        """Return the segment."""
        numbers = _Numbers()
        used, ends = _words_of(self._pieces, np.array(self._used, np.int32), numbers)
        doc, pieces, is_title = np.array(self._fields or [(0, 0, False)], np.int32).T
        lengths = np.diff(ends[np.cumsum(pieces)], prepend=0)
        terms: dict[str, int] = {}
        term_of = np.array([_term(word, terms) for word in numbers], np.int32)
        position = np.arange(len(used)) + np.repeat(_offsets(doc, lengths), lengths)
        term = term_of[used] if len(used) else used
        is_term = term >= 0
        occurrences = Occurrences(
            term[is_term].astype(np.int32),
            np.repeat(doc, lengths)[is_term],
            (position[is_term] % POSITIONS).astype(np.uint8),
            np.repeat(is_title, lengths)[is_term].astype(np.bool_),
        )
        counts = np.bincount(used, minlength=len(numbers)).tolist()
        spellings = {
            word: count
            for word, count, term in zip(numbers, counts, term_of.tolist(), strict=True)
            if term >= 0 and not words.is_cjk(word)
        }
        sizes = np.bincount(occurrences.doc, minlength=len(self._facets)).tolist()
        rows = [(*facets, size) for facets, size in zip(self._facets, sizes, strict=True)]
        return Segment((len(rows),), rows, self._ids, (texts,), list(terms), occurrences, spellings)


class _Numbers(dict[str, int]):
    """Numbers of words, in the order of their first use."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


def _words_of(pieces: Iterable[str], used: Ints, numbers: _Numbers) -> tuple[Ints, Ints]:
    """Return the numbers of the words in the pieces that are `used`, and how many words are before each and in all."""
    tokens = np.fromiter(map(numbers.__getitem__, words.tokens("\n".join([*pieces, ""]))), np.int32)
    line_ends = np.flatnonzero(tokens == numbers["\n"])
    starts = np.concatenate([[0], line_ends + 1])
    lengths = line_ends - starts[:-1]
    ends = np.concatenate([[0], np.cumsum(lengths[used])])
    return tokens[np.arange(ends[-1]) + np.repeat(starts[used] - ends[:-1], lengths[used])], ends


def _offsets(doc: Ints, lengths: Ints) -> Ints:
    """Return, for each field, its position in the document less the number of words before it in all documents."""
    first = np.searchsorted(doc, doc)  # the first field of the document
    return FIELD_GAP * (np.arange(len(doc)) - first) - (np.cumsum(lengths) - lengths)[first]


def _term(word: str, terms: dict[str, int]) -> int:
    """Return the number of the term of a word in `terms`, -1 for a stop word and the end of a line."""
    return -1 if word in words.STOP_WORDS or word == "\n" else terms.setdefault(words.stem(word), len(terms))


def join(segments: Iterable[Segment]) -> Segment:
    """Return the segment of all documents of `segments`, in their order. It needs no document again.

    Each is read once, so that not all need be in memory at a time.
    """
    numbers: dict[str, int] = {}
    none = np.zeros(0, np.int32)
    columns = [Occurrences(none, none, none.astype(np.uint8), none.astype(np.bool_))]
    spellings: Counter[str] = Counter()
    ids: dict[str, list[str]] = {}
    parts: list[int] = []
    rows: list[tuple[Any, ...]] = []
    texts: list[Chunks] = []
    for segment in segments:
        terms = np.array([numbers.setdefault(term, len(numbers)) for term in segment.terms], np.int32)
        occurrences = segment.occurrences
        doc = occurrences.doc + np.int32(len(rows))
        columns.append(occurrences._replace(term=terms[occurrences.term], doc=doc))
        spellings.update(segment.spellings)
        parts += segment.parts
        rows += segment.rows
        texts += segment.texts
        for name, addresses in segment.ids.items():
            ids[name] = list(dict.fromkeys([*ids.get(name, ()), *addresses]))
    occurrences = Occurrences(*map(np.concatenate, zip(*columns, strict=True)))
    return Segment(tuple(parts), rows, ids, tuple(texts), list(numbers), occurrences, dict(spellings))


def append(first: Segment, second: Segment) -> Segment:
    """Return the segment that `from_documents` makes of the documents of both, each of one part."""
    texts = append_texts(first.texts[0], second.texts[0], len(first.rows))
    return join([first, second])._replace(parts=(len(first.rows) + len(second.rows),), texts=(texts,))


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
