"""The part of ``mkdocs.yml`` that the program needs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from broadsheet.settings.address import parse_address
from broadsheet.settings.document import Document, Fault

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
    def host(self) -> str:
        """The name of the site's host, without a port."""
        return urlsplit(self.site_url).hostname or "localhost"

    @property
    def logo(self) -> bytes:
        """The image that the theme has as its logo; empty if it has none."""
        logo = self.theme.get("logo") if isinstance(self.theme, dict) else None
        return logo if isinstance(logo, bytes) else b""

    @property
    def path(self) -> str:
        """The path of the site at its host, decoded, with a slash at its end; empty for a site at the root."""
        parts = [part for part in unquote(urlsplit(self.site_url).path).split("/") if part]
        return "".join(f"{part}/" for part in parts)


def from_environment(document: Document, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the settings with ``!ENV`` and their values: of the first variable that is set, or else the default."""
    for path, node in document.scalars():
        if len(path) == 1 and path[0] in Site.__struct_fields__ and node.tag == "!ENV":
            parts = [part.value for part in node.value] if isinstance(node.value, list) else [node.value]
            names, default = (parts[:-1], parts[-1]) if len(parts) > 1 else (parts, "")
            yield path[0], next((environment[name] for name in names if name in environment), default)


def faults(site: Site) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    if site.site_url and not parse_address(site.site_url):
        message = "site_url is not an absolute http(s) address"
        yield Fault(("site_url",), message, "write the address that readers use, without spaces, ? and #")
