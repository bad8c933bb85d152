"""``/robots.txt``: all may read all; the address of the sitemap. Only the root of a host has one (RFC 9309)."""

from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.views.page import File

PATH = "robots.txt"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[File]:
    """Yield the file. One in docs/ takes its place."""
    site_url = settings.site.site_url
    if not settings.site.path:
        text = f"User-agent: *\nAllow: /\n\nSitemap: {site_url.rstrip('/')}/sitemap.xml\n"
        yield File(PATH, text.encode(), site_only=True)
