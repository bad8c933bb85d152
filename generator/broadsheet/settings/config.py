"""The settings of a digest: ``digest.yml``, and the part of ``mkdocs.yml`` that the program needs."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import address, fetch, interests, llm, mail, pages, publications, rubric, topics
from broadsheet.settings.document import Document, Fault
from broadsheet.settings.fetch import Fetch
from broadsheet.settings.interests import Follow, Prefilter, Run
from broadsheet.settings.llm import LanguageModel
from broadsheet.settings.mail import Mail
from broadsheet.settings.pages import Alternates, AuthorPages, Downloads, Feeds, Pages, PaperPages, ShareImages
from broadsheet.settings.post import Post
from broadsheet.settings.publications import Publications
from broadsheet.settings.renamed import renamed
from broadsheet.settings.rubric import Prompt, Rubric
from broadsheet.settings.site import Site, from_environment
from broadsheet.settings.site import faults as site_faults
from broadsheet.settings.topics import Topic
from broadsheet.settings.validation import text_faults, type_faults, unread_faults
from broadsheet.store.files import read_regular
from broadsheet.translations import faults as translation_faults

T = TypeVar("T", bound=msgspec.Struct)

SETTINGS_FILE = "digest.yml"
SITE_FILE = "mkdocs.yml"


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
    post: Post = Post()
    search: bool = True
    paper_pages: PaperPages = "top"
    author_pages: AuthorPages = "all"
    alternates: Alternates = "recent"
    share_images: ShareImages = "top"
    downloads: Downloads = "years"
    publications: Publications = Publications()
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
    def id_site(self) -> Site:
        """The site as ids name it: by the address that it had before it moved, if the settings have that."""
        old_address = address.parse_address(self.feeds.id_address)
        return msgspec.structs.replace(self.site, site_url=f"{old_address.rstrip('/')}/") if old_address else self.site

    @property
    def fingerprint(self) -> str:
        """A hash of all settings that affect pages."""
        repositories = tuple(msgspec.structs.replace(repository, query="") for repository in self.fetch.librecat)
        unseen = {
            "follow": Follow(),
            "negative_keywords": (),
            "liked": (),
            "prefilter": Prefilter(),
            "llm": LanguageModel(),
            "fetch": Fetch(librecat=repositories),  # pages link to its records
            "run": Run(),
            "mail": Mail(),
            "post": Post(),
        }
        affecting = msgspec.structs.replace(self, **unseen)
        return hashlib.sha256(msgspec.json.encode(affecting)).hexdigest()[:16]


def load(root: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of the digest in `root`. Its address may come from the `environment`: see ``address``.

    Raises DigestError with every error, each with ``file:line``.
    """
    settings, problems = read(root, environment)
    if settings is None:
        raise DigestError([problem for problem in problems if not problem.is_note])
    return settings


def read(root: Path, environment: Mapping[str, str] = os.environ) -> tuple[Settings | None, list[Diagnostic]]:
    """Return the settings of the digest in `root`, or None if they have an error; and all errors and warnings."""
    if not os.path.lexists(root / SETTINGS_FILE):
        return None, [no_digest(root)]
    settings, problems = _read(root / SETTINGS_FILE, Settings, _own_faults)
    site, site_problems = _read(root / SITE_FILE, Site, site_faults, environment)
    problems += [*site_problems, *_translation_problems(site)]
    if environment.get(address.VARIABLE):
        problems += address.address_problems(environment[address.VARIABLE], address.VARIABLE)
    if settings is None or site is None or not all(problem.is_note for problem in problems):
        return None, problems
    url = address.site_address(site.site_url, environment, _domain(root / site.docs_dir))
    theme = {"language": site.language, "logo": _logo(root / site.docs_dir, site)}
    site = msgspec.structs.replace(site, site_url=url, theme=theme)
    return msgspec.structs.replace(settings, site=site), problems


def _translation_problems(site: Site | None) -> Iterator[Diagnostic]:
    """Yield the problems of the translation into the language of the site, which would break its pages."""
    for path, fault in translation_faults(site.language) if site else ():
        yield Diagnostic(path, fault, "correct the translation in the .po file beside it, and run pybabel compile")


def no_digest(root: Path) -> Diagnostic:
    """Return the problem of a folder without a digest."""
    hint = "pass --root DIR, or make a digest with 'broadsheet new DIR'"
    return Diagnostic(str(root), f"no {SETTINGS_FILE} here", hint)


def _read(
    path: Path, kind: type[T], find_faults: Callable[[T], Iterator[Fault]], environment: Mapping[str, str] | None = None
) -> tuple[T | None, list[Diagnostic]]:
    """Return the settings of a file, as far as its sections have the right types; and all its problems.

    With an `environment`, it has the values of the settings with ``!ENV``.
    """
    try:
        document = Document(path)
    except DigestError as error:
        return None, list(error.problems)
    if not isinstance(document.value, dict):
        return None, [document.diagnostic(fault) for fault in type_faults(document, kind)]
    if environment is not None:
        document.value.update(from_environment(document, environment))
    old_names = list(renamed(document.value)) if kind is Settings else list(unread_faults(document, kind))
    wrong = [fault for fault in type_faults(document, kind) if not _is_about(fault, old_names)]
    sections = {fault.path[0] if fault.path else None for fault in (*old_names, *wrong)}
    settings = None
    faults = [*old_names, *wrong, *(text_faults(document) if kind is Settings else ())]
    with suppress(msgspec.ValidationError):  # a required section that is wrong
        sound = {key: value for key, value in document.value.items() if key not in sections}
        settings = msgspec.convert(sound, kind, strict=False)
        faults += [fault for fault in find_faults(settings) if fault.path[0] not in sections]
    return settings, [*document.duplicates(), *map(document.diagnostic, faults)]


def _is_about(fault: Fault, others: Iterable[Fault]) -> bool:
    """Return whether a fault of a type is about a setting with an old name, or lacks what the old name has."""
    return any(tuple(fault.path) in (tuple(other.path), tuple(other.path)[:-1]) for other in others)


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


def _logo(docs: Path, site: Site) -> bytes:
    """Return the image that the theme has as its logo or favicon, if it is a file in docs/."""
    names = (site.theme.get(key) for key in ("logo", "favicon")) if isinstance(site.theme, dict) else ()
    for name in names:
        if isinstance(name, str) and name:
            with suppress(OSError):
                return read_regular(docs / name)
    return b""


def line_of(root: Path, *path: str) -> int:
    """Return the line of a setting in ``digest.yml``: ``line_of(root, "topics", "0", "id")``."""
    return Document(root / SETTINGS_FILE).line(path)


def _own_faults(settings: Settings) -> Iterator[Fault]:
    yield from rubric.faults(settings.rubric, settings.prompt)
    yield from topics.faults(settings.topics)
    yield from llm.faults(settings.llm)
    yield from fetch.faults(settings.fetch)
    yield from mail.faults(settings.mail)
    yield from interests.faults(settings.run, settings.prefilter, settings.follow, settings.negative_keywords)
    yield from interests.liked_faults(settings.liked)
    yield from pages.faults(settings.feeds)
    yield from publications.faults(settings.publications)
    for source in settings.sources:
        if not topics.is_id(source):
            message = f"source {source!r} cannot be part of an address, and each source has a feed"
            yield Fault(("sources", source), message, "use a-z, 0-9 and single hyphens")
