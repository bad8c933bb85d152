"""The part of ``mkdocs.yml`` that the program needs."""

from collections.abc import Iterator, Mapping

import msgspec

from broadsheet.settings.address import parse_address
from broadsheet.settings.document import Document, Fault


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The part of ``mkdocs.yml`` that the program needs. `site_url` is the resolved address, and ends in a slash."""

    site_name: str
    site_url: str = ""
    site_description: str = ""
    docs_dir: str = "docs"
    site_dir: str = "site"


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
