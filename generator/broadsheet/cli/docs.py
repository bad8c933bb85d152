"""``broadsheet docs``."""

import click

WIDTH = 100  # characters of a line of help


@click.command("docs")
@click.pass_context
def docs_command(context: click.Context) -> None:
    """Print the reference of all commands as Markdown.

    \b
    Example:
      broadsheet docs > docs/commands.md
    """
    group = context.find_root().command
    assert isinstance(group, click.Group)
    click.echo("# Commands\n\nThis page is the output of `broadsheet docs`.")
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        page = click.Context(command, info_name=f"broadsheet {name}", terminal_width=WIDTH)
        page.help_option_names = context.help_option_names
        click.echo(f"\n## {name}\n\n```text\n{command.get_help(page)}\n```")
