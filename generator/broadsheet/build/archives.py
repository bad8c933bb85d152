"""The downloads of the archive: files that changed are written, each by one call of a worker process."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from broadsheet.build.archive_files import write_json_lines, write_sqlite
from broadsheet.build.state import ArchiveFile
from broadsheet.build.workers import BuildWorkers
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


class WriteJob(msgspec.Struct, frozen=True):
    """The inputs of one archive file in `staging`. Members in `previous` that are unchanged are copied from `site`."""

    root: str
    site_url: str
    site: str
    staging: str
    archive: Download
    format: ArchiveFormat
    previous: ArchiveFile


def write(job: WriteJob) -> ArchiveFile:
    """Write one archive file."""
    archive, path = job.archive, job.archive.path(job.format)
    previous = job.previous
    after = previous.last if previous.last and archive.until(previous.last).version == previous.version else ""
    folders = Path(job.root), job.site_url, Path(job.staging, path)
    members = WRITERS[job.format](archive, *folders, previous.members, Path(job.site, path), after)
    return ArchiveFile(archive.version, members, archive.last)


class ArchiveBuilder:
    """All files of all archives: those that are unchanged since the `previous` build, and those to write."""

    def __init__(self, archives: Iterable[Download], previous: Mapping[str, ArchiveFile]) -> None:
        self._files = {archive.path(format): (archive, format) for archive in archives for format in FORMATS}
        self._previous = previous
        self.unchanged = {
            path: previous[path]
            for path, (archive, _) in self._files.items()
            if path in previous and previous[path].version == archive.version
        }

    def start(self, workers: BuildWorkers, site: Path, staging: Path) -> None:
        """Start to write files into `staging`, with unchanged members from `site`."""
        folders = str(workers.job.root), workers.job.site_url, str(site), str(staging)
        self._staging = staging
        self._calls = {
            path: workers.submit(write, WriteJob(*folders, *file, self._previous.get(path, ArchiveFile())))
            for path, file in self._files.items()
            if path not in self.unchanged
        }

    def finish(self, workers: BuildWorkers, settings: Settings) -> dict[str, ArchiveFile]:
        """Wait for the files, and write their index. Return all files by path."""
        written = {path: workers.result(call) for path, call in self._calls.items()}
        if self._files:
            write_atomically(self._staging / INDEX_PATH, _archive_index(self._staging, self._files, settings))
        return {path: written.get(path) or self.unchanged[path] for path in self._files}


def _archive_index(staging: Path, files: dict[str, tuple[Download, ArchiveFormat]], settings: Settings) -> bytes:
    """Return the index of the files: address, format, size and period of each."""
    items = []
    for path, (archive, format) in files.items():
        dates = [date for month in archive.months for date in month.dates]
        item = {"url": absolute(settings, path), "format": format.name, "bytes": (staging / path).stat().st_size}
        items.append(item | ({"first": dates[0], "last": dates[-1]} if dates else {}))
    return msgspec.json.encode({"version": VERSION, "licence": LICENCE, "files": items}) + b"\n"
