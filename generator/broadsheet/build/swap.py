"""The atomic swap: a site is built in a staging folder beside the previous one, then the two change places."""

import ctypes
import json
import os
import shutil
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from broadsheet.build.folder_times import FolderTimes
from broadsheet.build.manifest import (
    MANIFEST,
    entries,
    files_below,
    folder_time_ns,
    mark_unfinished,
    read_manifest,
    touched_folders,
)
from broadsheet.build.mkdocs_output import output_problems
from broadsheet.build.site_folder import IGNORE_ALL, NO_MIRROR, SiteMirror, check_work_folder, parents, same_file
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.child import run_module
from broadsheet.store.atomic import write_atomically

# renameat2(2) exchanges two paths, so that there is always a site.
AT_FDCWD = -100
RENAME_EXCHANGE = 2


@contextmanager
def atomic_swap(
    site: Path, swapped: Callable[[Path], None] = lambda previous: None, *, keep_previous: bool = False
) -> Iterator[Path]:
    """Yield a staging folder. On success it replaces `site`; on an error, the previous site stays as it was.

    After the swap, call `swapped` with the folder of the previous site. With `keep_previous` that folder stays as the
    next staging folder if it shares files with the site: these need not be linked again (see `link_unchanged`). So the
    staging folder may hold files at first.
    """
    staging = staging_folder(site)
    if keep_previous:
        for folder in (staging, _backup_folder(site), _aside_folder(staging)):
            check_work_folder(folder)
        shutil.rmtree(_aside_folder(staging), ignore_errors=True)
        _make(staging, site)
        mark_unfinished(staging)
    else:
        shutil.rmtree(staging, ignore_errors=True)
        _make(staging.parent, site)
    _recover(site)
    try:
        yield staging
        _replace(site, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    swapped(staging)
    with suppress(OSError):  # the site is in its place; the next build removes the rest
        if keep_previous and _share_files(site, staging):
            write_atomically(staging / ".gitignore", IGNORE_ALL)
        else:
            _remove(str(staging))


def _make(folder: Path, site: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileNotFoundError, PermissionError) as error:  # in /proc every attempt fails with the first
        raise DigestError(Diagnostic(str(site), "cannot be written", "name another folder")) from error


def _share_files(site: Path, previous: Path) -> bool:
    """Return whether both have a file in common. If not, keeping the previous site would double the disk usage."""
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(previous) for name in names)
    return any(_is_same_file(path, site / os.path.relpath(path, previous)) for path in paths)


def _is_same_file(path: str, other: Path) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False


def _remove(folder: str) -> None:
    """Remove a folder that no other process uses, in half the time of `shutil.rmtree`, which guards against races."""
    for entry in entries(folder):
        _discard(entry)
    with suppress(OSError):
        os.rmdir(folder)


def _discard(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        _remove(entry.path)
    else:
        os.unlink(entry.path)


def staging_folder(site: Path) -> Path:
    """Return the folder in which the next site is built: beside the previous one, on the same file system."""
    return site.with_name(f".{site.name}.new")


def link_unchanged(site: Path, staging: Path, unchanged: Iterable[str], apart: Collection[str] = ()) -> list[str]:
    """Link the files and folders `unchanged` of the previous site into the staging folder, and remove all else there.

    Return the paths of all others in the previous site.

    Top-level names in `apart` are left alone. Files that are linked already are recognized by their inode numbers,
    since the staging folder may be an earlier site that has most of them.
    """
    linker = _Linker(len(str(site)) + 1, frozenset(unchanged))
    if not linker.sync(str(site), str(staging), apart):
        with suppress(OSError):
            staging.rmdir()
    return linker.others


def mirror(site: Path, staging: Path, apart: Collection[str], record: Path) -> SiteMirror:
    """Link all files that the manifest of `site` lists into the staging folder, and remove all else there.

    Top-level names in `apart` are left alone, and so are folders that the `record` of the last mirror shows as settled.
    """
    manifest, time_ns = read_manifest(site), folder_time_ns(staging)
    sizes = (manifest and manifest.sizes) or {}
    folders = frozenset(["", *parents(sizes)])
    inside = frozenset(folder for folder in folders if folder.partition("/")[0] in apart)
    times = FolderTimes(site, staging, folders - inside)
    linker = _Linker(len(str(site)) + 1, sizes.keys(), folders)
    gone: set[str] = set()
    for folder in sorted(folders - inside - times.settled(record)):
        if times.is_folder(folder) and gone.isdisjoint(parents([folder])):
            linker.sync(f"{site}/{folder}".rstrip("/"), f"{staging}/{folder}".rstrip("/"), () if folder else apart)
        else:
            gone.add(folder)
    mixed = {"", *(os.path.dirname(path) for path in linker.others), *inside}
    times.save(record, mixed, time_ns)
    return SiteMirror(time_ns, folders, folders & mixed)


def remove_changed(staging: Path, changed: Iterable[str]) -> None:
    """Remove files of the last site from the staging folder, and the folders that are empty then."""
    for path in changed:
        with suppress(FileNotFoundError):
            os.unlink(f"{staging}/{path}")
        with suppress(OSError):  # it is not empty
            os.removedirs(f"{staging}/{os.path.dirname(path)}")


class _Linker:
    """The links from a previous site, whose paths begin at `start`, to a staging folder. Only `unchanged` ones stay.

    Folders in `alone` are synced one by one. Then `others` has the paths of all other files, and of folders without an
    unchanged one.
    """

    def __init__(self, start: int, unchanged: Container[str], alone: Container[str] = ()) -> None:
        self._start, self._unchanged, self._alone = start, unchanged, alone
        self.others: list[str] = []

    def sync(self, old: str, new: str, apart: Collection[str] = (), *, whole: bool = False) -> bool:
        """Make the folder `new` hold the unchanged files of `old`, or all if `whole`. Return whether it has any."""
        present = {entry.name: entry for entry in entries(new)}
        linked = set()
        for entry in entries(old):
            if entry.name in apart:
                continue
            if self._link(entry, f"{new}/{entry.name}", present, whole=whole):
                linked.add(entry.name)
            else:
                self.others.append(entry.path[self._start :])
        for name in present.keys() - linked - set(apart):
            _discard(present[name])
        return bool(linked)

    def _link(self, entry: os.DirEntry[str], target: str, present: dict[str, os.DirEntry[str]], *, whole: bool) -> bool:
        """Link a file or folder to `target` if it is unchanged. Return whether it was linked."""
        unchanged = whole or entry.path[self._start :] in self._unchanged
        old_target = present.get(entry.name)
        if entry.is_dir(follow_symlinks=False):
            if old_target and not old_target.is_dir(follow_symlinks=False):
                _discard(present.pop(entry.name))
            return entry.path[self._start :] in self._alone or self.sync(entry.path, target, whole=unchanged)
        if unchanged and (old_target is None or old_target.inode() != entry.inode()):
            if old_target:
                _discard(old_target)
            same_file(entry.path, target)
        return unchanged


def sizes_of(
    staging: Path, site: Path | None, linked: Mapping[str, int] = MappingProxyType({}), mirrored: SiteMirror = NO_MIRROR
) -> dict[str, int]:
    """Return the size of every file of a new site. Those that are `linked` since the site was `mirrored` have theirs.

    Replace new files by links to identical ones of the previous `site`, so that their times do not change.
    """
    changed = mirrored.mixed | touched_folders(staging, mirrored.folders, mirrored.time_ns)
    sizes = {path: size for path, size in linked.items() if path.rpartition("/")[0] not in changed}
    for path, info in _files_in(staging, changed, mirrored.folders):
        sizes[path] = info.st_size
        # A file with another link is from the previous site.
        if site and info.st_nlink == 1 and _is_identical(f"{site}/{path}", f"{staging}/{path}", info.st_size):
            os.unlink(f"{staging}/{path}")
            same_file(f"{site}/{path}", f"{staging}/{path}")
    return sizes


def _files_in(staging: Path, changed: Iterable[str], folders: Container[str]) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the path and the status of every file in the `changed` folders, and in those there not in `folders`."""
    for folder in changed:
        for entry in entries(f"{staging}/{folder}"):
            path = f"{folder}/{entry.name}".removeprefix("/")
            if not entry.is_dir(follow_symlinks=False):
                if path != MANIFEST:
                    yield path, entry.stat(follow_symlinks=False)
            elif path not in folders:
                yield from files_below(staging, f"{path}/")


def _is_identical(old: str, new: str, size: int) -> bool:
    try:
        return os.stat(old).st_size == size and Path(old).read_bytes() == Path(new).read_bytes()
    except OSError:
        return False


def run_mkdocs(root: Path, docs: Path, target: Path, epoch: int, site_only: Iterable[str], site_url: str) -> None:
    """Build the digest's `docs` into `target`; `epoch` (seconds, UTC) stands in for the time of the build.

    MkDocs empties the folder first; the files `site_only` (paths in it) are kept. Raises DigestError with its output.
    """
    aside = _aside_folder(target)
    check_work_folder(aside)
    shutil.rmtree(aside, ignore_errors=True)
    target.mkdir(exist_ok=True)
    target.rename(aside)
    target.mkdir()
    mark_unfinished(target)  # MkDocs does not remove hidden files
    try:
        _run_mkdocs(root, docs, target, epoch, site_url)
        for path in site_only:
            same_file(f"{aside}/{path}", f"{target}/{path}")
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _aside_folder(staging: Path) -> Path:
    return staging.with_name(f"{staging.name}.aside")


def _run_mkdocs(root: Path, docs: Path, target: Path, epoch: int, site_url: str) -> None:
    # MkDocs has no option for the address, and resolves paths against the folder of its settings.
    settings = root / f".mkdocs.yml.{os.getpid():08x}"
    write_atomically(settings, json.dumps({"INHERIT": str(root / "mkdocs.yml"), "site_url": site_url}).encode())
    # Not --quiet: that would hide the warnings from a strict build too.
    arguments = ["mkdocs", "build", "--config-file", str(settings)]
    reminders = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    environment = os.environ | reminders | {"SOURCE_DATE_EPOCH": str(epoch)}
    try:
        run = run_module([*arguments, "--site-dir", str(target.absolute())], environment)
    finally:
        settings.unlink(missing_ok=True)
    if run.returncode:
        raise DigestError(output_problems(run.stderr + run.stdout, root, docs))


def _replace(site: Path, staging: Path) -> None:
    """Put `staging` in the place of `site`. Afterwards `staging` holds the previous site, if there was one."""
    if site.exists() and _exchange(site, staging):
        return
    if site.exists():
        site.rename(_backup_folder(site))
    staging.rename(site)
    if _backup_folder(site).exists():
        _backup_folder(site).rename(staging)


def _recover(site: Path) -> None:
    """Restore the previous site. Without `renameat2`, a kill between two renames leaves none."""
    if _backup_folder(site).exists() and not site.exists():
        _backup_folder(site).rename(site)
    shutil.rmtree(_backup_folder(site), ignore_errors=True)


def _backup_folder(site: Path) -> Path:
    return site.with_name(f".{site.name}.old")


def _exchange(path: Path, other: Path) -> bool:
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # not Linux, or an old C library
        return False
    result: int = renameat2(AT_FDCWD, os.fsencode(path), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
    return result == 0
