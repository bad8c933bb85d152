"""The checks on the folder of a site, and the files in it that no build made.

The manifest lists the files of the build that made the site. Each build keeps all others: photographs, ``CNAME``,
``.well-known/``, the ``.git`` of a work tree.
"""

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Collection, Container, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from broadsheet.build.manifest import MANIFEST, entries, files_below, listed_files, read_manifest, touched_folders
from broadsheet.index.open import CACHE
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from broadsheet.settings.config import SETTINGS_FILE, SITE_FILE, Settings
from broadsheet.store.files import open_regular, read_regular
from broadsheet.views.markdown import HEADING_ID

IGNORE_ALL = b"*\n"  # the .gitignore of a previous site that is kept as the next staging folder
_FORCE = "name another folder, empty it, or pass --force to broadsheet build: files of the same names are then replaced"
_ELSEWHERE = "name another folder"
_CANONICAL = re.compile(rb'<link rel="canonical" href="https?://[^/"<>]+(/[^"<>]*)">')
_HEADING = f' id="{HEADING_ID}"'.encode()
_PAGE_BYTES = 2**20  # of a page that are searched for its address and heading


def real_site(root: Path, settings: Settings, site: Path | None) -> Path:
    """Return the real path of the site: the swap replaces the folder, not a link to it."""
    return Path(os.path.realpath(site or root / settings.site.site_dir))


def cached_file(root: Path, site: Path, name: str) -> Path:
    """Return the path of the cache file `name` for one site. Several sites may be built from one `root`."""
    return root / CACHE / f"{name}-{hashlib.sha256(str(site).encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"


# -- which folder may be a site ------------------------------------------------------------------------------------


def check_folder(site: Path, root: Path, docs: Path, manifest_copy: Path | None = None, *, force: bool = False) -> None:
    """Raise DigestError unless builds of the digest in `root` may replace `site`, a real path.

    They may if it is empty, has a manifest, or has files in the copy of a lost manifest.
    """
    fault = _fault_of_path(site) or _fault_of_place(site, root, docs)
    fault = fault or _of_another_digest(site, root) or _without_sound_manifest(site)
    if not fault and not force and entries(str(site)) and not _is_made(site, manifest_copy):
        fault = "is not empty, and no build made it", _FORCE
    if fault:
        raise DigestError(Diagnostic(str(site), *fault))


def _is_made(site: Path, manifest_copy: Path | None) -> bool:
    return read_manifest(site) is not None or bool(manifest_copy and listed_files(site, manifest_copy))


def check_work_folder(folder: Path) -> None:
    """Raise DigestError if `folder`, needed as a staging or backup folder, exists and no build made it."""
    if os.path.lexists(folder) and not _is_work_folder(folder):
        what = "a build needs this path for the next site, and no build made what is there"
        raise DigestError(Diagnostic(str(folder), what, "move it away"))


def _is_work_folder(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    return not any(folder.iterdir()) or read_manifest(folder) is not None or _is_previous_site(folder)


def _is_previous_site(folder: Path) -> bool:
    try:
        return read_regular(folder / ".gitignore") == IGNORE_ALL
    except OSError:
        return False


def _fault_of_place(site: Path, root: Path, docs: Path) -> tuple[str, str] | None:
    if overlap := _protected_overlap(site, root, docs):
        return overlap, _ELSEWHERE
    if any(mount == site or mount.is_relative_to(site) for mount in _mounts(site)):
        return "is a mount point or has one inside, and cannot be exchanged for the next site", "name a folder in it"
    return None


def _without_sound_manifest(site: Path) -> tuple[str, str] | None:
    if os.path.lexists(site / MANIFEST) and not stat.S_ISREG(os.lstat(site / MANIFEST).st_mode):
        return f"has something else in the place of its manifest, {MANIFEST}", f"move {MANIFEST} away"
    if not _is_readable(site / MANIFEST):
        return f"has a manifest, {MANIFEST}, that this user may not read", "give this user access to it"
    if os.path.lexists(site / ".git") and read_manifest(site) is None:
        return "is a Git work tree that no build made", _ELSEWHERE
    return None


def _is_readable(path: Path) -> bool:
    """Return whether a file can be read or does not exist."""
    try:
        open_regular(path).close()
    except PermissionError:
        return False
    except OSError:
        return True
    return True


def _protected_overlap(site: Path, root: Path, docs: Path) -> str | None:
    """Return "is", "contains" or "is inside" with the name of a protected folder, if it overlaps the site.

    The site may lie in the file system, the digest and the home folder, but not in the others.
    """
    whole = {"the whole file system": Path(site.anchor), "the digest's own folder": root, "the home folder": _home()}
    parts = {"data/": root / "data", "docs/": docs, "the cache": root / ".digest", ".git": root / ".git"}
    if ".git" in (part.casefold() for part in site.parts):
        return "is or is inside .git"
    folders = (*whole.items(), *parts.items())
    outer = ((_overlap(site, folder), name) for name, folder in folders if _lies_in(folder, site))
    inner = ((_overlap(site, folder), name) for name, folder in parts.items() if _lies_in(site, folder))
    return next((f"{overlap} {name}" for overlap, name in (*outer, *inner)), None)


def _overlap(site: Path, folder: Path) -> str:
    """Return the relation of `site` to `folder`: "is", "contains" or "is inside"; empty if they are apart."""
    is_inside, contains = _lies_in(site, folder), _lies_in(folder, site)
    return "is" if is_inside and contains else "is inside" if is_inside else "contains" if contains else ""


def _of_another_digest(site: Path, root: Path) -> tuple[str, str] | None:
    """Return a fault if the site is, lies in or contains a part of another digest; one with a manifest has none."""
    places = [] if site.is_relative_to(root) else list(site.parents)
    if os.path.isdir(site) and read_manifest(site) is None:
        places += (Path(folder) for folder, _, names in os.walk(site) if SETTINGS_FILE in names)
    for digest in filter(_is_digest, places):
        parts = {"data/": digest / "data", "docs/": digest / _docs_dir(digest), "the cache": digest / ".digest"}
        for name, folder in parts.items():
            if overlap := _overlap(site, folder):
                return f"{overlap} {name} of the digest in {digest}", _ELSEWHERE
    return None


def _is_digest(folder: Path) -> bool:
    return (folder / SETTINGS_FILE).is_file() and any(
        (folder / part).exists() for part in ("data", _docs_dir(folder), SITE_FILE)
    )


def _docs_dir(root: Path) -> str:
    try:
        return config.load(root).site.docs_dir
    except (DigestError, OSError):  # a digest that cannot be built is protected as well
        return "docs"


def _fault_of_path(site: Path) -> tuple[str, str] | None:
    existing = next((ancestor for ancestor in (site, *site.parents) if os.path.lexists(ancestor)), None)
    if existing and not existing.is_dir():
        return ("is not a folder" if existing == site else f"{existing} is not a folder"), _ELSEWHERE
    return None


def _home() -> Path:
    try:
        return Path.home().resolve()
    except (RuntimeError, OSError):  # this user has none
        return Path("/")


def _lies_in(path: Path, folder: Path) -> bool:
    """Return whether `path` is `folder` or in it, by name ignoring case, or, because of links and mounts, by inode."""
    folded = [part.casefold() for part in folder.parts]
    if [part.casefold() for part in path.resolve().parts][: len(folded)] == folded:
        return True
    return any(_is_same(ancestor, folder) for ancestor in (path, *path.resolve().parents))


def _is_same(path: Path | str, other: Path | str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False


def _mounts(site: Path) -> Iterable[Path]:
    """Return where file systems are mounted. See https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html"""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return [site] if os.path.ismount(site) else []
    places = (line.split(" ")[4] for line in lines)
    return [Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), mount)) for mount in places]


# -- files that no build made --------------------------------------------------------------------------------------


class SiteMirror(NamedTuple):
    """The links to a site in its staging folder: the time before them, the site's folders, and those of them that may
    have other files."""

    time_ns: int
    folders: frozenset[str]
    mixed: frozenset[str]


NO_MIRROR = SiteMirror(0, frozenset([""]), frozenset([""]))


def keep_others(
    site: Path, staging: Path, ours: Collection[str], *, force: bool = False, mirrored: SiteMirror | None = None
) -> set[str]:
    """Link the files of `site` that are not `ours` into `staging`. Return their paths.

    If the site was `mirrored`, look only at folders that had others, and at those that were touched since.

    Raises DigestError if `staging` has a file of that name; with `force` the file in `staging` is used.
    """
    transfer = _Transfer(str(staging))
    ours = {MANIFEST, *ours}
    if mirrored:
        folders = mirrored.folders | parents(path for path in ours if path.rpartition("/")[0] not in mirrored.folders)
        changed = mirrored.mixed | touched_folders(site, folders, mirrored.time_ns)
        others = list(_unknown_in(str(site), changed, ours, folders))
    else:
        others = list(_unknown(str(site), ours, parents(ours)))
    for entry in others:
        transfer.link(entry, os.path.relpath(entry.path, site))
    if transfer.obstacles and not force:
        hint = "move it away, or pass --force to broadsheet build: then it is replaced"
        what = "no build made it, and the new site has a file at this path"
        raise DigestError([Diagnostic(f"{site}/{path}", what, hint) for path in sorted(transfer.obstacles)])
    return transfer.linked


def recognized(site: Path, staging: Path) -> set[str]:
    """Return the files of `site` that a build made, judged by name and content.

    These are the files that the new site has too, and all pages that are recognized as generated for their address.
    """
    names = {path for path, _ in files_below(staging)}
    pages = (path for path, _ in files_below(site) if path.endswith("/index.html") and path not in names)
    return names | {path for path in pages if _is_generated_for(path, site)}


def _is_generated_for(path: str, site: Path) -> bool:
    """Return whether the page at `path` has a generated heading, and this path in its canonical address."""
    full_path = site / path
    try:
        with open_regular(full_path) as file:
            text = b"" if full_path.is_symlink() else file.read(_PAGE_BYTES)
    except OSError:
        return False
    address = _CANONICAL.search(text)
    own = b"/" + os.fsencode(path.removesuffix("index.html"))
    return _HEADING in text and address is not None and address[1].endswith(own)


def remove_ours(site: Path, paths: Collection[str] | None) -> None:
    """Remove files and the manifest from a site. Do nothing if the files that builds made are unknown."""
    files = [path for path in (*paths, MANIFEST) if _is_really_at(site, path)] if paths else []
    for path in files:
        (site / path).unlink(missing_ok=True)
    for folder in [*sorted(parents(files), reverse=True), ""]:
        with suppress(OSError):  # it is not empty
            os.rmdir(site / folder)


def _is_really_at(site: Path, path: str) -> bool:
    """Return whether a path in the resolved folder `site` leads through no link, and to no folder."""
    full_path = site / path
    return full_path.parent == full_path.parent.resolve() and (full_path.is_symlink() or not full_path.is_dir())


class _Transfer:
    """The transfer of files into the folder `staging`: the paths of `linked` files, and of `obstacles` there."""

    def __init__(self, staging: str) -> None:
        self._staging = staging
        self.linked: set[str] = set()
        self.obstacles: list[str] = []

    def link(self, entry: os.DirEntry[str], path: str) -> None:
        """Link a file or folder at `path` into the staging folder."""
        target = f"{self._staging}/{path}"
        if entry.is_dir(follow_symlinks=False):
            self._link_folder(entry, path, target)
        elif _is_same(entry.path, target) and not entry.is_symlink():  # it came with a folder that is kept whole
            self.linked.add(path)
        elif os.path.lexists(target) or not _is_folder_free(os.path.dirname(target)):
            self.obstacles.append(path)
        else:
            same_file(entry.path, target)
            self.linked.add(path)

    def _link_folder(self, entry: os.DirEntry[str], path: str, target: str) -> None:
        if not _is_folder_free(target):
            self.obstacles.append(path)
            return
        is_new = not os.path.lexists(target)
        os.makedirs(target, exist_ok=True)
        for inner in entries(entry.path):
            self.link(inner, f"{path}/{inner.name}")
        if is_new:
            shutil.copystat(entry.path, target)


def _is_folder_free(path: str) -> bool:
    """Return whether a folder is at `path`, or can be made there."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return os.path.isdir(path)


def parents(paths: Iterable[str]) -> set[str]:
    """Return the folders in which `paths` lie, each one above included."""
    folders: set[str] = set()
    for path in paths:
        while (path := path.rpartition("/")[0]) and path not in folders:
            folders.add(path)
    return folders


def _unknown(site: str, files: Container[str], folders: Container[str]) -> Iterator[os.DirEntry[str]]:
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        for entry in entries(f"{site}/{prefix}"):
            path = prefix + entry.name
            if path in folders and entry.is_dir(follow_symlinks=False):
                waiting.append(f"{path}/")
            elif path not in files or entry.is_dir(follow_symlinks=False):
                yield entry


def _unknown_in(
    site: str, changed: Iterable[str], files: Container[str], folders: Container[str]
) -> Iterator[os.DirEntry[str]]:
    """Yield the files that are not in `files`, and the folders not in `folders`, in the `changed` folders alone."""
    for folder in changed:
        for entry in entries(f"{site}/{folder}"):
            path = f"{folder}/{entry.name}".removeprefix("/")
            if path not in (folders if entry.is_dir(follow_symlinks=False) else files):
                yield entry


def same_file(old: str, new: str) -> None:
    """Put the file `old` at `new` as well, with the folders it needs: the same file, where links can be."""
    try:
        os.link(old, new, follow_symlinks=False)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(new))
        same_file(old, new)
    except OSError:  # a file system without links
        shutil.copy2(old, new, follow_symlinks=False)
