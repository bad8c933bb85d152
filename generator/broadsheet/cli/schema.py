"""``broadsheet schema``."""

import json
from typing import Any

import click

from broadsheet.store import schemas

KINDS = ("settings", "paper", "receipt", "publication")


@click.command("schema")
@click.argument("kind", type=click.Choice(KINDS))
def schema_command(kind: str) -> None:
    """Print a JSON Schema.

    settings is digest.yml, paper a line of data/papers/, and publication a record of data/publications/.

    'broadsheet docs data' lists the other keys that an import understands.

    \b
    Example:
      broadsheet schema paper > paper.schema.json
    """
    click.echo(json.dumps(make_schema(kind), indent=2))


def make_schema(kind: str) -> dict[str, Any]:
    """Return the schema of one of KINDS."""
    from broadsheet.settings.schema import settings_schema  # noqa: PLC0415 - 21 ms

    makers = (settings_schema, schemas.paper_schema, schemas.receipt_schema, schemas.publication_schema)
    return makers[KINDS.index(kind)]()
