"""``broadsheet docs``: the manual in the terminal."""

import re
import sys

import click

from broadsheet import PROGRAM
from broadsheet.text.suggestion import did_you_mean

MANUAL = PROGRAM / "manual"
# In the order of the site's navigation.
TOPICS = (
    "start",
    "reading",
    "data",
    "settings",
    "running",
    "scoring",
    "mail",
    "chat",
    "hosting",
    "publications",
    "commands",
    "troubleshooting",
    "upgrading",
    "architecture",
    "benchmarks",
)
# Other words that a reader may try: commands, sections of the settings, and hosts.
WORDS = {
    "start": "new install",
    "reading": "keys shortcuts skyline saved notes",
    "data": "import papers csv zotero bibtex",
    "settings": "llm topics rubric digest.yml mkdocs.yml",
    "running": "run fetch daily receipts",
    "scoring": "score train llm model",
    "mail": "email smtp",
    "hosting": "github gitlab netlify cloudflare docker systemd cron deploy",
    "commands": "generate build serve ping schema",
    "troubleshooting": "check errors",
    "upgrading": "upgrade update",
}
WIDTH = 100  # characters of a line in the terminal, at most


def parse_topic(context: click.Context, argument: click.Parameter, value: str | None) -> str | None:
    """Return the topic if there is one. Raises BadParameter with the closest one."""
    if value is None or value in TOPICS:
        return value
    similar = [topic for topic, words in WORDS.items() if value.lower() in words.split()]
    otherwise = f"the topics are {', '.join(TOPICS)}."
    hint = f"did you mean {' or '.join(similar)}?" if similar else did_you_mean(value, TOPICS, otherwise)
    raise click.BadParameter(f"{value!r} is no topic: {hint}", ctx=context, param=argument)


@click.command("docs")
@click.argument("topic", required=False, callback=parse_topic)
def docs_command(topic: str | None) -> None:
    """Show a page of the manual. Without TOPIC, list the topics.

    A terminal shows the page in a pager; any other output gets its Markdown.

    \b
    Example:
      broadsheet docs settings
      broadsheet docs data > data.md
    """
    if topic is None:
        _list_topics()
    elif sys.stdout.isatty():
        click.echo_via_pager(_render(read_page(topic)))
    else:
        click.echo(read_page(topic), nl=False)


def _list_topics() -> None:
    """Print each topic with its description."""
    width = max(map(len, TOPICS))
    for topic in TOPICS:
        click.echo(f"{topic:{width}}  {description(topic)}")
    click.echo("\nShow one with 'broadsheet docs TOPIC'.")


def description(topic: str) -> str:
    """Return the sentence that describes a topic."""
    return _front_matter_and_text(topic)[0].removeprefix("description:").strip()


def read_page(topic: str) -> str:
    """Return a page as Markdown that needs no site: without front matter, comments and pictures.

    A link to another page names the command that shows it.
    """
    text = _front_matter_and_text(topic)[1]
    text = re.sub(r"<!--.*?-->\n*", "", text, flags=re.DOTALL)
    text = re.sub(r"^!\[[^\]]*\]\([^)]*\)\n\n?", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]+)\]\(#[^)]*\)", r"\1", text)
    text = re.sub(r"\[([^\]]+)\]\(schemas/(\w+)\.schema\.json\)", r"\1 (`broadsheet schema \2`)", text)
    return re.sub(r"\[([^\]]+)\]\((\w+)\.md(?:#[^)]*)?\)", r"\1 (`broadsheet docs \2`)", text)


def _front_matter_and_text(topic: str) -> tuple[str, str]:
    _, front_matter, text = (MANUAL / f"{topic}.md").read_text("utf-8").split("---\n", 2)
    return front_matter, text.lstrip("\n")


def _render(text: str) -> str:
    """Return Markdown as text for this terminal."""
    from rich.console import Console  # noqa: PLC0415 - 0.1 s, for a terminal alone
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console()
    with console.capture() as capture:
        console.print(Markdown(text, hyperlinks=False), width=min(console.width, WIDTH))
    return capture.get()
