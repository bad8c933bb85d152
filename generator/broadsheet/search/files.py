"""A segment as files, and back.

A pack has the postings of the terms with its number: a line of JSON with the terms, for each the number of documents,
of bytes and of uses, and where the places of the pack begin; then, for each term, the gaps between documents, doubled,
plus one if more is to say about the document; and for each of those how often the document has the term, doubled, plus
one if its title has it. Places are positions, a byte each, of which a browser asks for those of a term. Packs share
files, of which a browser asks for a part.
"""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np

from broadsheet.search import dictionary
from broadsheet.search.ids import id_lists, ids_of, text_hash
from broadsheet.search.numbers import Bytes, Ints, decode, encode, sums
from broadsheet.search.segment import COLUMNS, Occurrences, Segment, columns_of, rows_of
from broadsheet.search.texts import Chunks

# Uses of words in a pack. A browser loads one for each word, first of the newest months.
USES_PER_PACK = (1_000, 1_375)  # of one month, and of several
PACKS_PER_FILE = 8  # all are fetched if a host does not send parts
DOCUMENTS_PER_FACTS = 512
# Of one month, and of several. Hosts limit the number of files; a browser asks for the bytes of a chunk.
CHUNKS_PER_FILE = (8, 12)
LEVEL = 6
ABOUT, SPELLINGS, FACTS = "about.json", "spellings.pack", "facts.pack"
FACETS = ("topic", "category", "source", "year", "score")  # whose values are counted
Read = Callable[[str], bytes]


class About(msgspec.Struct, frozen=True):
    """The data by which a browser reads a segment; its name and version are those of its folder."""

    parts: tuple[int, ...]
    packs: int
    ids: tuple[str, ...]
    dates: tuple[str, str]  # the first and the last
    facets: dict[str, dict[str, int]]
    facts: tuple[int, ...]  # the bytes of each pack of facts


class Postings(NamedTuple):
    """The occurrences of each term in each document, in the order of the files."""

    order: Ints  # of occurrences
    starts: Ints  # of postings, among the ordered occurrences
    term: Ints
    doc: Ints


def files(segment: Segment) -> dict[str, bytes]:
    """Return the files of a segment by name."""
    facts = [deflate(columns_of(rows)) for rows in _split(segment.rows)]
    result = {FACTS: b"".join(facts)}
    for number, chunks in enumerate(segment.texts):
        result |= _chunk_files(chunks, f"texts/{number}-", CHUNKS_PER_FILE[len(segment.parts) > 1])
    lists = id_lists(segment.ids, len(segment.rows))
    result |= {f"ids/{name}.pack": gz(data) for name, data in lists.items()}
    packs, places = zip(*_packs(segment), strict=True)
    result |= _chunk_files([deflate(pack) for pack in packs], "words/", PACKS_PER_FILE)
    result |= _joined_files(places, "places/", PACKS_PER_FILE)
    result[SPELLINGS] = gz(dictionary.encode(segment.spellings))
    result[ABOUT] = msgspec.json.encode(_about(segment, len(packs), sorted(lists), facts))
    return result


def segment_of(read: Read) -> Segment:
    """Return the segment whose files `read` returns: the slow path is `from_documents`; a test compares them."""
    about = msgspec.json.decode(read(ABOUT), type=About)
    packs = map(_inflate, _divided(read(FACTS), about.facts))
    ids = {name: addresses for part in about.ids for name, addresses in ids_of(ungz(read(f"ids/{part}.pack"))).items()}
    per_file = CHUNKS_PER_FILE[len(about.parts) > 1]
    texts = tuple(_chunks(read, f"texts/{number}-", per_file) for number in range(len(about.parts)))
    terms, occurrences = _read_packs(read)
    rows = [row for pack in packs for row in rows_of(pack)]
    spellings = dictionary.decode(ungz(read(SPELLINGS)))
    return Segment(about.parts, rows, ids, texts, terms, occurrences, spellings)


def gz(data: bytes) -> bytes:
    """Return compressed bytes that depend on `data` alone."""
    return gzip.compress(data, LEVEL, mtime=0)


def ungz(data: bytes) -> bytes:
    """Return the bytes that were compressed."""
    return gzip.decompress(data)


def deflate(data: bytes) -> bytes:
    """Return compressed bytes without a header."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def _inflate(data: bytes) -> bytes:
    return zlib.decompress(data, -zlib.MAX_WBITS)


def _about(segment: Segment, packs: int, ids: Sequence[str], facts: Iterable[bytes]) -> About:
    columns = {name: [row[number] for row in segment.rows] for number, name in enumerate(COLUMNS)}
    dates = sorted(filter(None, columns["date"])) or [""]
    facets = {name: _counts(columns[name]) for name in FACETS}
    return About(segment.parts, packs, tuple(ids), (dates[0], dates[-1]), facets, tuple(map(len, facts)))


def _counts(column: Iterable[tuple[str, ...] | float | None]) -> dict[str, int]:
    """Return the number of documents with each value; a score counts without its decimals."""
    lists = (value if isinstance(value, tuple) else _whole(value) for value in column)
    return dict(sorted(Counter(chain.from_iterable(lists)).items()))


def _whole(score: float | None) -> tuple[str, ...]:
    return () if score is None else (str(int(score)),)


def _split(rows: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    return (rows[start : start + DOCUMENTS_PER_FACTS] for start in range(0, len(rows), DOCUMENTS_PER_FACTS))


def _chunk_files(chunks: Sequence[bytes], prefix: str, per_file: int) -> dict[str, bytes]:
    lengths = gz(encode(np.array([len(chunk) for chunk in chunks], np.int64))[0].tobytes())
    return {f"{prefix}lengths.pack": lengths} | _joined_files(chunks, prefix, per_file)


def _joined_files(chunks: Sequence[bytes], prefix: str, per_file: int) -> dict[str, bytes]:
    starts = range(0, len(chunks), per_file)
    return {f"{prefix}{n}.pack": b"".join(chunks[start : start + per_file]) for n, start in enumerate(starts)}


def _chunks(read: Read, prefix: str, per_file: int) -> Chunks:
    lengths = decode(np.frombuffer(ungz(read(f"{prefix}lengths.pack")), np.uint8))[0].tolist()
    chunks: list[bytes] = []
    for number, first in enumerate(range(0, len(lengths), per_file)):
        chunks += _divided(read(f"{prefix}{number}.pack"), lengths[first : first + per_file])
    return tuple(chunks)


def _divided(data: bytes, lengths: Iterable[int]) -> Iterator[bytes]:
    """Yield the pieces of `data` of these lengths."""
    for length in lengths:
        yield data[:length]
        data = data[length:]


def _framed(header: object, body: bytes) -> bytes:
    """Return a line of JSON, then bytes."""
    return json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + body


def _unframed(data: bytes) -> tuple[Any, bytes]:
    header, _, body = data.partition(b"\n")
    return msgspec.json.decode(header), body


def _packs(segment: Segment) -> Iterator[tuple[bytes, bytes]]:
    """Yield each pack and its places."""
    count = max(1, len(segment.occurrences.term) // USES_PER_PACK[len(segment.parts) > 1])
    pack_of = [text_hash(term) % count for term in segment.terms]
    order = sorted(range(len(segment.terms)), key=lambda number: (pack_of[number], segment.terms[number]))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    postings = _postings(rank[segment.occurrences.term], segment.occurrences.doc)
    documents = np.bincount(postings.term, minlength=len(order))
    data, term_bytes = _encode_postings(segment.occurrences, postings, documents)
    uses = np.bincount(segment.occurrences.term, minlength=len(order))[order]
    positions = segment.occurrences.position[postings.order]
    bounds = np.searchsorted(np.array(pack_of)[order], np.arange(count + 1)).tolist()
    at, used = (np.concatenate([[0], np.cumsum(column)]) for column in (term_bytes, uses))
    for number, (first, last) in enumerate(pairwise(bounds)):
        terms = "\n".join(segment.terms[number] for number in order[first:last])
        before = int(used[first] - used[bounds[number - number % PACKS_PER_FILE]])
        header = [terms, *(column[first:last].tolist() for column in (documents, term_bytes, uses)), before]
        yield _framed(header, data[at[first] : at[last]].tobytes()), positions[used[first] : used[last]].tobytes()


def _postings(term: Ints, doc: Ints) -> Postings:
    order = np.argsort(term, kind="stable")
    term, doc = term[order], doc[order]
    is_first = np.ones(len(term), bool)
    is_first[1:] = (term[1:] != term[:-1]) | (doc[1:] != doc[:-1])
    starts = np.flatnonzero(is_first)
    return Postings(order, starts, term[starts], doc[starts])


def _encode_postings(occurrences: Occurrences, postings: Postings, documents: Ints) -> tuple[Bytes, Ints]:
    """Return the bytes of all postings, and the number of bytes of each term."""
    counts = np.diff(np.append(postings.starts, len(postings.order)))
    in_title = sums(occurrences.in_title[postings.order].astype(np.int32), postings.starts) > 0
    gaps = postings.doc.copy()
    gaps[1:] -= np.where(postings.term[1:] == postings.term[:-1], postings.doc[:-1], 0)
    has_more = (counts > 1) | in_title
    more = np.bincount(postings.term, weights=has_more, minlength=len(documents)).astype(np.int64)
    ends = np.cumsum(documents + more)
    values = np.empty(int(ends[-1]) if len(ends) else 0, np.int32)
    # Of each term first the gaps, then the counts.
    before = np.cumsum(more) - more
    values[np.arange(len(gaps)) + before[postings.term]] = gaps << 1 | has_more
    values[np.arange(int(more.sum())) + np.cumsum(documents)[postings.term[has_more]]] = (
        counts[has_more] << 1 | in_title[has_more]
    )
    data, lengths = encode(values)
    return data, sums(lengths, ends - documents - more)


def _read_packs(read: Read) -> tuple[list[str], Occurrences]:
    """Return the terms of all packs, and their occurrences in the order of documents."""
    terms: list[str] = []
    columns: list[Occurrences] = []
    for number, pack in enumerate(_chunks(read, "words/", PACKS_PER_FILE)):
        if number % PACKS_PER_FILE == 0:
            file = read(f"places/{number // PACKS_PER_FILE}.pack")
        (text, *numbers, uses, before), body = _unframed(_inflate(pack))
        places = file[before : before + sum(uses)]
        here = text.split("\n") if text else []
        documents, term_bytes = (np.array(column, np.int64) for column in numbers)
        columns.append(_read_pack(body, places, documents, term_bytes, len(terms)))
        terms += here
    term, doc, position, in_title = map(np.concatenate, zip(*columns, strict=True))
    order = np.argsort(doc, kind="stable")
    return terms, Occurrences(term[order], doc[order], position[order], in_title[order])


def _read_pack(body: bytes, places: bytes, documents: Ints, term_bytes: Ints, first: int) -> Occurrences:
    values, ends = decode(np.frombuffer(body, np.uint8))
    value_ends = np.searchsorted(ends, np.cumsum(term_bytes), "right")
    value_starts = np.concatenate([[0], value_ends[:-1]])[: len(value_ends)]
    more = value_ends - value_starts - documents
    term = np.repeat(np.arange(len(documents)), documents)
    rank = np.arange(len(term)) - np.repeat(np.cumsum(documents) - documents, documents)
    gaps = values[np.repeat(value_starts, documents) + rank]
    running = np.cumsum(gaps >> 1)
    starts = np.cumsum(documents) - documents
    doc = running - np.repeat(running[starts] - (gaps[starts] >> 1), documents)
    extra_rank = np.arange(int(more.sum())) - np.repeat(np.cumsum(more) - more, more)
    extra = np.full(len(term), 2, np.int64)
    extra[gaps & 1 > 0] = values[np.repeat(value_starts + documents, more) + extra_rank]
    counts = extra >> 1
    in_title = np.repeat(extra & 1, counts).astype(bool)
    term, doc = (np.repeat(column.astype(np.int32), counts) for column in (term + first, doc))
    return Occurrences(term, doc, np.frombuffer(places, np.uint8), in_title)
