"""What the last build made, and of what: kept beside the site, and trusted only together with it."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.build.seal import Seal, is_intact
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular


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

    def sources(self) -> list[str]:
        """Return the files in ``docs/``."""
        return [*(f"{address}index.md" for address in self.pages), *self.files]


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


def load(path: Path, site: Path, seal: Seal | None) -> State:
    """Return the state in `path`, if it is that of `site`, and nothing of the site is gone or was written to since.

    Otherwise return an empty one: a lost or damaged file costs a full build, never a stale page.
    """
    try:
        data = read_regular(path)
        if seal is None or seal.state != hashlib.sha256(data).hexdigest() or not is_intact(site, seal):
            return State()
        return msgspec.json.decode(data, type=State)
    except (OSError, ValueError):
        return State()


def save(state: State, path: Path) -> None:
    """Keep the state, once its site is in place."""
    write_atomically(path, msgspec.json.encode(state, order="sorted"), sole=True)
