"""Settings: ``digest.yml`` (topics, rubric, prompt, pages, feeds) and what ``mkdocs.yml`` already says of the site.

YAML is read with ``CBaseLoader`` (everything is text), then converted with types: other loaders turn the arXiv id
``2611.01230`` into a number and ``No`` into false.
"""

import hashlib
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import yaml

from broadsheet.model import limits
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.fetch import Fetch
from broadsheet.settings.fetch import faults as fetch_faults
from broadsheet.settings.interests import Follow, Prefilter, Run
from broadsheet.settings.mail import Mail
from broadsheet.settings.mail import faults as mail_faults
from broadsheet.store.files import read_regular
from broadsheet.text.path_names import is_free
from broadsheet.text.sanitize import safe_url

SETTINGS_FILE = "digest.yml"
SITE_FILE = "mkdocs.yml"

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# Which papers have a page of their own.
PaperPages = Literal["all", "top", "none"]
# Which authors have one: of papers and publications, of publications alone.
AuthorPages = Literal["all", "institution", "none"]
# Which pages have twins for programs.
Alternates = Literal["all", "recent", "none"]
# Whether the archive can be downloaded: in one file, in one a year, or not.
Downloads = Literal["all", "years", "none"]

T = TypeVar("T")


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An interest of this digest. `words` are matched, whole and without regard to case, in a paper's text."""

    id: str
    name: str
    short: str = ""
    relevant: str = ""
    irrelevant: str = ""
    words: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The short name where one is set."""
        return self.short or self.name


class Grade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a span of scores means, e.g. 9 to 10 of relevance."""

    low: int
    high: int
    name: str
    description: str
    example: str = ""


class Rubric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The two scales, best grade first."""

    relevance: tuple[Grade, ...] = ()
    novelty: tuple[Grade, ...] = ()


class Prompt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scoring model is told; ``{rubric}``, ``{topics}`` and ``{papers}`` stand for those parts."""

    system: str = ""
    user: str = ""


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model costs per million tokens; `cached` is the part of the prompt that is billed as cached."""

    prompt: Decimal
    completion: Decimal
    cached: Decimal | None = None
    currency: str = "USD"


class LanguageModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model that scores, at any OpenAI-compatible `endpoint`.

    `timeout` is in seconds, for each request; up to `parallel` of them are under way at once.
    """

    endpoint: str = ""
    model: str = ""
    batch: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] = 4096
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 120.0
    parallel: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    prices: dict[str, Price] = {}


class Pages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a page shows."""

    abstracts: int = 1000
    expanded_abstracts: int = 2
    authors: int = 12
    month_best: int = 20
    week_best: int = 10
    topic_newest: int = 50


class Feeds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a feed holds: the last `days` with papers, at most `items` and `megabytes`.

    An edition says something of so many papers, and gives the abstracts of the first of them. `hub` is a WebSub hub.
    """

    days: int = 30
    items: int = 200
    max_mb: float = 1.0
    edition_papers: int = 40
    edition_abstracts: int = 8
    hub: str = ""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The part of ``mkdocs.yml`` that generation needs. `site_url` ends in a slash."""

    site_name: str
    site_url: str
    site_description: str = ""
    site_author: str = ""
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
        """The topic a paper means by an id or a name, in any case."""
        wanted = name.strip().casefold()
        return next((t for t in self.topics if wanted in (t.id.casefold(), t.name.casefold())), None)

    @property
    def fingerprint(self) -> str:
        """Changes when a setting does that a page may show: not those of fetching, scoring, running and mailing."""
        unseen = {"fetch": Fetch(), "mail": Mail(), "scorer": LanguageModel(), "follow": Follow(), "negative": ()}
        shown = msgspec.structs.replace(self, **unseen, prefilter=Prefilter(), run=Run())
        return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:16]


def load(root: Path) -> Settings:
    """Read the settings of the digest in `root`.

    Raises DigestError with every problem found, each with ``file:line``.
    """
    if not (root / SETTINGS_FILE).is_file():
        raise DigestError(
            Diagnostic(
                str(root), f"no {SETTINGS_FILE} here", "pass --root DIR, or make a digest with 'broadsheet new DIR'"
            )
        )
    settings = _read(root, SETTINGS_FILE, Settings)
    site = _read(root, SITE_FILE, Site)
    problems = _topic_problems(root, settings) + _price_problems(root, settings)
    for path, what, do in (*fetch_faults(settings.fetch), *mail_faults(settings.mail)):
        problems.append(Diagnostic(f"{SETTINGS_FILE}:{_line(_node(root, SETTINGS_FILE), path)}", what, do))
    problems += _wish_problems(root, settings)
    if not re.match(r"https?://[^/\s]+", site.site_url):
        line = _line(_node(root, SITE_FILE), ["site_url"])
        what, do = "site_url is not an absolute http(s) address", "write the address readers will use, ending in /"
        problems.append(Diagnostic(f"{SITE_FILE}:{line}", what, do))
    problems += _feed_problems(root, settings)
    if problems:
        raise DigestError(problems)
    site = msgspec.structs.replace(site, site_url=site.site_url.rstrip("/") + "/")
    return msgspec.structs.replace(settings, site=site)


def line_of(root: Path, *path: str) -> int:
    """The line of ``digest.yml`` on which a setting stands: ``line_of(root, "topics", "0", "id")``."""
    return _line(_node(root, SETTINGS_FILE), list(path))


def _read(root: Path, name: str, kind: type[T]) -> T:
    node = _node(root, name)
    data = limits.bounded(yaml.load(read_regular(root / name).decode(), yaml.CBaseLoader) or {}, limits.LONGEST_SETTING)
    try:
        return msgspec.convert(data, kind, strict=False)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at ")
        line = _line(node, re.findall(r"[^.\[\]`$]+", path))
        problem = Diagnostic(
            f"{name}:{line}",
            what + (f" ({path.strip('`')})" if path else ""),
            "correct it; docs/settings.md lists every setting",
        )
        raise DigestError(problem) from error


def _node(root: Path, name: str) -> yaml.Node | None:
    try:
        return yaml.compose(read_regular(root / name).decode(), yaml.CBaseLoader)
    except FileNotFoundError as error:
        raise DigestError(
            Diagnostic(name, "no such file", f"make a digest with 'broadsheet new DIR' and copy its {name}")
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        what = f"not YAML: {getattr(error, 'problem', None) or error}"
        raise DigestError(Diagnostic(where, what, "mend the line")) from error


def _line(node: yaml.Node | None, path: list[Any]) -> int:
    """The line on which `path` (keys and indexes) stands, as far as it can be followed."""
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == step), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
            node = node.value[int(step)]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _feed_problems(root: Path, settings: Settings) -> list[Diagnostic]:
    problems = []
    hub = settings.feeds.hub
    if hub and safe_url(hub) is None:
        where = f"{SETTINGS_FILE}:{line_of(root, 'feeds', 'hub')}"
        what = f"hub {hub!r} is not an absolute http(s) address"
        problems.append(Diagnostic(where, what, "write the address of a WebSub hub, or leave it out"))
    for source in settings.sources:
        if not _is_id(source):
            where = f"{SETTINGS_FILE}:{line_of(root, 'sources', source)}"
            what = f"source {source!r} cannot stand in an address, and each has a feed"
            problems.append(Diagnostic(where, what, "use a-z, 0-9 and single hyphens"))
    return problems


def _is_id(name: str) -> bool:
    return bool(ID.fullmatch(name)) and is_free(name)


def _price_problems(root: Path, settings: Settings) -> list[Diagnostic]:
    problems = []
    for model, price in settings.llm.prices.items():
        for name in ("prompt", "completion", "cached"):
            value = getattr(price, name)
            if value is not None and not (value.is_finite() and value >= 0):
                where = f"{SETTINGS_FILE}:{line_of(root, 'scorer', 'prices', model, name)}"
                do = "write the price of a million tokens, 0 or more"
                problems.append(Diagnostic(where, f"{value} is no price for {model}", do))
    return problems


def _wish_problems(root: Path, settings: Settings) -> list[Diagnostic]:
    problems = []
    if fault := settings.prefilter.fault:
        where = f"{SETTINGS_FILE}:{line_of(root, 'prefilter', 'keep')}"
        problems.append(Diagnostic(where, *fault))
    lists = (("follow", "authors"), ("follow", "institutions"), ("negative",))
    values = (settings.follow.authors, settings.follow.institutions, settings.negative_keywords)
    for path, names in zip(lists, values, strict=True):
        for index, name in enumerate(names):
            if not re.search(r"\w", name):  # would be found nowhere, or everywhere
                where = f"{SETTINGS_FILE}:{line_of(root, *path, str(index))}"
                problems.append(Diagnostic(where, f"{'.'.join(path)}: {name!r} has no letters", "write a name or a word"))
    return problems


def _topic_problems(root: Path, settings: Settings) -> list[Diagnostic]:
    node = _node(root, SETTINGS_FILE)
    problems = []
    seen: set[str] = set()
    for index, topic in enumerate(settings.topics):
        where = f"{SETTINGS_FILE}:{_line(node, ['topics', str(index), 'id'])}"
        if not _is_id(topic.id):
            problems.append(
                Diagnostic(where, f"topic id {topic.id!r} cannot stand in an address", "use a-z, 0-9 and single hyphens")
            )
        if not topic.name.strip():
            problems.append(Diagnostic(where, f"topic {topic.id!r} has no name", "write the name readers will see"))
        if topic.id in seen:
            problems.append(Diagnostic(where, f"topic id {topic.id!r} is used twice", "give each topic its own id"))
        seen.add(topic.id)
    return problems
