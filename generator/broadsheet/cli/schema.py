"""``broadsheet schema``."""

import click


@click.command("schema")
@click.argument("kind", type=click.Choice(["paper", "receipt"]))
def schema_command(kind: str) -> None:
    """Print the JSON Schema of a record: a line of data/papers/, which is also a row to import, or a receipt.

    The other keys that an import understands are listed in docs/importing.md.

    \b
    Example:
      broadsheet schema paper > paper.schema.json
    """
    from broadsheet.store.schemas import schema  # noqa: PLC0415

    click.echo(schema(kind))
