"""Checks of a built site: every internal link has a target, under any sub-path."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from lxml import etree

from broadsheet.model.diagnostics import Diagnostic

# Hosts serve this page at any address, so its links must start at the root.
NOT_FOUND = "404.html"


class PageLink(NamedTuple):
    """The first link of a page to an address."""

    line: int
    url: str


class HtmlDocument(NamedTuple):
    """The ids and links of a page."""

    ids: frozenset[str]
    links: tuple[PageLink, ...]
    has_title: bool


def site_problems(site: Path, site_url: str, label: str) -> Iterator[Diagnostic]:
    """Yield the problems of the site in folder `site`, to be served at `site_url`; `label` is its name in messages."""
    files = frozenset(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    if "index.html" not in files:
        yield Diagnostic(label, "not a built site (no index.html)", "run 'broadsheet build'")
        return
    documents = {name: _read_html(site / name) for name in sorted(files) if name.endswith(".html")}
    resolver = _Resolver(files, documents, site_url)
    for name, document in documents.items():
        yield from _html_problems(name, document, f"{label}/{name}", resolver)
    for name in sorted(files):
        if name.endswith((".xml", ".atom", ".opml")):
            yield from _xml_problems(site / name, f"{label}/{name}", resolver)


def _html_problems(name: str, document: HtmlDocument, where: str, resolver: "_Resolver") -> Iterator[Diagnostic]:
    if not document.has_title:
        yield Diagnostic(where, "the page has no <title>", "give it a heading or a title")
    for link in document.links:
        if fault := resolver.fault(name, link.url):
            yield Diagnostic(f"{where}:{link.line}", f"{link.url}: {fault[0]}", fault[1])


def _xml_problems(path: Path, where: str, resolver: "_Resolver") -> Iterator[Diagnostic]:
    """Yield the problems of a feed or the site map, which have full addresses."""
    try:
        root = etree.parse(path).getroot()
    except etree.XMLSyntaxError as error:
        hint = "report this: it is a fault of the program"
        yield Diagnostic(f"{where}:{error.lineno}", f"not XML: {error.msg}", hint)
        return
    for element in root.iter(etree.Element):
        for url in ((element.text or "").strip(), *element.attrib.values()):
            if resolver.is_ours(url) and (fault := resolver.fault("", url)):
                yield Diagnostic(f"{where}:{element.sourceline}", f"{url}: {fault[0]}", fault[1])


class _Resolver:
    """The files and ids of a site, to which links are resolved."""

    def __init__(self, files: frozenset[str], documents: dict[str, HtmlDocument], site_url: str) -> None:
        self._files = files
        self._documents = documents
        self._site_url = site_url
        self._base = unquote(urlsplit(site_url).path)

    def is_ours(self, url: str) -> bool:
        return url.startswith(self._site_url)

    def fault(self, page: str, url: str) -> tuple[str, str] | None:
        """Return what is wrong with the link `url` on `page`, and what to do; None for a good link."""
        try:
            parts = urlsplit(url[len(self._site_url) :] if self.is_ours(url) else url)
        except ValueError:
            return "not an address", "correct the link"
        if parts.scheme or parts.netloc:
            return None
        path = unquote(parts.path)
        if path.startswith("/"):
            if page != NOT_FOUND or not path.startswith(self._base):
                return "starts at the host's root, which breaks under a sub-path", "make the link relative"
            path = path[len(self._base) :]
        folder = "" if self.is_ours(url) or parts.path.startswith("/") else posixpath.dirname(page)
        target = self._file(folder, path) if path or self.is_ours(url) else page
        if target not in self._files:
            return "leads nowhere", "correct the link, or build the site anew"
        return self._fragment_fault(target, unquote(parts.fragment))

    def _file(self, folder: str, path: str) -> str:
        name = posixpath.normpath(posixpath.join(folder, path)).removeprefix("./")
        if name in self._files and not path.endswith("/"):
            return name
        return "index.html" if name == "." else f"{name}/index.html"

    def _fragment_fault(self, target: str, fragment: str) -> tuple[str, str] | None:
        document = self._documents.get(target)
        if not fragment or fragment == "top" or document is None or fragment in document.ids:
            return None
        return f"no element of {target} has the id {fragment}", "correct the link, or build the site anew"


def _read_html(path: Path) -> HtmlDocument:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = etree.fromstring(path.read_bytes() or b"<html/>", parser)
    ids: set[str] = set()
    links: dict[str, PageLink] = {}
    for element in root.iter(etree.Element):
        ids.update(value for name in ("id", "name") if (value := element.get(name)))
        for name in ("href", "src"):
            if (url := element.get(name)) is not None:
                links.setdefault(url, PageLink(element.sourceline, url))
    title = root.findtext("head/title") or ""
    return HtmlDocument(frozenset(ids), tuple(links.values()), bool(title.strip()))
