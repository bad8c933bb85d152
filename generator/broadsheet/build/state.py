"""The state of a finished build: its pages and their dependencies. It is valid only for the site it was saved with."""

import hashlib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from broadsheet.build.manifest import Manifest
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular


class Dependency(msgspec.Struct, frozen=True, array_like=True):
    """A query to the index, and the version of its result."""

    query: str
    arguments: tuple[Any, ...]
    version: str


class BuiltKey(msgspec.Struct, frozen=True, array_like=True):
    """The result of rendering one key of a page type.

    `pages` maps addresses to dates in the sitemap. `shadowed` are the paths of pages that a hand-written page replaces,
    `sources` those of other files in ``docs/``, such as feeds, and `site_only` those of files in the site alone.
    """

    page_type: str
    key: str
    pages: dict[str, str | None]
    dependencies: tuple[Dependency, ...]
    shadowed: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    site_only: tuple[str, ...] = ()

    def docs_paths(self) -> list[str]:
        """Return the paths of all its files in ``docs/``."""
        return [*(f"{address}index.md" for address in self.pages), *self.sources]


class ArchiveFile(msgspec.Struct, frozen=True, array_like=True):
    """A written download: the version of its content, the version and size in bytes of each gzip member, and its last
    day."""

    version: str = ""
    members: tuple[tuple[str, int], ...] = ()
    last: str = ""


class Results(NamedTuple):
    """The results of all keys as they are saved: each dependency once, and in its place in a key its number."""

    dependencies: tuple[Dependency, ...] = ()
    keys: tuple[tuple[Any, ...], ...] = ()


class BuildState(msgspec.Struct, frozen=True, dict=True):
    """A finished build. `inputs` is the hash of program, settings and theme; `data` that of everything in data/.

    `generated` is the signature of the list of generated files. `results` are decoded only if a page may have changed:
    they are nearly all of the state.
    """

    inputs: str = ""
    data: str = ""
    generated: str = ""
    shadowed: tuple[str, ...] = ()
    shards: dict[str, str] = {}
    downloads: dict[str, ArchiveFile] = {}
    results: msgspec.Raw = msgspec.Raw()

    @cached_property  # 2 % of one more day
    def _results(self) -> Results:
        return msgspec.json.decode(self.results, type=Results) if self.results else Results()

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """The distinct dependencies of all keys."""
        return self._results.dependencies

    @property
    def built_keys(self) -> tuple[BuiltKey, ...]:
        """The results of all keys."""
        dependency = self._results.dependencies.__getitem__
        return tuple(
            BuiltKey(page_type, key, pages, tuple(map(dependency, numbers)), *map(tuple, paths))
            for page_type, key, pages, numbers, *paths in self._results.keys
        )

    @property
    def encoded(self) -> bytes:
        """The state as JSON: the same for the same inputs."""
        return msgspec.json.encode(self, order="sorted")

    @property
    def fingerprint(self) -> str:
        """The hash of the state."""
        return hashlib.sha256(self.encoded).hexdigest()


def encode_results(built_keys: Iterable[BuiltKey]) -> msgspec.Raw:
    """Return the `results` of a state."""
    numbers: dict[Dependency, int] = {}
    keys = []
    for built_key in built_keys:
        page_type, key, pages, dependencies, *paths = msgspec.structs.astuple(built_key)
        used = tuple([numbers.setdefault(dependency, len(numbers)) for dependency in dependencies])
        keys.append((page_type, key, pages, used, *paths))
    return msgspec.Raw(msgspec.json.encode(Results(tuple(numbers), tuple(keys)), order="sorted"))


def load_state(path: Path, manifest: Manifest | None) -> BuildState:
    """Return the state in `path` if the site with this `manifest` belongs to it; otherwise an empty state."""
    try:
        data = read_regular(path)
        if manifest is None or manifest.state != hashlib.sha256(data).hexdigest():
            return BuildState()
        return msgspec.json.decode(data, type=BuildState)
    except (OSError, ValueError):
        return BuildState()


def save_state(state: BuildState, path: Path) -> None:
    """Write the state. Call it after its site is in place."""
    write_atomically(path, state.encoded, sole=True)
