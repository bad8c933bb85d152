"""The ids of the feeds that are published: a digest that moves may keep them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.address import is_placeholder
from broadsheet.settings.config import Settings
from broadsheet.store.files import read_regular
from broadsheet.views.feeds.registry import ALL, ID_YEAR, JSON, tag_uri

# The start of the ids of papers: the host of the site, and its path; the id of a paper has a slash at most.
_OWN_ID = re.compile(rf"tag:(?P<host>[^,/]+),{ID_YEAR}:(?P<path>(?:[^/]+/)*)paper/(?=[^/]+(?:/\d+)?$)")


def published_ids(root: Path, site: Path, settings: Settings) -> Iterator[Diagnostic]:
    """Yield a warning if the built `site` has feeds with other ids than the next build gives them."""
    path = site / (ALL + JSON.suffix)
    start = tag_uri(settings, "paper", "")
    ids = (str(item.get("id")) for item in _items(path) if isinstance(item, dict))
    own = next((match for name in ids if (match := _OWN_ID.match(name)) and match[0] != start), None)
    if own is None:
        return
    old_address = f"https://{own['host']}/{own['path']}"
    if not is_placeholder(old_address) and not is_placeholder(settings.site.site_url):
        what = f"ids of items begin with {own[0]}, those of the next build with {start}"
        hint = f"set feeds.id_address to {old_address}, else readers and mailing lists get the newest items once more"
        yield Diagnostic(os.path.relpath(path, root), what, hint, is_note=True)


def _items(path: Path) -> list[Any]:
    """Return the items of a JSON Feed; none if there is no such file."""
    try:
        document = msgspec.json.decode(read_regular(path))
    except (OSError, ValueError, RecursionError):
        return []
    items = document.get("items") if isinstance(document, dict) else None
    return items if isinstance(items, list) else []
