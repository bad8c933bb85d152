"""The questions of ``broadsheet new`` on a terminal: four, and one on proposed topics; each has a default."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import click
import msgspec
import yaml

from broadsheet.build.new_digest import settings_problems
from broadsheet.build.starter import Answers, topics_block
from broadsheet.cli.liked_papers import LikedSources, read_liked
from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import DigestError
from broadsheet.processes.git import user_email
from broadsheet.settings.topics import Topic

T = TypeVar("T")

_NONE, _LATER = "none", "later"
_TOPICS_HELP = """\
Topics: write 'Name: word, word; Name: word'. Or take them from papers that you like: name a bibliography (.bib, .ris),
your repository's export (.yml), or ids of arXiv."""
_EDITING = """\
# The topics of your digest. Each has a page and feeds, and papers that use its words rank higher.
# Change names and words, remove or add topics; an id is part of an address. Save, and close the editor.

"""


def ask(question: str, default: str, parse: Callable[[str], T]) -> T:
    """Ask until `parse` accepts the answer; it raises BadParameter if not."""
    return click.prompt(question, default=default, value_proc=parse, err=True)


def ask_categories(parse: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """Ask for categories of arXiv."""
    question = f"Categories of arXiv to read, such as cs.LG,cs.CL ({_NONE!r} for no papers of arXiv)"
    return ask(question, "cs.LG", lambda text: () if text.strip().casefold() == _NONE else parse(text))


def ask_contact(parse: Callable[[str], str]) -> str:
    """Ask for the contact that arXiv gets; the default is the address of the user's commits."""
    question = f"Your e-mail address or page, for arXiv and in digest.yml ({_NONE!r} for none)"
    return ask(question, user_email() or _NONE, lambda text: "" if text.strip().casefold() == _NONE else parse(text))


class TopicAnswer(NamedTuple):
    """The answer on topics: topics, or papers to take them from."""

    topics: tuple[Topic, ...] = ()
    sources: LikedSources = LikedSources()


def ask_topics(parse: Callable[[Sequence[str]], tuple[Topic, ...]]) -> TopicAnswer:
    """Ask for topics, or for papers to take them from."""
    click.echo(_TOPICS_HELP, err=True)
    return ask("Topics", _LATER, lambda text: _sources(text.strip()) or TopicAnswer(_topics(text, parse)))


def _sources(text: str) -> TopicAnswer | None:
    """Return the papers that an answer names by file or id; None if it names topics."""
    file, words = Path(os.path.expanduser(text)), re.split(r"[\s,;]+", text)
    if text.casefold() == _LATER:
        return TopicAnswer()
    if os.path.isfile(file):  # of a text that can be no path, pathlib raises an error
        try:
            read_liked(file)
        except DigestError as error:
            raise click.BadParameter(str(error)) from error
        is_export = file.suffix in {".yml", ".yaml", ".json"}
        return TopicAnswer((), LikedSources(publications=(file,)) if is_export else LikedSources(bibtex=(file,)))
    if all((paper := arxiv_id.parse(word)) and paper.resolvable for word in words):
        return TopicAnswer((), LikedSources(papers=tuple(words)))
    return None


def _topics(text: str, parse: Callable[[Sequence[str]], tuple[Topic, ...]]) -> tuple[Topic, ...]:
    if ":" not in text:
        raise click.BadParameter(f"{text!r} is no file, no id of arXiv, and no 'Name: word, word'.")
    return parse([part for part in text.split(";") if part.strip()])


def edit_topics(topics: tuple[Topic, ...], papers: int) -> tuple[Topic, ...]:
    """Show the topics that `papers` papers have in common, and let the user edit them."""
    click.echo(f"Topics of these papers ({papers:,}):\n\n{topics_block(topics)}", err=True)
    text = _EDITING + topics_block(topics)
    while click.confirm("Edit them?", default=False, err=True):
        try:
            text = click.edit(text, extension=".yml") or text
            topics = read_topics(text)
        except click.ClickException as error:
            click.echo(f"note: {error.message}: the topics above stay; edit them in digest.yml", err=True)
        except ValueError as error:
            click.echo(f"topics: {error}: edit them again, or keep the ones above", err=True)
            continue
        break
    return topics


def read_topics(text: str) -> tuple[Topic, ...]:
    """Return the topics of an edited text. Raises ValueError."""
    try:
        document = yaml.load(text, yaml.CBaseLoader) or {}
        section = document.get("topics") if isinstance(document, dict) else "no section 'topics'"
        topics = msgspec.convert(section or (), tuple[Topic, ...], strict=False)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ValueError(" ".join(str(error).split())) from error
    if problems := [problem.message for problem in settings_problems(Answers(topics=topics))]:
        raise ValueError("; ".join(problems))
    return topics
