"""``broadsheet serve``."""

from pathlib import Path
from signal import SIGINT

import click

from broadsheet.build.serve import serve
from broadsheet.cli.interruption import Interruption
from broadsheet.cli.options import root_option, site_option

HOST, PORT = "127.0.0.1", 8000


@click.command("serve")
@root_option
@click.option("--host", default=HOST, show_default=True, help="The address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@site_option
def serve_command(root: Path, host: str, port: int, site: Path | None) -> None:
    """Serve the site on this machine, and build it after each change.

    A change is one of settings, data or hand-written pages. The site is served under the path of its site_url, as it
    will be on its host.

    \b
    Example:
      broadsheet serve --root my-digest --port 8080
    """
    serve_until_stopped(root, host, port, site)


def serve_until_stopped(root: Path, host: str, port: int, site: Path | None, *, any_port: bool = False) -> None:
    """Serve until Ctrl-C, and return. Raises Interruption for SIGTERM, and DigestError like `serve`."""
    try:
        serve(root, host, port, site, click.echo, any_port=any_port)
    except Interruption as interruption:
        click.echo("stopped")
        if interruption.signal is not SIGINT:
            raise
