"""The part of ``mkdocs.yml`` that the program needs."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from broadsheet.settings.document import Fault

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The part of ``mkdocs.yml`` that the program needs. `site_url` is the resolved address, and ends in a slash."""

    site_name: str
    site_url: str = ""
    site_description: str = ""
    docs_dir: str = "docs"
    site_dir: str = "site"
    theme: Any = None

    @property
    def language(self) -> str:
        """The language of the site, as a tag of BCP 47: the theme's name for it may have an underscore."""
        language = self.theme.get("language") if isinstance(self.theme, dict) else None
        if isinstance(language, str) and _LANGUAGE.fullmatch(language):
            return language.replace("_", "-")
        return "en"

    @property
    def path(self) -> str:
        """The path of the site at its host, decoded, with a slash at its end; empty for a site at the root."""
        parts = [part for part in unquote(urlsplit(self.site_url).path).split("/") if part]
        return "".join(f"{part}/" for part in parts)


def faults(site: Site) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    if site.site_url and not re.match(r"https?://[^/\s]+", site.site_url):
        message = "site_url is not an absolute http(s) address"
        yield Fault(("site_url",), message, "write the address readers will use, ending in /")
