"""The papers that the group likes: the files and folders that `liked` in ``digest.yml`` names."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.liked_paper import LikedPaper
from broadsheet.providers import liked
from broadsheet.scoring.background import load_background
from broadsheet.scoring.likeness import LikedInterest
from broadsheet.settings.config import SETTINGS_FILE, Settings, line_of
from broadsheet.settings.interests import LIKED_FOLDER
from broadsheet.store.files import printable, problem_from, read_regular


class LikedFiles(NamedTuple):
    """The liked papers of a digest, each once, and warnings: of `entries` in files, and of `files` without papers."""

    papers: tuple[LikedPaper, ...]
    entries: tuple[Diagnostic, ...]
    files: tuple[Diagnostic, ...]


def liked_papers(root: Path, settings: Settings) -> LikedFiles:
    """Return the liked papers of the digest. A file that cannot be used is a warning, and the others count."""
    papers: list[LikedPaper] = []
    entries: list[Diagnostic] = []
    files = list(_missing(root, settings))
    for path in liked_files(root, settings):
        try:
            result = liked.parse(read_regular(path), printable(str(path.relative_to(root))))
        except (DigestError, OSError) as error:
            problem = problem_from(error, root) if isinstance(error, OSError) else error.problems[0]
            files.append(msgspec.structs.replace(problem, is_note=True))
        else:
            papers += result.papers
            entries += (msgspec.structs.replace(problem, is_note=True) for problem in result.problems)
    return LikedFiles(liked.unique(papers), tuple(entries), tuple(files))


def liked_interest(
    root: Path, settings: Settings, warn: Callable[[str], None] = lambda text: None
) -> LikedInterest | None:
    """Return the interest in the liked papers of the digest; None if there are none.

    `warn` gets a line for each file that cannot be used.
    """
    result = liked_papers(root, settings)
    for problem in result.files:
        warn(str(problem))
    return LikedInterest(result.papers, load_background()) if result.papers else None


def liked_files(root: Path, settings: Settings) -> list[Path]:
    """Return the files of liked papers, sorted."""
    files: set[Path] = set()
    for path in (root / name for name in settings.liked):
        files.update(_visible(path) if path.is_dir() else [path] if path.exists() else [])
    return sorted(files)


def _missing(root: Path, settings: Settings) -> Iterator[Diagnostic]:
    """Yield a warning for each path in the settings that is not there."""
    for index, name in enumerate(settings.liked):
        if name != LIKED_FOLDER and not (root / name).exists():
            where = f"{SETTINGS_FILE}:{line_of(root, 'liked', str(index))}"
            what = f"liked: no file or folder {name}"
            yield Diagnostic(where, what, "correct the path, or remove it", is_note=True)


def _visible(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not is_hidden and not path.name.upper().startswith(("README", "LICENSE", "LICENCE")):
            yield path
