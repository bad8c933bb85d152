"""Every title, name and longer text of the real inputs, for tests that count over them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml


class RealTexts(msgspec.Struct, frozen=True):
    """Texts as published, each once, in the order of the files."""

    titles: tuple[str, ...]
    names: tuple[str, ...]
    prose: tuple[str, ...]  # abstracts, comments
    citations: tuple[str, ...]


def read(corpus: Path) -> RealTexts:
    """All texts of the scored files, the daily papers, the hard cases and the repository's records."""
    titles: dict[str, None] = {}
    names: dict[str, None] = {}
    prose: dict[str, None] = {}
    citations: dict[str, None] = {}
    for record in (*_scored(corpus), *_daily_papers(corpus)):
        _keep(titles, record.get("title"), record.get("entry_title"))
        _keep(names, *record.get("authors", ()))
        _keep(prose, *(record.get(key) for key in ("abstract", "COMMENT", "summary", "ai_summary")))
    for line in (corpus / "latex_strings.jsonl").read_text("utf-8").splitlines():
        example = json.loads(line)
        kind = example["field"].partition("(")[0]
        _keep({"title": titles, "authors": names}.get(kind, prose), example["text"])
    for record in _publications(corpus):
        _keep(titles, record.get("title"))
        _keep(names, *(author.get("full_name") for author in record.get("author", ())))
        _keep(prose, *(abstract.get("text") for abstract in record.get("abstract", ())))
        _keep(citations, *(text for style, text in record.get("citation", {}).items() if style != "bibtex"))
    return RealTexts(tuple(titles), tuple(names), tuple(prose), tuple(citations))


def _keep(into: dict[str, None], *texts: str | None) -> None:
    into.update(dict.fromkeys(text for text in texts if text))


def _scored(corpus: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((corpus / "scored").rglob("*.json")):
        yield from json.loads(path.read_text("utf-8")).values()
    for line in (corpus / "hard_cases.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)["record"]


def _daily_papers(corpus: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((corpus / "hf" / "raw").glob("*.json")):
        for entry in json.loads(path.read_text("utf-8")):
            paper = entry["paper"]
            names = [author["name"] for author in paper.get("authors", ())]
            yield {**paper, "entry_title": entry.get("title"), "authors": names}


def _publications(corpus: Path) -> Iterator[dict[str, Any]]:
    source = next((corpus / "seeds").glob("000*")).read_text("utf-8")
    for document in yaml.load_all(source, yaml.CBaseLoader):
        yield from document if isinstance(document, list) else [document]
