"""The search index: documents in, Pagefind's files out, through its command line (record by record is 100 ms each)."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from generator.ground.errors import DigestError, Problem

FOLDER = "pagefind"
# Pagefind also writes user interfaces of its own; the site has one already.
NEEDLESS = ("*-ui.*", "*component*", "*modular*", "*highlight*", "*playground*")


def write_index(documents: Iterable[tuple[str, bytes]], site: Path) -> None:
    """Index `documents` (path, HTML) into ``site/pagefind``. Raises DigestError with Pagefind's own words."""
    with tempfile.TemporaryDirectory(prefix="digest-search-") as name:
        folder = Path(name)
        for path, data in documents:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        if any(folder.iterdir()):
            _run(folder, site / FOLDER)


def _run(documents: Path, target: Path) -> None:
    command = [sys.executable, "-m", "pagefind", "--quiet", "--site", str(documents), "--output-path", str(target)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        said = (run.stderr + run.stdout).strip() or f"it ended with {run.returncode}"
        raise DigestError(Problem("pagefind", said, "check that the package pagefind[bin] is installed"))
    for pattern in NEEDLESS:
        for path in target.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
