"""``broadsheet schema``."""

import json

import click

from broadsheet.store import schemas

KINDS = ("settings", "paper", "receipt", "publication")


@click.command("schema")
@click.argument("kind", type=click.Choice(KINDS))
def schema_command(kind: str) -> None:
    """Print the JSON Schema of digest.yml, a line of data/papers/, a receipt, or a record in data/publications/.

    The other keys that an import understands are listed in docs/importing.md.

    \b
    Example:
      broadsheet schema paper > paper.schema.json
    """
    from broadsheet.settings.schema import settings_schema  # noqa: PLC0415 - 21 ms

    makers = (settings_schema, schemas.paper_schema, schemas.receipt_schema, schemas.publication_schema)
    click.echo(json.dumps(makers[KINDS.index(kind)](), indent=2))
