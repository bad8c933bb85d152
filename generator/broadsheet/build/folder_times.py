"""The times of the folders of a site and of its staging folder, which is the site before: most are settled."""

import os
import stat
from collections.abc import Container, Iterable
from pathlib import Path

from broadsheet.build.manifest import CLOCK_STEP_NS
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular

_NO_FOLDER = -1  # in place of the time of a link or a file


class FolderTimes:
    """The times of the last change of each of some `folders`, in a `site` and in its `staging` folder.

    A folder is settled if both times are exactly those from before the last mirror. That mirror found or made them
    equal, the two sites changed places since, and no program has touched the folder in either. Any change gives a new
    time: of this program, after a kill too, or of another. With a link in the place of a folder none is settled, since
    those in it may be elsewhere.
    """

    def __init__(self, site: Path, staging: Path, folders: Iterable[str]) -> None:
        self._times = {folder: (_time_ns(f"{site}/{folder}"), _time_ns(f"{staging}/{folder}")) for folder in folders}

    def is_folder(self, folder: str) -> bool:
        """Return whether a folder is one in the site; a link is none."""
        return self._times[folder][0] > 0

    def settled(self, record: Path) -> set[str]:
        """Return the settled folders, by the `record` of the last mirror."""
        try:
            lines = set(read_regular(record).decode("utf-8", "surrogateescape").split("\0"))
        except (OSError, UnicodeDecodeError):
            return set()
        if any(_NO_FOLDER in times for times in self._times.values()):
            return set()
        return {folder for folder, (site, staging) in self._times.items() if f"{site} {staging} {folder}" in lines}

    def save(self, record: Path, but: Container[str], now_ns: int) -> None:
        """Write the record for the next mirror, `but` for some folders. Then the two sites will have changed places.

        A folder whose time is not a second old may change again without a new time.
        """
        settled_ns = range(1, now_ns - CLOCK_STEP_NS)
        lines = "".join(
            f"{staging} {site} {folder}\0"
            for folder, (site, staging) in self._times.items()
            if site in settled_ns and staging in settled_ns and folder not in but
        )
        write_atomically(record, lines.encode("utf-8", "surrogateescape"), sole=True)


def _time_ns(folder: str) -> int:
    """Return when a folder was last changed; 0 if nothing is there."""
    try:
        info = os.lstat(folder)
    except OSError:
        return 0
    return info.st_ctime_ns if stat.S_ISDIR(info.st_mode) else _NO_FOLDER
