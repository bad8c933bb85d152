"""What the last build made, and of what: kept beside the site, and trusted only together with it."""

import hashlib
import os
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from generator.edges.atomic import write_atomically

# In the site: says which state belongs to it.
SEAL = ".digest"


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """A query to the catalogue, and the version of its answer."""

    query: str
    arguments: tuple[Any, ...]
    version: str


class Made(msgspec.Struct, frozen=True, array_like=True):
    """The pages of one key of one kind: their addresses, the date each has in the sitemap, and what they were made of.

    `kept` are those that gave way to hand-written pages; `files` are no pages, but feeds: paths in ``docs/``; `built`
    are files that stand in the site alone.
    """

    kind: str
    key: str
    pages: dict[str, str | None]
    answers: tuple[Answer, ...]
    kept: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    built: tuple[str, ...] = ()


class Written(msgspec.Struct, frozen=True, array_like=True):
    """A download as it was written: the version of what is in it, and its members (their versions and bytes)."""

    version: str
    members: tuple[tuple[str, int], ...]


class State(msgspec.Struct, frozen=True):
    """A finished build. `base` is of program, settings and theme; `data` of everything in data/."""

    base: str = ""
    data: str = ""
    made: tuple[Made, ...] = ()
    shards: dict[str, str] = {}
    downloads: dict[str, Written] = {}

    @property
    def seal(self) -> str:
        """A digest of the state: the same for the same inputs."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


def load(path: Path, site: Path, docs: Path) -> State:
    """The state in `path`, if it is that of `site` and nothing of it is gone; else an empty one.

    A lost or damaged file costs a full build, never a stale page.
    """
    try:
        data = path.read_bytes()
        if (site / SEAL).read_text("ascii") != hashlib.sha256(data).hexdigest():
            return State()
        state = msgspec.json.decode(data, type=State)
    except (OSError, ValueError):
        return State()
    pages = [address for made in state.made for address in made.pages]
    built = [path for made in state.made for path in made.built]
    files = (f"{site}/{path}" for path in (*(f"{page}index.html" for page in pages), *built, *state.downloads))
    sources = (f"{docs}/{page}index.md" for page in pages)
    return state if all(map(os.path.exists, chain(files, sources))) else State()


def save(state: State, path: Path) -> None:
    """Keep the state, once its site is in place."""
    write_atomically(path, msgspec.json.encode(state, order="sorted"), sole=True)
