"""``broadsheet new``."""

import shlex
from pathlib import Path

import click

from broadsheet.build.hosts import HOSTS
from broadsheet.build.starter import start


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", default="Broadsheet", show_default=True, help="The site's name.")
@click.option("--url", default="http://127.0.0.1:8000/", show_default=True, help="The address readers will use.")
@click.option(
    "--host",
    type=click.Choice([host.name for host in HOSTS]),
    default=HOSTS[0].name,
    show_default=True,
    help="What runs the digest and serves its site: the files for it are added.",
)
def new_command(folder: Path, name: str, url: str, host: str) -> None:
    """Create a digest in DIR: settings, workflows, two days of sample papers and a sample publication.

    \b
    Example:
      broadsheet new my-digest --name "Group papers" --url https://group.example/papers/
    """
    written = start(folder, name, url, host)
    click.echo(f"{folder}: {len(written)} files")
    click.echo(f"next: cd {shlex.quote(str(folder))} && broadsheet serve")
    click.echo(
        "for new papers each morning, set topics and fetch in digest.yml; a model needs DIGEST_LLM_KEY: see README.md"
    )
