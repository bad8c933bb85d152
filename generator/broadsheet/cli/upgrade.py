"""``broadsheet upgrade``."""

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from broadsheet.build.upgrade import FileChange, Outcome, Upgrade, upgrade
from broadsheet.cli.options import quiet_option, root_option


@click.command("upgrade")
@root_option
@click.option("--dry-run", is_flag=True, help="Show the changes, and write nothing.")
@quiet_option
def upgrade_command(root: Path, dry_run: bool, quiet: bool) -> None:
    """Bring a digest's files to this version of the program.

    These are the files that 'broadsheet new' wrote. Your changes stay. A file that you did not change is replaced.
    Changes on both sides are merged. If both touch the same lines, your file stays, and the new one is written beside
    it, with .new at the end of its name: exit code 1.

    \b
    Example:
      broadsheet upgrade --dry-run
      broadsheet upgrade && git diff
    """
    result = upgrade(root, dry_run=dry_run)
    conflicts = [change for change in result.changes if change.conflicts]
    for change in result.changes if not quiet else conflicts:
        click.echo(_line(root, change), err=change.conflicts)
        if dry_run:
            click.echo("".join(_diff(root, change)), nl=False)
    if not quiet:
        click.echo(_summary(result, dry_run))
    if conflicts:
        sys.exit(1)


def _line(root: Path, change: FileChange) -> str:
    if not change.conflicts or change.target is None:
        return f"{change.path}: {change.outcome}"
    name = change.target.relative_to(root).as_posix()
    reason = f" ({change.reason})" if change.reason else ""
    return f"{change.path}: {change.outcome}{reason}: move what you need from {name}, then delete that"


def _diff(root: Path, change: FileChange) -> Iterator[str]:
    if change.target is None or change.outcome is Outcome.WAITING:
        return
    name = change.target.name if not change.target.is_relative_to(root) else str(change.target.relative_to(root))
    before, after = (
        data.decode("utf-8", "replace").splitlines(keepends=True) for data in (change.before, change.after)
    )
    ours = change.path if change.conflicts else name
    for line in difflib.unified_diff(before, after, ours, name):
        yield line if line.endswith("\n") else f"{line}\n"


def _summary(result: Upgrade, dry_run: bool) -> str:
    versions = f"{result.before} → {result.after}" if result.before else f"unknown version → {result.after}"
    if not result.changes:
        return f"{versions}: nothing to change"
    return f"{versions}: nothing was written" if dry_run else versions
