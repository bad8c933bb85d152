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
from broadsheet.build.new_digest import NewDigest, folder_problems, name_problems, settings_problems, start
from broadsheet.build.starter import Answers
from broadsheet.cli.interruption import Interruption
from broadsheet.cli.liked_papers import LikedSources, Proposal, propose
from broadsheet.cli.questions import ask, ask_categories, ask_contact, ask_topics, edit_topics
from broadsheet.model.arxiv_taxonomy import category_hint, code_of
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.address import LOCAL_ADDRESS, address_problems
from broadsheet.settings.config import Settings
from broadsheet.settings.fetch import Fetch, with_environment
from broadsheet.settings.site import Site
from broadsheet.settings.topics import Topic, topic_id
from broadsheet.text.formats import count
from broadsheet.text.sanitize import one_line


def parse_categories(
    context: click.Context | None, option: click.Parameter | None, values: Sequence[str]
) -> tuple[str, ...]:
    """Return the categories of ``--arxiv`` by arXiv's codes. Raises BadParameter with the likeliest codes."""
    codes = {text: code_of(text) for text in parse_list(None, None, values)}
    if unknown := next((text for text, code in codes.items() if code is None), None):
        raise click.BadParameter(f"{unknown!r} is not a category of arXiv: {category_hint(unknown)}")
    if values and not codes:
        raise click.BadParameter("no category: write some, such as cs.LG,cs.CL, or leave it out.")
    return tuple(dict.fromkeys(filter(None, codes.values())))


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


def parse_list(context: click.Context | None, option: click.Parameter | None, values: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of an option, separated by commas, semicolons or spaces."""
    return tuple(filter(None, re.split(r"[\s,;]+", " ".join(values))))


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="The name of the site. Default: that of the folder.")
@click.option("--url", help=f"The address that readers use. Default: that of the host; elsewhere {LOCAL_ADDRESS}.")
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
    type=_FILE,
    metavar="FILE",
    help="The export of your LibreCat repository: take topics from it, and show it.",
)
@click.option(
    "--bibtex",
    multiple=True,
    type=_FILE,
    metavar="FILE",
    help="A bibliography, such as Zotero's export: take topics from it.",
)
@click.option(
    "--papers",
    multiple=True,
    callback=parse_list,
    metavar="ID,…",
    help="Ids of arXiv papers that you like: take topics from them.",
)
@click.option(
    "--contact",
    default="",
    callback=parse_contact,
    help="Your e-mail address or page, which arXiv gets with each request.",
)
@click.option(
    "--samples/--no-samples",
    default=None,
    help="Show samples until there are papers. Default: only if nothing will be fetched.",
)
@click.option(
    "--host",
    type=click.Choice([host.name for host in HOSTS], case_sensitive=False),
    default=HOSTS[0].name,
    show_default=True,
    help="The host of the daily run and the site: add its files.",
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
    """Create a digest in DIR.

    DIR is a new folder, or a repository: your files in it stay as they are. On a terminal, the command asks for what
    the options leave open. Topics can be made from papers that you like. Without --arxiv and such papers, sample pages
    show what a digest looks like.

    \b
    Example:
      broadsheet new my-digest --arxiv cs.LG,cs.CL && cd my-digest && broadsheet run
      broadsheet new . --arxiv math.OC --topic "Games: equilibrium, mean-field game" --bibtex library.bib
    """
    answers = Answers(
        name=name or default_name(folder),
        url=url or LOCAL_ADDRESS,
        categories=categories,
        topics=topics,
        contact=contact,
        host=host,
    )
    if problems := [*folder_problems(folder), *name_problems(answers.name), *address_problems(answers.url, "--url")]:
        raise DigestError(problems)
    sources = LikedSources(publications, bibtex, papers)
    is_interactive = not yes and sys.stdin.isatty() and sys.stdout.isatty()
    try:
        if is_interactive:
            answers, sources = _ask(answers, sources, name)
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


def _ask(answers: Answers, sources: LikedSources, name: str | None) -> tuple[Answers, LikedSources]:
    """Ask for everything that the options leave open."""
    fields: dict[str, Any] = {}
    if name is None:
        fields["name"] = ask("Name of the site", answers.name, parse_name)
    if not answers.categories:
        fields["categories"] = ask_categories(lambda text: parse_categories(None, None, [text]))
    if not answers.topics and not any(sources):
        fields["topics"], sources = ask_topics(lambda texts: parse_topics(None, None, texts))
    if not answers.contact and (fields.get("categories") or answers.categories):
        fields["contact"] = ask_contact(lambda text: parse_contact(None, None, text))
    return msgspec.structs.replace(answers, **fields), sources


def parse_name(text: str) -> str:
    """Return the name of a site. Raises BadParameter."""
    _refuse(name_problems(text))
    _refuse(settings_problems(Answers(name=one_line(text))))
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


def _report(folder: Path, answers: Answers, digest: NewDigest, proposal: Proposal) -> None:
    click.echo(f"{folder}: {count(len(digest.paths), 'file')}")
    if proposal.topics:
        names = ", ".join(topic.name for topic in proposal.topics)
        click.echo(f"topics from {count(proposal.papers, 'paper')}: {names}: check them in digest.yml")
    elif proposal.papers:
        papers = count(proposal.papers, "paper")
        click.echo(f"note: no topics come from {papers}: write topics into digest.yml", err=True)
    for note in digest.notes:
        click.echo(f"note: {note}", err=True)
    if answers.categories and not answers.topics:
        click.echo(
            "note: digest.yml: no topics of your own, so every paper is shown: add some, or use --topic", err=True
        )
    goto = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    if answers.categories:
        click.echo(f"next: {goto}broadsheet run")
        return
    click.echo(f"next: {goto}broadsheet serve")
    click.echo(
        "for new papers each morning, set topics and fetch in digest.yml; a language model needs DIGEST_LLM_KEY:"
        " see README.md"
    )
