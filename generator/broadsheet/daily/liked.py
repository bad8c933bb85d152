"""The papers that the group likes: the files and folders that `liked` in ``digest.yml`` names."""

from collections.abc import Iterator
from pathlib import Path

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers import liked
from broadsheet.providers.liked import LikedPapers
from broadsheet.scoring.background import load_background
from broadsheet.scoring.likeness import LikedInterest
from broadsheet.settings.config import SETTINGS_FILE, Settings
from broadsheet.settings.interests import LIKED_FOLDER
from broadsheet.store.files import printable, problem_from, read_regular


def liked_papers(root: Path, settings: Settings) -> LikedPapers:
    """Return the liked papers of the digest, each once. Raises DigestError if a file cannot be used."""
    files = [_read(root, path) for path in liked_files(root, settings)]
    papers = liked.unique(paper for file in files for paper in file.papers)
    return LikedPapers(papers, tuple(problem for file in files for problem in file.problems))


def liked_interest(root: Path, settings: Settings) -> LikedInterest | None:
    """Return the interest in the liked papers of the digest; None if there are none. Raises DigestError."""
    papers = liked_papers(root, settings).papers
    return LikedInterest(papers, load_background()) if papers else None


def liked_files(root: Path, settings: Settings) -> list[Path]:
    """Return the files of liked papers, sorted. Raises DigestError if a path is not there."""
    files: set[Path] = set()
    for name in settings.liked:
        path = root / name
        if path.exists():
            files.update(_visible(path) if path.is_dir() else [path])
        elif name != LIKED_FOLDER:
            what = f"liked: no file or folder {name}"
            raise DigestError(Diagnostic(SETTINGS_FILE, what, "correct the path, or remove it"))
    return sorted(files)


def _visible(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not is_hidden and not path.name.upper().startswith(("README", "LICENSE", "LICENCE")):
            yield path


def _read(root: Path, path: Path) -> LikedPapers:
    try:
        return liked.parse(read_regular(path), printable(str(path.relative_to(root))))
    except OSError as error:
        raise DigestError(problem_from(error, root)) from error
