"""The settings of a digest: ``digest.yml``, and the part of ``mkdocs.yml`` that the program needs."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import address, fetch, interests, llm, mail, pages, topics
from broadsheet.settings.document import Document, Fault
from broadsheet.settings.fetch import Fetch
from broadsheet.settings.interests import Follow, Prefilter, Run
from broadsheet.settings.llm import LanguageModel
from broadsheet.settings.mail import Mail
from broadsheet.settings.pages import Alternates, AuthorPages, Downloads, Feeds, Pages, PaperPages
from broadsheet.settings.renamed import renamed
from broadsheet.settings.rubric import Prompt, Rubric
from broadsheet.settings.topics import Topic
from broadsheet.store.files import read_regular

SETTINGS_FILE = "digest.yml"
SITE_FILE = "mkdocs.yml"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The part of ``mkdocs.yml`` that the program needs. `site_url` is the resolved address, and ends in a slash."""

    site_name: str
    site_url: str = ""
    site_description: str = ""
    docs_dir: str = "docs"
    site_dir: str = "site"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of one digest."""

    topics: tuple[Topic, ...] = ()
    rubric: Rubric = Rubric()
    prompt: Prompt = Prompt()
    llm: LanguageModel = LanguageModel()
    follow: Follow = Follow()
    negative_keywords: tuple[str, ...] = ()
    liked: tuple[str, ...] = (interests.LIKED_FOLDER,)
    prefilter: Prefilter = Prefilter()
    run: Run = Run()
    pages: Pages = Pages()
    feeds: Feeds = Feeds()
    mail: Mail = Mail()
    search: bool = True
    paper_pages: PaperPages = "top"
    author_pages: AuthorPages = "all"
    alternates: Alternates = "recent"
    downloads: Downloads = "all"
    fetch: Fetch = Fetch()
    sources: dict[str, str] = {}
    departments: dict[str, str] = {}
    notice: str = ""
    site: Site = Site(site_name="Broadsheet", site_url="http://localhost/")

    def topic(self, name: str) -> Topic | None:
        """Return the topic with this id or name, in any case."""
        folded = name.strip().casefold()
        return next((t for t in self.topics if folded in (t.id.casefold(), t.name.casefold())), None)

    @property
    def fingerprint(self) -> str:
        """A hash of all settings that affect pages."""
        unseen = {
            "follow": Follow(),
            "negative_keywords": (),
            "liked": (),
            "prefilter": Prefilter(),
            "llm": LanguageModel(),
        }
        affecting = msgspec.structs.replace(self, **unseen, fetch=Fetch(), run=Run(), mail=Mail())
        return hashlib.sha256(msgspec.json.encode(affecting)).hexdigest()[:16]


def load(root: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of the digest in `root`. Its address may come from the `environment`: see ``address``.

    Raises DigestError with every problem, each with ``file:line``.
    """
    if not (root / SETTINGS_FILE).is_file():
        message, hint = f"no {SETTINGS_FILE} here", "pass --root DIR, or make a digest with 'broadsheet new DIR'"
        raise DigestError(Diagnostic(str(root), message, hint))
    document, site_document = Document(root / SETTINGS_FILE), Document(root / SITE_FILE)
    if problems := [document.diagnostic(fault) for fault in renamed(document.value)]:
        raise DigestError(problems)
    settings, site = document.convert(Settings), site_document.convert(Site)
    problems += [document.diagnostic(fault) for fault in _faults(settings)]
    problems += [site_document.diagnostic(fault) for fault in _site_faults(site)]
    if problems:
        raise DigestError(problems)
    url = address.site_address(site.site_url, environment, _domain(root / site.docs_dir))
    site = msgspec.structs.replace(site, site_url=url)
    return msgspec.structs.replace(settings, site=site)


def address_problems(root: Path, site: Site, environment: Mapping[str, str] = os.environ) -> list[Diagnostic]:
    """Return the problems of publishing the site under its address from this machine."""
    line = Document(root / SITE_FILE).line(("site_url",))
    return list(address.problems(site.site_url, environment, f"{SITE_FILE}:{line}"))


def _domain(docs: Path) -> str:
    """Return the domain of the site on GitHub Pages, if docs/CNAME has one."""
    with suppress(OSError, UnicodeDecodeError):
        text = read_regular(docs / address.CNAME_FILE).decode().strip()
        return text if re.fullmatch(r"[A-Za-z0-9.-]+", text) else ""
    return ""


def line_of(root: Path, *path: str) -> int:
    """Return the line of a setting in ``digest.yml``: ``line_of(root, "topics", "0", "id")``."""
    return Document(root / SETTINGS_FILE).line(path)


def _faults(settings: Settings) -> Iterator[Fault]:
    yield from topics.faults(settings.topics)
    yield from llm.faults(settings.llm)
    yield from fetch.faults(settings.fetch)
    yield from mail.faults(settings.mail)
    yield from interests.faults(settings.run, settings.prefilter, settings.follow, settings.negative_keywords)
    yield from interests.liked_faults(settings.liked)
    yield from pages.faults(settings.feeds)
    for source in settings.sources:
        if not topics.is_id(source):
            message = f"source {source!r} cannot be part of an address, and each source has a feed"
            yield Fault(("sources", source), message, "use a-z, 0-9 and single hyphens")


def _site_faults(site: Site) -> Iterator[Fault]:
    if site.site_url and not re.match(r"https?://[^/\s]+", site.site_url):
        message = "site_url is not an absolute http(s) address"
        yield Fault(("site_url",), message, "write the address readers will use, ending in /")
