"""The archive as downloads, made beside the pages: only what changed, each file in a process of its own."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from broadsheet.build.archive_files import Members, write_json_lines, write_sqlite
from broadsheet.build.state import Written
from broadsheet.build.workers import Workers
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.atomic import write_atomically
from broadsheet.views.downloads import (
    FORMATS,
    INDEX_PATH,
    JSON_LINES,
    LICENCE,
    SQLITE,
    VERSION,
    ArchiveFormat,
    Download,
)
from broadsheet.views.feeds.registry import absolute

WRITERS = {JSON_LINES: write_json_lines, SQLITE: write_sqlite}


class Order(msgspec.Struct, frozen=True):
    """A file to write into `fresh`; what `site` has of it, whose members are `before`, is taken over."""

    root: str
    site: str
    fresh: str
    volume: Download
    form: ArchiveFormat
    before: Members


def write(order: Order) -> Written:
    """Write one file."""
    volume, path = order.volume, order.volume.path(order.form)
    site_url = config.load(Path(order.root)).site.site_url
    places = Path(order.fresh, path), order.before, Path(order.site, path)
    return Written(volume.version, WRITERS[order.form](volume, Path(order.root), site_url, *places))


class Packing:
    """All files of all volumes: those that are as they were `before`, and those to write."""

    def __init__(self, found: Iterable[Download], before: Mapping[str, Written]) -> None:
        self._files = {volume.path(form): (volume, form) for volume in found for form in FORMATS}
        self._before = before
        self.same = {
            path: before[path]
            for path, (volume, _) in self._files.items()
            if path in before and before[path].version == volume.version
        }

    def begin(self, workers: Workers, site: Path, fresh: Path) -> None:
        """Have files written into `fresh`, with what `site` has of them."""
        places = str(workers.job.root), str(site), str(fresh)
        self._fresh = fresh
        self._orders = {
            path: workers.submit(write, Order(*places, *it, self._members(path)))
            for path, it in self._files.items()
            if path not in self.same
        }

    def _members(self, path: str) -> Members:
        return self._before[path].members if path in self._before else ()

    def finish(self, workers: Workers, settings: Settings) -> dict[str, Written]:
        """Wait for the files and list them; return what they are, by path."""
        made = {path: workers.result(order) for path, order in self._orders.items()}
        if self._files:
            write_atomically(self._fresh / INDEX_PATH, _contents(self._fresh, self._files, settings))
        return {path: made.get(path) or self.same[path] for path in self._files}


def _contents(fresh: Path, files: dict[str, tuple[Download, ArchiveFormat]], settings: Settings) -> bytes:
    """The list of the files: what is in each, where it is, how large it is."""
    listed = []
    for path, (volume, form) in files.items():
        dates = [date for part in volume.months for date in part.dates]
        said = {"url": absolute(settings, path), "format": form.name, "bytes": (fresh / path).stat().st_size}
        listed.append(said | ({"first": dates[0], "last": dates[-1]} if dates else {}))
    return msgspec.json.encode({"version": VERSION, "licence": LICENCE, "files": listed}) + b"\n"
