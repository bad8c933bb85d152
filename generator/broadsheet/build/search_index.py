"""The folder of the search index in a site: one folder a shard, the dictionary, the people, and the list of all."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
    SPELLINGS,
    About,
    files,
    gz,
    segment_of,
    ungz,
)
from broadsheet.search.ids import DOCUMENTS_PER_LIST
from broadsheet.search.people import people_lists
from broadsheet.search.segment import Segment, from_documents, join
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
    """
    parts = [_part(documents, part, previous, reusable) for part in shard.parts or (shard,)]
    filled = [part for part in parts if part.rows]
    if not filled:
        return
    with atomic_swap(site / FOLDER / shard.folder) as staging:
        for name, data in files(join(filled) if shard.parts else filled[0]).items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _part(documents: Documents, shard: Shard, previous: Path | None, reusable: Collection[str]) -> Segment:
    if previous and shard.folder in reusable:
        folder = previous / FOLDER / shard.folder
        with suppress(OSError, ValueError, EOFError, msgspec.MsgspecError):  # the slow path is always there
            return segment_of(lambda name: (folder / name).read_bytes())
    return from_documents(documents(shard))


def write_list(
    folders: Sequence[str], people: Mapping[str, str], site: Path, previous: Path, reusable: Collection[str] = ()
) -> None:
    """Write what the browser reads first: the list of shards in this order, the dictionary, and the lists of people.

    `people` has the name of each author with a page, by address. The site `previous` has the `reusable` folders.
    """
    shards = [shard for folder in folders if (shard := _describe(site / FOLDER / folder))]
    words = _write_dictionary([shard["folder"] for shard in shards], site / FOLDER, previous / FOLDER, reusable)
    lists = people_lists(people)
    data = {
        "shards": [{key: value for key, value in shard.items() if key != "facets"} for shard in shards],
        "facets": _sum_facets([shard["facets"] for shard in shards]),
        "dictionary": words,
        "phrases": _write_all([head()], "phrases", site / FOLDER)[0],
        "people": _write_all([gz(data) for data in lists], "people", site / FOLDER),
        "sizes": {
            "ids": DOCUMENTS_PER_LIST,
            "facts": DOCUMENTS_PER_FACTS,
            "chunk": CARDS_PER_CHUNK,
            "chunks": CHUNKS_PER_FILE,
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


def _write_dictionary(
    folders: Sequence[str], target: Path, previous: Path, reusable: Collection[str]
) -> dict[str, str]:
    """Write the words of all shards. Return the names of the files by the words' first letter.

    The sum over all shards but the newest month is read from the previous site if all are `reusable`, so that one more
    day reads two files.
    """
    newest = [folder for folder in folders if not folder.startswith(PUBLICATIONS)][:1]
    closed = [folder for folder in folders if folder not in newest]
    name = f"closed.{_hash(' '.join(closed).encode())}.pack"
    counts = None
    if set(closed) <= set(reusable):
        with suppress(OSError, ValueError, EOFError, msgspec.MsgspecError):
            data = (previous / name).read_bytes()
            counts = dictionary.decode(ungz(data))
    if counts is None:
        counts = dictionary.total(dictionary.decode(ungz((target / part / SPELLINGS).read_bytes())) for part in closed)
        data = gz(dictionary.encode(counts))
    write_atomically(target / name, data)
    words = dictionary.total(
        [counts, *(dictionary.decode(ungz((target / n / SPELLINGS).read_bytes())) for n in newest)]
    )
    lists = {initial: gz(data) for initial, data in dictionary.for_browser(words).items()}
    return dict(zip(lists, _write_all(lists.values(), "dictionary", target), strict=True))


def _write_all(contents: Iterable[bytes], kind: str, folder: Path) -> list[str]:
    """Write files whose names have the hash of their contents; return the names."""
    names = []
    for number, data in enumerate(contents):
        names.append(f"{kind}-{number}.{_hash(data)}.pack")
        write_atomically(folder / names[-1], data)
    return names


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
