"""``broadsheet new``."""

import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from broadsheet.build.hosts import HOSTS
from broadsheet.build.new_digest import Created, folder_problems, settings_problems, site_problems, start
from broadsheet.build.starter import Answers, topic_id
from broadsheet.cli.interruption import Interruption
from broadsheet.cli.liked_papers import LikedSources, Proposal, propose
from broadsheet.cli.questions import ask, ask_categories, ask_topics, edit_topics
from broadsheet.model.arxiv_taxonomy import code_of, nearest
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.config import Settings
from broadsheet.settings.fetch import Fetch, with_environment
from broadsheet.settings.site import Site
from broadsheet.settings.topics import Topic
from broadsheet.text.formats import count
from broadsheet.text.sanitize import one_line

LOCAL_ADDRESS = "http://127.0.0.1:8000/"


def parse_categories(
    context: click.Context | None, option: click.Parameter | None, values: Sequence[str]
) -> tuple[str, ...]:
    """Return the categories of ``--arxiv`` by arXiv's codes. Raises BadParameter with the likeliest codes."""
    categories = []
    for text in re.split(r"[\s,;]+", " ".join(values).strip()):
        code = code_of(text) if text else None
        if text and code is None:
            near = ", ".join(nearest(text))
            hint = f"did you mean {near}?" if near else "see https://arxiv.org/category_taxonomy."
            raise click.BadParameter(f"{text!r} is not a category of arXiv: {hint}")
        categories += [code] if code else []
    if values and not categories:
        raise click.BadParameter("no category: write some, such as cs.LG,cs.CL, or leave it out.")
    return tuple(dict.fromkeys(categories))


def parse_topics(
    context: click.Context | None, option: click.Parameter | None, values: Sequence[str]
) -> tuple[Topic, ...]:
    """Return the topics of ``--topic``, each as ``Name: word, word``. Raises BadParameter."""
    topics: list[Topic] = []
    for text in values:
        name, _, rest = (part.strip() for part in text.partition(":"))
        words = tuple(dict.fromkeys(word for word in (" ".join(word.split()) for word in rest.split(",")) if word))
        if not name or not f"{name}{rest}".isprintable() or not re.search(r"\w", name):
            raise click.BadParameter(f"{text!r} is not 'Name: word, word'.")
        taken = [topic.id for topic in topics]
        topics.append(Topic(id=topic_id(name, taken), name=name, words=words or (name.casefold(),)))
    _refuse(settings_problems(Answers(topics=tuple(topics))))
    return tuple(topics)


def parse_contact(context: click.Context | None, option: click.Parameter | None, text: str) -> str:
    """Return an e-mail address or a page, if any. Raises BadParameter."""
    _refuse(settings_problems(Answers(contact=text.strip(), categories=("cs.LG",))) if text.strip() else [])
    return text.strip()


def parse_ids(context: click.Context | None, option: click.Parameter | None, values: Sequence[str]) -> tuple[str, ...]:
    """Return the papers of ``--papers``, separated by commas or spaces."""
    return tuple(filter(None, re.split(r"[\s,;]+", " ".join(values))))


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="The site's name. Default: that of the folder.")
@click.option("--url", help=f"The address readers will use. Default: {LOCAL_ADDRESS}, until you publish.")
@click.option(
    "--arxiv",
    "categories",
    multiple=True,
    callback=parse_categories,
    metavar="CATEGORY,…",
    help="The categories of arXiv to read, e.g. cs.LG,cs.CL.",
)
@click.option(
    "--topic",
    "topics",
    multiple=True,
    callback=parse_topics,
    metavar="'NAME: WORD, …'",
    help="A topic, and the words that papers on it use. Can be repeated.",
)
@click.option(
    "--publications",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Your repository's export (LibreCat): take topics from it, and show it.",
)
@click.option(
    "--bibtex",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="A bibliography, such as Zotero's export: take topics from it.",
)
@click.option(
    "--papers",
    multiple=True,
    callback=parse_ids,
    metavar="ID,…",
    help="Papers of arXiv that you like: take topics from them.",
)
@click.option(
    "--contact",
    default="",
    callback=parse_contact,
    help="Your e-mail address or page, which arXiv sees with each request.",
)
@click.option(
    "--samples/--no-samples", default=None, help="Sample pages until there are papers. Default: if none come."
)
@click.option(
    "--host",
    type=click.Choice([host.name for host in HOSTS], case_sensitive=False),
    default=HOSTS[0].name,
    show_default=True,
    help="What runs the digest and serves its site: the files for it are added.",
)
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: take the defaults.")
def new_command(
    folder: Path,
    name: str | None,
    url: str | None,
    categories: tuple[str, ...],
    topics: tuple[Topic, ...],
    publications: tuple[Path, ...],
    bibtex: tuple[Path, ...],
    papers: tuple[str, ...],
    contact: str,
    samples: bool | None,
    host: str,
    yes: bool,
) -> None:
    """Create a digest in DIR: settings, and the files of its host. On a terminal, ask for what no option says.

    DIR is a new folder, or a repository: your files in it stay as they are. Topics can be made from papers that you
    like. If no papers are on their way, sample pages show what the digest will look like.

    \b
    Example:
      broadsheet new my-digest --arxiv cs.LG,cs.CL && cd my-digest && broadsheet run
      broadsheet new . --arxiv math.OC --topic "Games: equilibrium, mean-field game" --bibtex library.bib
    """
    if problems := [*folder_problems(folder), *site_problems(name or "x", url or LOCAL_ADDRESS)]:
        raise DigestError(problems)
    answers = Answers(
        name=name or default_name(folder),
        url=url or LOCAL_ADDRESS,
        categories=categories,
        topics=topics,
        contact=contact,
        host=host,
    )
    sources = LikedSources(publications, bibtex, papers)
    is_interactive = not yes and sys.stdin.isatty() and sys.stdout.isatty()
    try:
        if is_interactive:
            answers, sources = _ask(answers, sources, name, url)
        answers, proposal = _proposal(answers, sources, is_interactive)
    except Interruption as interruption:
        interruption.hint = "nothing was written"
        raise
    answers = _with_proposal(answers, proposal, samples)
    _report(folder, answers, start(folder, answers, proposal.files), proposal)


def _proposal(answers: Answers, sources: LikedSources, is_interactive: bool) -> tuple[Answers, Proposal]:
    """Return topics from the papers that the group likes, edited by the user, and the answers.

    If the papers cannot be had, a user at a terminal is asked for topics again.
    """
    proposal = Proposal()
    while any(sources):
        try:
            proposal = propose(sources, _settings(answers))
            break
        except DigestError as error:
            if not is_interactive:
                raise
            click.echo(str(error), err=True)
        topics, sources = ask_topics(lambda texts: parse_topics(None, None, texts))
        answers = msgspec.structs.replace(answers, topics=(*answers.topics, *topics))
    if proposal.topics and is_interactive:
        proposal = proposal._replace(topics=edit_topics(proposal.topics, proposal.papers))
    return answers, proposal


def _with_proposal(answers: Answers, proposal: Proposal, samples: bool | None) -> Answers:
    has_papers = bool(answers.categories or proposal.files)
    return msgspec.structs.replace(
        answers,
        topics=_joined(answers.topics, proposal.topics),
        liked=proposal.folders,
        samples=not has_papers if samples is None else samples,
    )


def _ask(answers: Answers, sources: LikedSources, name: str | None, url: str | None) -> tuple[Answers, LikedSources]:
    """Ask for everything that no option says."""
    fields: dict[str, Any] = {}
    if name is None:
        fields["name"] = ask("Name of the site", answers.name, parse_name)
    if not answers.categories:
        fields["categories"] = ask_categories(lambda text: parse_categories(None, None, [text]))
    if not answers.topics and not any(sources):
        fields["topics"], sources = ask_topics(lambda texts: parse_topics(None, None, texts))
    if url is None:
        fields["url"] = ask("Address readers will use", answers.url, parse_url)
    return msgspec.structs.replace(answers, **fields), sources


def parse_name(text: str) -> str:
    """Return the name of a site. Raises BadParameter."""
    _refuse(site_problems(text, LOCAL_ADDRESS))
    _refuse(settings_problems(Answers(name=one_line(text))))
    return text


def parse_url(text: str) -> str:
    """Return the address of a site. Raises BadParameter."""
    _refuse(site_problems("x", text))
    return text


def _refuse(problems: Iterable[Diagnostic]) -> None:
    for problem in problems:
        raise click.BadParameter(f"{problem.message}: {problem.hint}.")


def default_name(folder: Path) -> str:
    """Return a site's name from that of its folder."""
    name = " ".join(re.split(r"[\W_]+", folder.absolute().resolve().name)).strip()
    return name[:1].upper() + name[1:] if name else Answers().name


def _settings(answers: Answers) -> Settings:
    """Return the settings for requests on behalf of a digest that is not there yet."""
    fetch = with_environment(Fetch(contact=answers.contact), os.environ)
    return Settings(site=Site(site_name=answers.name, site_url=answers.url), fetch=fetch)


def _joined(topics: tuple[Topic, ...], proposed: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """Return both, with an id of its own for each."""
    joined = list(topics)
    for topic in proposed:
        taken = [other.id for other in joined]
        joined.append(msgspec.structs.replace(topic, id=topic_id(topic.id, taken)))
    return tuple(joined)


def _report(folder: Path, answers: Answers, created: Created, proposal: Proposal) -> None:
    click.echo(f"{folder}: {count(len(created.paths), 'file')}")
    if proposal.topics:
        names = ", ".join(topic.name for topic in proposal.topics)
        click.echo(f"topics from {count(proposal.papers, 'paper')}: {names}: look them over in digest.yml")
    for note in created.notes:
        click.echo(f"note: {note}", err=True)
    if answers.categories and not answers.topics:
        click.echo(
            "note: digest.yml: no topics of your own, so every paper is shown: write some, or use --topic", err=True
        )
    goto = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    if answers.categories:
        click.echo(f"next: {goto}broadsheet run")
        return
    click.echo(f"next: {goto}broadsheet serve")
    click.echo(
        "for new papers each morning, set topics and fetch in digest.yml; a model needs DIGEST_LLM_KEY: see README.md"
    )
