"""Integers as bytes: seven bits a byte, the lowest first, and the highest bit where more follow (LEB128)."""

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.signedinteger[Any]]
Bytes = npt.NDArray[np.uint8]


def encode(values: Ints) -> tuple[Bytes, Ints]:
    """Return the bytes of all values, and the number of bytes of each."""
    lengths = np.ones(len(values), np.int32)
    for bits in range(7, 35, 7):
        lengths += values >> bits > 0
    starts = np.cumsum(lengths) - lengths
    data = np.zeros(int(lengths.sum()), np.uint8)
    for place in range(int(lengths.max(initial=0))):
        longer = lengths > place
        more = np.where(lengths[longer] > place + 1, 0x80, 0)
        data[starts[longer] + place] = (values[longer] >> 7 * place & 0x7F) | more
    return data, lengths


def decode(data: Bytes) -> tuple[Ints, Ints]:
    """Return the values, and the place after the last byte of each."""
    ends = np.flatnonzero(data < 0x80).astype(np.int64) + 1
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]]) if len(ends) else ends
    values = np.zeros(len(ends), np.int64)
    for place in range(int((ends - starts).max(initial=0))):
        longer = ends - starts > place
        values[longer] |= (data[starts[longer] + place].astype(np.int64) & 0x7F) << 7 * place
    return values, ends


def sums(values: Ints, starts: Ints) -> Ints:
    """Return the sums of the runs of `values` that begin at `starts`; none is empty."""
    return np.add.reduceat(values, starts) if len(starts) else np.zeros(0, np.int64)
