"""Lists from ids and DOIs to addresses. An id gives the name of its list, so a browser needs no index of them."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

DOCUMENTS_PER_LIST = 500  # documents without an arXiv id
# The month of an arXiv id: 2505.18313, math/0306266, or 0306266 without its archive.
_MONTH = re.compile(r"(?:[a-z-]+/)?(\d{4})(?:\.\d{4,5}|\d{3})")


def text_hash(text: str) -> int:
    """Return the number by which a text finds its file; ``search-index.js`` has the same rule."""
    number = 0
    for character in text:
        number = (number * 31 + ord(character)) % 65_536
    return number


def bucket(name: str, others: int) -> str:
    """Return the name of the address list of an id or DOI: the month of an arXiv id, else one of `others` lists.

    The browser uses the same rule (``bucketOf`` in ``ids.js``).
    """
    if month := _MONTH.fullmatch(name):
        return month[1]
    return f"other-{text_hash(name) % others}"


def lookup_names(ids: Iterable[str]) -> Iterator[str]:
    """Yield the spellings by which `ids` are looked up: lower case, and old arXiv ids without their archive too."""
    for name in ids:
        yield name.lower()
        if _MONTH.fullmatch(name) and "/" in name:
            yield name.partition("/")[2]


def id_lists(ids: Mapping[str, Iterable[str]], documents: int) -> dict[str, bytes]:
    """Return the lists as JSON by name."""
    buckets = 1 + documents // DOCUMENTS_PER_LIST
    lists: dict[str, dict[str, list[str]]] = {}
    for name, addresses in sorted(ids.items()):
        lists.setdefault(bucket(name, buckets), {})[name] = sorted(addresses)
    return {name: msgspec.json.encode(entries) for name, entries in lists.items()}


def ids_of(data: bytes) -> dict[str, list[str]]:
    """Return a list of `id_lists`."""
    return msgspec.json.decode(data, type=dict[str, list[str]])
