"""Notes on the Git repository of a digest: files that it ignores, and workflows where the host runs none."""

from collections.abc import Iterator
from pathlib import Path

from broadsheet.build.hosts import DAILY, HOSTS
from broadsheet.build.starter_record import RECORD
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.processes.git import ignored, top_folder
from broadsheet.settings.config import SETTINGS_FILE

# What each run or upgrade changes, and the next one needs.
_COMMITTED = ("data/papers/2026/2026-01-01.jsonl", "data/runs/2026/2026-01-01.json", SETTINGS_FILE, RECORD)


def repository_notes(root: Path, host: str) -> Iterator[Diagnostic]:
    """Yield notes on the repository that the digest in `root` is in, if any; `host` runs it."""
    top = top_folder(root)
    if top is None:
        return
    names = dict.fromkeys(path.partition("/")[0] for path in ignored(root, _COMMITTED))
    for name in names:
        what = f"Git ignores {name}, which the next run needs"
        yield Diagnostic(".gitignore", what, "remove the pattern, or add an exception", is_note=True)
    has_workflows = any(DAILY[0] in entry.shares for entry in HOSTS if entry.name == host)
    if has_workflows and top != root.resolve():
        what = f"the repository begins in {top}, and GitHub runs only the workflows in .github there"
        yield Diagnostic(".github", what, "give the digest a repository of its own", is_note=True)
