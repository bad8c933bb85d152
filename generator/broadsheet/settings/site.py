"""The part of ``mkdocs.yml`` that the program needs."""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec

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
    if site.site_url and not (re.match(r"https?://[^/\s]+", site.site_url) and _has_host(site.site_url)):
        message = "site_url is not an absolute http(s) address"
        yield Fault(("site_url",), message, "write the address readers will use, ending in /")


def _has_host(url: str) -> bool:
    with suppress(ValueError):  # of brackets that are not those of an IPv6 address
        return bool(urlsplit(url).hostname)
    return False
