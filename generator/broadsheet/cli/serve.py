"""``broadsheet serve``."""

import sys
from pathlib import Path
from signal import SIGINT

import click

from broadsheet.build.serve import serve
from broadsheet.cli.interruption import Interruption
from broadsheet.cli.options import root_option, site_option


@click.command("serve")
@root_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@site_option
def serve_command(root: Path, host: str, port: int, site: Path | None) -> None:
    """Build, serve the site on this machine, and build again when settings, data or hand-written pages change.

    The site is served under the path of its site_url, as it will be on its host.

    \b
    Example:
      broadsheet serve --root my-digest --port 8080
    """
    try:
        serve(root, host, port, site, click.echo)
    except Interruption as interruption:
        click.echo("stopped")
        if interruption.signal is not SIGINT:
            raise
        sys.exit(0)
