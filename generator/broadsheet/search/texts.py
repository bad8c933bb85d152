"""The cards of documents, compressed in chunks of a few, which share a dictionary: frequent phrases of abstracts.

The phrases are a part of the compressed stream before each chunk, so that the browser's DecompressionStream reads it,
and loads them once. With them, a chunk of 2 takes fewer bytes than one of 8 with a dictionary of its month. Files of
chunks can be joined without compressing them again. ``python -m tests.make_phrases`` makes the phrases from a corpus.
"""

import zlib
from collections.abc import Sequence
from functools import cache
from pkgutil import get_data

CARDS_PER_CHUNK = 2  # a browser loads one for each hit
LEVEL = 6
# The file has a phrase on each line, the one that saves most last. A card begins a new line.
PHRASES = (get_data(__package__, "phrases.txt") or b"").strip().replace(b"\n", b" ") + b"\n"

Chunks = tuple[bytes, ...]


def pack(cards: Sequence[bytes]) -> Chunks:
    """Return the cards in chunks, a line each."""
    lines = [card + b"\n" for card in cards]
    chunks = (b"".join(lines[start : start + CARDS_PER_CHUNK]) for start in range(0, len(lines), CARDS_PER_CHUNK))
    return tuple(map(_compress, chunks))


def append(first: Chunks, second: Chunks, cards: int) -> Chunks:
    """Return the chunks of the cards of both; `cards` is the number of the first ones."""
    if cards % CARDS_PER_CHUNK == 0:
        return (*first, *second)
    lines = [line for chunk in (first[-1], *second) for line in _decompress(chunk).splitlines()]
    return (*first[:-1], *pack(lines))


def head() -> bytes:
    """Return the stream before each chunk."""
    return _primed()[0]


def _compress(data: bytes) -> bytes:
    compressor = _primed()[1].copy()
    return compressor.compress(data) + compressor.flush()


def _decompress(chunk: bytes) -> bytes:
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    decompressor.decompress(head())
    return decompressor.decompress(chunk)


@cache
def _primed() -> "tuple[bytes, zlib._Compress]":
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 8)  # 9 is slower to copy
    return compressor.compress(PHRASES) + compressor.flush(zlib.Z_SYNC_FLUSH), compressor
