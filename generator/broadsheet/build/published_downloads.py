"""The download of the whole archive that is published: by years, it ends."""

import os
from collections.abc import Iterator
from pathlib import Path

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.config import Settings
from broadsheet.views.downloads import FOLDER, FORMATS, WHOLE


def published_downloads(root: Path, site: Path, settings: Settings) -> Iterator[Diagnostic]:
    """Yield a warning if the next build removes the whole archive from the built `site`, for files by year."""
    files = [site / f"{FOLDER}{WHOLE}{form.suffix}" for form in FORMATS]
    published = next((path for path in files if path.is_file()), None)
    if published and settings.downloads == "years":
        hint = "set 'downloads: all' to keep it, or send its users to downloads/index.json"
        yield Diagnostic(os.path.relpath(published, root), "the next build removes this address", hint, is_note=True)
