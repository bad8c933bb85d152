"""The cards of documents, compressed in chunks of a few, which share the dictionary of their month.

The first cards of a month are the dictionary of its chunks: as a part of the compressed stream before each of them,
so that the browser's DecompressionStream reads it. A chunk of 8 takes an eighth fewer bytes so. Files of chunks can be
joined without compressing them again.
"""

import zlib
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

CARDS_PER_CHUNK = 4  # a browser loads one for each hit
DICTIONARY_BYTES = 6_000
LEVEL = 6


class Texts(NamedTuple):
    """Compressed cards: the `head` is the stream of the dictionary alone."""

    head: bytes
    chunks: tuple[bytes, ...]


def pack(cards: Sequence[bytes]) -> Texts:
    """Return the cards in chunks, a line each."""
    lines = [card + b"\n" for card in cards]
    sizes = accumulate(map(len, lines))
    first = b"".join(line for line, size in zip(lines, sizes, strict=True) if size <= DICTIONARY_BYTES)
    compressor = _compressor()
    head = compressor.compress(first) + compressor.flush(zlib.Z_SYNC_FLUSH)
    chunks = (b"".join(lines[start : start + CARDS_PER_CHUNK]) for start in range(0, len(lines), CARDS_PER_CHUNK))
    return Texts(head, tuple(_compress(chunk, first) for chunk in chunks))


def _compress(data: bytes, dictionary: bytes) -> bytes:
    compressor = _compressor(dictionary)
    return compressor.compress(data) + compressor.flush()


def _compressor(dictionary: bytes = b"") -> "zlib._Compress":
    return zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
