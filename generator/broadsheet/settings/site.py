"""The part of ``mkdocs.yml`` that the program needs."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from broadsheet.settings.document import Fault

# Names that no site on the web can have: https://www.rfc-editor.org/rfc/rfc6761
_RESERVED = re.compile(r"(?:.+\.)?(?:localhost|example|test|invalid|example\.(?:com|net|org|edu))")


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The part of ``mkdocs.yml`` that the program needs. `site_url` ends in a slash."""

    site_name: str
    site_url: str
    site_description: str = ""
    docs_dir: str = "docs"
    site_dir: str = "site"


def faults(site: Site) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    path = ("site_url",)
    if not re.match(r"https?://[^/\s]+", site.site_url):
        message = "site_url is not an absolute http(s) address"
        yield Fault(path, message, "write the address readers will use, ending in /")
    elif is_sample_address(site.site_url):
        message = f"site_url: {site.site_url} is the address of a sample: feeds and the sitemap link to it"
        yield Fault(path, message, "write the address readers will use", is_warning=True)


def is_sample_address(url: str) -> bool:
    """Return whether no reader can reach `url`: an address of this machine, or one reserved for examples."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return True
    if _RESERVED.fullmatch(host):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
