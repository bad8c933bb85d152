"""Topics of a new digest, made from papers that the group likes or has written."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import click

from broadsheet.cli.problems import log_line
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.store.files import problem_from, read_regular
from broadsheet.text.formats import count

if TYPE_CHECKING:
    from broadsheet.providers.liked import LikedPapers

PUBLICATIONS, LIKED = "data/publications", "data/liked"


class LikedSources(NamedTuple):
    """The files and ids of papers that ``broadsheet new`` gets."""

    publications: tuple[Path, ...] = ()
    bibtex: tuple[Path, ...] = ()
    papers: tuple[str, ...] = ()


class Proposal(NamedTuple):
    """Topics, the files for the digest by their paths in it, and the number of papers that both come from."""

    topics: tuple[Topic, ...] = ()
    files: Mapping[str, bytes] = MappingProxyType({})
    papers: int = 0

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of the files, for the setting `liked`."""
        return tuple(sorted({path.rpartition("/")[0] for path in self.files}))


def propose(sources: LikedSources, settings: Settings) -> Proposal:
    """Read or fetch the papers, and make topics of them. Problems of single papers are printed. Raises DigestError."""
    from broadsheet.cli.fetch import open_client  # noqa: PLC0415 - 0.3 s, with all providers, which few calls of `new` need
    from broadsheet.providers import liked  # noqa: PLC0415
    from broadsheet.providers.arxiv.liked import fetch_liked  # noqa: PLC0415

    files: dict[str, bytes] = {}
    lists = []
    for file in (*sources.publications, *sources.bibtex):
        data, result = read_liked(file)
        lists.append(result)
        is_shown = file in sources.publications and _is_export(data, file)
        folder, suffix = (PUBLICATIONS, ".yml") if is_shown else (LIKED, file.suffix)
        files[_free_name(files, folder, file.stem, suffix)] = data
    if sources.papers:
        click.echo(f"fetching {count(len(sources.papers), 'paper')} from arXiv: this can take a minute", err=True)
        with open_client(settings) as web:
            lists.append(fetch_liked(sources.papers, settings.fetch, web))
        files[f"{LIKED}/papers.jsonl"] = liked.to_jsonl(lists[-1].papers)
    for problem in (problem for result in lists for problem in result.problems):
        click.echo(log_line(problem), err=True)
    papers = [paper for result in lists for paper in result.papers]
    return Proposal(_topics([paper.text for paper in papers]), files, len(papers))


def read_liked(file: Path) -> "tuple[bytes, LikedPapers]":
    """Return a file and its papers. Raises DigestError if there are none."""
    from broadsheet.providers import liked  # noqa: PLC0415 - with all providers

    try:
        data = read_regular(file)
    except OSError as error:
        raise DigestError(problem_from(error)) from error
    return data, liked.parse(data, str(file))


def _is_export(data: bytes, file: Path) -> bool:
    """Return whether the site can show a file as publications; if not, print the reason."""
    from broadsheet.model import publication  # noqa: PLC0415 - loads YAML

    publications, problems = publication.parse_stream(data.decode("utf-8", "replace"), str(file))
    errors = [problem for problem in problems if not problem.is_note]
    if publications and not errors:
        return True
    reason = str(errors[0]) if errors and publications else f"{file}: this is no export of LibreCat"
    click.echo(f"note: {reason}: its papers are liked, and not shown as publications", err=True)
    return False


def _free_name(taken: dict[str, bytes], folder: str, stem: str, suffix: str) -> str:
    numbers = ("", *(f"-{number}" for number in range(2, len(taken) + 3)))
    return next(name for number in numbers if (name := f"{folder}/{stem.lstrip('.')}{number}{suffix}") not in taken)


def _topics(texts: list[tuple[str, str]]) -> tuple[Topic, ...]:
    if not texts:
        return ()
    from broadsheet.scoring.background import load_background  # noqa: PLC0415 - 40 ms; most calls of `new` do without
    from broadsheet.scoring.topics import propose_topics  # noqa: PLC0415

    return propose_topics(texts, load_background())
