"""The settings whose change rebuilds pages: each setting of `digest.yml` is listed as one that does or does not."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import inspect

from broadsheet.build.build import build
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from tests.example import make_digest, paper

pytestmark = pytest.mark.slow

GRADE = {"low": 1, "high": 10, "name": "All", "description": "Every paper."}
BASE: dict[str, Any] = {
    "topics": [{"id": "llms", "name": "LLMs"}],
    "rubric": {"relevance": [GRADE], "novelty": [GRADE]},
    "llm": {"prices": {"model-1": {"prompt": 1, "completion": 2}}},
    "fetch": {"contact": "ada@group.example", "librecat": [{"url": "https://repository.example/export"}]},
}
# Settings that affect pages, each with a value that differs from BASE and from the default.
SHOWN: dict[str, Any] = {
    "topics.0.id": "models",
    "topics.0.name": "Models",
    "topics.0.short": "LM",
    "topics.0.relevant": "Theory.",
    "topics.0.irrelevant": "Use.",
    "topics.0.words": ["transformer"],
    "topics.0.colour": "teal",
    **{f"rubric.{scale}.0.low": 2 for scale in ("relevance", "novelty")},
    **{f"rubric.{scale}.0.high": 9 for scale in ("relevance", "novelty")},
    **{f"rubric.{scale}.0.name": "Some" for scale in ("relevance", "novelty")},
    **{f"rubric.{scale}.0.description": "Some papers." for scale in ("relevance", "novelty")},
    **{f"rubric.{scale}.0.example": "A proof." for scale in ("relevance", "novelty")},
    "prompt.system": "Rate.",
    "prompt.user": "{papers}",
    "pages.abstracts": 0,
    "pages.old_abstracts": "file",
    "pages.expanded_abstracts": 1,
    "pages.authors": 1,
    "pages.month_best": 1,
    "pages.week_best": 1,
    "pages.topic_newest": 1,
    "feeds.days": 1,
    "feeds.items": 1,
    "feeds.max_mb": 0.1,
    "feeds.edition_papers": 1,
    "feeds.edition_abstracts": 1,
    "feeds.hub": "https://hub.example/",
    "feeds.id_address": "https://old.example/papers/",
    "search": False,
    "paper_pages": "none",
    "author_pages": "none",
    "alternates": "none",
    "share_images": "none",
    "downloads": "none",
    "sources": {"arxiv": "arXiv"},
    "departments": {"Ab1": "A group"},
    "notice": "A sample.",
    "publications.record_url": "https://repository.example/{id}",
    "publications.file_url": "https://repository.example/{id}/{file_name}",
    "fetch.librecat.0.url": "https://other.example/export",
    "fetch.librecat.0.name": "group",
}
# Settings that no page shows.
UNSEEN: dict[str, Any] = {
    "llm.endpoint": "https://host.example/v1",
    "llm.model": "model-1",
    "llm.batch": 2,
    "llm.max_tokens": 100,
    "llm.temperature": 0.5,
    "llm.timeout": 5,
    "llm.parallel": 1,
    "llm.prices.model-1.prompt": 3,
    "llm.prices.model-1.completion": 3,
    "llm.prices.model-1.cached": 3,
    "llm.prices.model-1.currency": "EUR",
    "follow.authors": ["Ada Lovelace"],
    "follow.institutions": ["ISTA"],
    "negative_keywords": ["survey"],
    "liked": ["data/publications"],
    "prefilter.keep": 0.5,
    "prefilter.recall": 0.9,
    "prefilter.near_misses": 1,
    "run.min_relevance": 9,
    "run.backfill_days": 1,
    "run.budget": "0.50",
    "mail.from": "ada@group.example",
    "mail.name": "A list",
    "mail.reply_to": "ada@group.example",
    "mail.list_id": "list.group.example",
    "mail.unsubscribe_mailto": "ada@group.example",
    "mail.unsubscribe_url": "https://group.example/{token}",
    "mail.bounces": "bounces@group.example",
    "mail.verp": False,
    "mail.max_failures": 5,
    "mail.failed_notice": True,
    "mail.max_kb": 100,
    "post.papers": 5,
    "post.failed_notice": True,
    "post.max_failures": 5,
    "fetch.contact": "https://group.example/",
    "fetch.arxiv.categories": ["cs.LG"],
    "fetch.arxiv.cross_lists": False,
    "fetch.arxiv.replacements": False,
    "fetch.arxiv.details": False,
    "fetch.arxiv.holidays": ["2025-12-25"],
    "fetch.huggingface": True,
    "fetch.librecat.0.query": "department=Ab1",
    **{f"fetch.endpoints.{name}": "https://mirror.example/" for name in ("arxiv_feed", "arxiv_api", "arxiv_oai")},
    "fetch.endpoints.huggingface": "https://mirror.example/",
}
KEYS = {"topics": "0", "relevance": "0", "novelty": "0", "librecat": "0", "prices": "model-1"}


def names(kind: inspect.Type, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the dotted name of each setting; of a list or a mapping of structs, those of one item."""
    if isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield from names(field.type, (*path, field.encode_name))
    elif isinstance(kind, inspect.VarTupleType) and isinstance(kind.item_type, inspect.StructType):
        yield from names(kind.item_type, (*path, KEYS[path[-1]]))
    elif isinstance(kind, inspect.DictType) and isinstance(kind.value_type, inspect.StructType):
        yield from names(kind.value_type, (*path, KEYS[path[-1]]))
    else:
        yield ".".join(path)


def changed(*settings: tuple[str, Any]) -> str:
    """Return BASE with other values, as text for ``digest.yml``; JSON is YAML."""
    document: Any = copy.deepcopy(BASE)
    for name, value in settings:
        *steps, key = name.split(".")
        part = document
        for step in steps:
            part = part[int(step)] if isinstance(part, list) else part.setdefault(step, {})
        part[key] = value
    return json.dumps(document, indent=1)


def test_every_setting_is_listed_once() -> None:
    every = [name for name in names(inspect.type_info(Settings)) if not name.startswith("site.")]  # of mkdocs.yml
    assert sorted([*SHOWN, *UNSEEN]) == sorted(every)


@pytest.mark.parametrize("name", [*SHOWN, *UNSEEN])
def test_the_fingerprint_depends_on_what_pages_show(name: str, tmp_path: Path) -> None:
    value = (SHOWN | UNSEEN)[name]
    base = config.load(make_digest(tmp_path, settings=changed()))
    other = config.load(make_digest(tmp_path, settings=changed((name, value))))
    assert base != other
    assert (base.fingerprint != other.fingerprint) == (name in SHOWN)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_digest(tmp_path_factory.mktemp("settings"), {"2025-05-26": [paper("2505.00001")]}, changed())
    assert build(root, processes=1).rendered
    return root


@pytest.mark.parametrize("name", UNSEEN)
def test_a_setting_that_no_page_shows_rebuilds_nothing(name: str, built: Path) -> None:
    (built / "digest.yml").write_text(f"# a comment\n{changed((name, UNSEEN[name]))}\n", "utf-8")
    assert build(built, processes=1).rendered == 0


@pytest.mark.parametrize("name", ["digest.yml", "mkdocs.yml"])
def test_a_comment_or_other_layout_rebuilds_nothing(name: str, built: Path) -> None:
    text = (built / name).read_text("utf-8")
    for other in (f"# first\n\n{text}\n# last\n", text.replace("\n", "  # here\n\n", 1), f"---\n{text}"):
        (built / name).write_text(other, "utf-8")
        assert build(built, processes=1).rendered == 0
    (built / name).write_text(text, "utf-8")


def test_a_value_of_the_site_rebuilds_it(built: Path) -> None:
    text = (built / "mkdocs.yml").read_text("utf-8")
    (built / "mkdocs.yml").write_text(f"{text}\ncopyright: red\n", "utf-8")
    assert build(built, processes=1).rendered
    (built / "mkdocs.yml").write_text(f"{text}\ncopyright: blue  # later\n", "utf-8")
    assert build(built, processes=1).rendered
    (built / "mkdocs.yml").write_text(text, "utf-8")
    assert build(built, processes=1).rendered


def test_a_setting_that_pages_show_rebuilds_them(built: Path) -> None:
    (built / "digest.yml").write_text(changed(("notice", "A sample.")), "utf-8")
    assert build(built, processes=1).rendered
