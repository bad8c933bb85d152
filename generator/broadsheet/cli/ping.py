"""``broadsheet ping``."""

from pathlib import Path

import click

from broadsheet.build.ping import addresses, ping_all
from broadsheet.cli.fetch import open_client
from broadsheet.cli.options import quiet_option, root_option
from broadsheet.settings import config
from broadsheet.text.formats import count


@click.command("ping")
@root_option
@quiet_option
@click.option("--dry-run", is_flag=True, help="Only list the addresses of the feeds, one a line.")
def ping_command(root: Path, quiet: bool, dry_run: bool) -> None:
    """Notify the WebSub hub that the feeds have changed.

    Subscribers then get them at once. Run it after the site is on its host. Without feeds.hub in digest.yml, it does
    nothing.

    \b
    Example:
      broadsheet ping --root my-digest
    """
    settings = config.load(root)
    hub, feeds = settings.feeds.hub, addresses(settings)
    if dry_run:
        click.echo("".join(f"{feed}\n" for feed in feeds), nl=False)
        return
    with open_client(settings) as web:
        ping_all(web, hub, feeds)
    if not quiet:
        unset = "digest.yml: feeds.hub is not set: set it to notify a hub"
        click.echo(f"{hub}: notified of {count(len(feeds), 'feed')}" if hub else unset)
