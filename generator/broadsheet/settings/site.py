"""The part of ``mkdocs.yml`` that the program needs."""

from collections.abc import Iterator

import msgspec

from broadsheet.settings.address import parse_address
from broadsheet.settings.document import Fault


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The part of ``mkdocs.yml`` that the program needs. `site_url` is the resolved address, and ends in a slash."""

    site_name: str
    site_url: str = ""
    site_description: str = ""
    docs_dir: str = "docs"
    site_dir: str = "site"


def faults(site: Site) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    if site.site_url and not parse_address(site.site_url):
        message = "site_url is not an absolute http(s) address"
        yield Fault(("site_url",), message, "write the address that readers use, without spaces, ? and #")
