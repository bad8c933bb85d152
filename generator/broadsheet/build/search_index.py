"""The folder of the search index in a site: one folder a shard, the dictionary, the people, and the list of all."""

import hashlib
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.build.swap import atomic_swap
from broadsheet.search import dictionary
from broadsheet.search.document import SearchDocument
from broadsheet.search.files import (
    ABOUT,
    CHUNKS_PER_FILE,
    DOCUMENTS_PER_FACTS,
    PACKS_PER_FILE,
    SPELLINGS,
    About,
    files,
    gz,
    segment_of,
    ungz,
)
from broadsheet.search.ids import DOCUMENTS_PER_LIST
from broadsheet.search.people import people_lists
from broadsheet.search.segment import Segment, append, from_documents, join
from broadsheet.search.texts import CARDS_PER_CHUNK, head
from broadsheet.store.atomic import write_atomically
from broadsheet.views.search_documents import PUBLICATIONS, Shard

FOLDER = "search-index"
LIST_FILE = "shards.json"

Documents = Callable[[Shard], Iterable[SearchDocument]]


def write_shard(
    documents: Documents, shard: Shard, site: Path, previous: Path | None = None, reusable: Collection[str] = ()
) -> None:
    """Write a shard as a folder of `site`, swapped in one step. Without documents, it has no folder.

    Months whose folders in `previous` are `reusable` are read from there: an eighth of the time that making them takes.
    A day is added to the folder of its month.
    """
    parts = (_part(documents, part, previous, reusable) for part in shard.parts or (shard,))
    segment = join(part for part in parts if part.rows)
    if not segment.rows:
        return
    with atomic_swap(site / FOLDER / shard.folder) as staging:
        for name, data in files(segment).items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _part(documents: Documents, part: Shard, previous: Path | None, reusable: Collection[str]) -> Segment:
    earlier = part._replace(version=part.earlier, dates=part.dates[:-1])
    with suppress(OSError, ValueError, EOFError, msgspec.MsgspecError, zlib.error):  # the slow path is always there
        if previous and part.folder in reusable:
            return _read(previous / FOLDER / part.folder)
        if previous and earlier.folder in reusable:
            new = from_documents(documents(part._replace(dates=part.dates[-1:])))
            return append(_read(previous / FOLDER / earlier.folder), new)
    return from_documents(documents(part))


def _read(folder: Path) -> Segment:
    return segment_of(lambda name: (folder / name).read_bytes())


def write_list(folders: Sequence[str], people: Mapping[str, str], site: Path, cache: Path) -> None:
    """Write what the browser reads first: the list of shards in this order, the dictionary, and the lists of people.

    `people` has the name of each author with a page, by address. The file `cache` keeps a sum for the next time.
    """
    shards = [shard for folder in folders if (shard := _describe(site / FOLDER / folder))]
    words = dictionary.for_browser(_words([shard["folder"] for shard in shards], site / FOLDER, cache))
    lists = people_lists(people)
    data = {
        "shards": [{key: value for key, value in shard.items() if key != "facets"} for shard in shards],
        "facets": _sum_facets([shard["facets"] for shard in shards]),
        "dictionary": dict(zip(words, _write_all(map(gz, words.values()), "dictionary", site / FOLDER), strict=True)),
        "phrases": _write_all([head()], "phrases", site / FOLDER)[0],
        "people": _write_all([gz(data) for data in lists], "people", site / FOLDER),
        "sizes": {
            "ids": DOCUMENTS_PER_LIST,
            "facts": DOCUMENTS_PER_FACTS,
            "chunk": CARDS_PER_CHUNK,
            "chunks": CHUNKS_PER_FILE,
            "packs": PACKS_PER_FILE,
        },
    }
    write_atomically(site / FOLDER / LIST_FILE, msgspec.json.encode(data))


def _describe(shard: Path) -> dict[str, Any] | None:
    with suppress(FileNotFoundError):
        about = msgspec.json.decode((shard / ABOUT).read_bytes(), type=About)
        return {"folder": shard.name, **msgspec.structs.asdict(about)}
    return None


def _sum_facets(shards: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """Return the papers of each value of each facet."""
    total: dict[str, dict[str, int]] = {}
    for shard in shards:
        for name, counts in shard.items():
            sums = total.setdefault(name, {})
            for value, papers in counts.items():
                sums[value] = sums.get(value, 0) + papers
    return total


def _words(folders: Sequence[str], target: Path, cache: Path) -> dict[str, int]:
    """Return the words of all shards, and their uses. One more day reads the newest month and the `cache`."""
    newest = [folder for folder in folders if not folder.startswith(PUBLICATIONS)][:1]
    closed = [folder for folder in folders if folder not in newest]
    return dictionary.total([_sum(closed, target, cache), *_spellings(newest, target)])


def _sum(folders: Sequence[str], target: Path, cache: Path) -> dict[str, int]:
    """Return the words of shards that change at most once a month, from the `cache` if it has those of `folders`.

    Their names have their versions. The cache is no part of the site, since browsers do not need it.
    """
    with suppress(OSError, ValueError, EOFError, msgspec.MsgspecError, zlib.error):  # the slow path is always there
        names, counts = msgspec.json.decode(ungz(cache.read_bytes()), type=tuple[list[str], dict[str, int]])
        if names == list(folders):
            return counts
    counts = dictionary.total(_spellings(folders, target))
    write_atomically(cache, gz(msgspec.json.encode((folders, counts))))
    return counts


def _spellings(folders: Iterable[str], target: Path) -> Iterator[dict[str, int]]:
    return (dictionary.decode(ungz((target / folder / SPELLINGS).read_bytes())) for folder in folders)


def _write_all(contents: Iterable[bytes], kind: str, folder: Path) -> list[str]:
    """Write files whose names have the hash of their contents; return the names."""
    names = []
    for number, data in enumerate(contents):
        names.append(f"{kind}-{number}.{_hash(data)}.pack")
        write_atomically(folder / names[-1], data)
    return names


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
