"""The README as a package index shows it: a build hook.

An index cannot follow links to files of the repository. They lead to the address ``Repository`` of ``project.urls``;
while there is none, their text stays, and pictures are left out.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_RELATIVE = r"\[([^\]]*)\]\((?!https?:|#)([^)]+)\)"


class IndexReadme(MetadataHookInterface):
    """The hook that Hatchling calls."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the README."""
        text = (Path(self.root) / "README.md").read_text("utf-8")
        repository = metadata.get("urls", {}).get("Repository", "").rstrip("/")
        metadata["readme"] = {"content-type": "text/markdown", "text": for_index(text, repository)}


def for_index(text: str, repository: str) -> str:
    """Return the README with links that work anywhere."""
    if not repository:
        text = re.sub(rf"^!{_RELATIVE}\n+", "", text, flags=re.MULTILINE)
        return re.sub(_RELATIVE, r"\1", text)
    text = re.sub(rf"!{_RELATIVE}", rf"![\1]({repository}/raw/HEAD/\2)", text)
    return re.sub(_RELATIVE, rf"[\1]({repository}/blob/HEAD/\2)", text)
