"""``digest generate`` and ``digest build``."""

from pathlib import Path

import click
import msgspec

from generator.pipeline.building import build
from generator.pipeline.generating import Generated, generate

root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The digest's folder, the one with digest.yml.",
)
quiet_option = click.option("--quiet", is_flag=True, help="Say nothing but problems.")
json_option = click.option("--json", "as_json", is_flag=True, help="Report as JSON.")


@click.command("generate")
@root_option
@quiet_option
@json_option
def generate_command(root: Path, quiet: bool, as_json: bool) -> None:
    """Write pages and feeds from data/ into docs/.

    \b
    Example:
      digest generate --root my-digest
    """
    _report(generate(root), f"{root / 'docs'}", quiet, as_json)


@click.command("build")
@root_option
@click.option("--site", type=click.Path(path_type=Path, file_okay=False), help="Where to build, instead of site/.")
@quiet_option
@json_option
def build_command(root: Path, site: Path | None, quiet: bool, as_json: bool) -> None:
    """Generate, then build the site with MkDocs. A failed or killed build leaves the last site as it was.

    \b
    Example:
      digest build --root my-digest --site /var/www/digest
    """
    _report(build(root, site), f"{site or root / 'site'}", quiet, as_json)


def _report(done: Generated, place: str, quiet: bool, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    for path in done.kept:
        click.echo(f"docs/{path}: hand-written, so the generated page was left out: rename it to have both", err=True)
    if not quiet:
        counts = f"{done.days:,} days, {done.papers:,} papers, {done.publications:,} publications"
        click.echo(f"{counts}: {done.written:,} files changed → {place}")
