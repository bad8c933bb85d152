"""The generated parts of the manual: commands, settings, schemas and the messages of `broadsheet check`."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from broadsheet.cli import commands
from broadsheet.cli.schema import KINDS, make_schema
from broadsheet.settings.schema import sections, settings_schema
from tests.example import ROOT
from tests.manual.messages import message_table

MANUAL = ROOT / "docs" / "manual"
STARTER = ROOT / "generator" / "broadsheet" / "starter"
WIDTH = 100  # characters of a line of help
COMMANDS = """\
---
description: Every command and its options.
---

# Commands

Each command has `--help` with an example. Commands for a digest use the current folder, or `--root DIR`. Exit codes: 0
done (there may be warnings), 1 problems (listed), 2 wrong usage.
"""


def files() -> dict[Path, str]:
    """Return the content of every file with a generated part."""
    schemas = {MANUAL / "schemas" / f"{kind}.schema.json": schema_text(kind) for kind in KINDS}
    return {
        MANUAL / "commands.md": commands_page(),
        MANUAL / "settings.md": fill(MANUAL / "settings.md", settings_table),
        MANUAL / "troubleshooting.md": fill(MANUAL / "troubleshooting.md", message_table),
        STARTER / "digest.schema.json": schema_text("settings"),
        **schemas,
    }


def schema_text(kind: str) -> str:
    """Return a JSON Schema as `broadsheet schema` prints it."""
    return json.dumps(make_schema(kind), indent=2) + "\n"


def commands_page() -> str:
    """Return the page with the help of every command."""
    context = click.Context(commands, info_name="broadsheet")
    parts = [COMMANDS]
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command is not None
        page = click.Context(command, info_name=f"broadsheet {name}", terminal_width=WIDTH)
        page.help_option_names = ["-h", "--help"]
        parts.append(f"\n## {name}\n\n```text\n{command.get_help(page)}\n```\n")
    return "".join(parts)


def fill(path: Path, table: Callable[[str], str]) -> str:
    """Return the page with the table of each marker, ``<!-- table: NAME -->`` to ``<!-- end -->``, written anew."""
    pattern = r"(<!-- table: (.*?) -->\n).*?(<!-- end -->)"
    text = path.read_text("utf-8")
    return re.sub(pattern, lambda match: f"{match[1]}\n{table(match[2])}\n{match[3]}", text, flags=re.DOTALL)


def settings_table(name: str) -> str:
    """Return the table of sections of digest.yml: "llm", or "follow, negative_keywords"."""
    rows = [row for section in name.split(", ") for row in _section_rows(section)]
    return "| key | type | default | meaning |\n|---|---|---|---|\n" + "".join(rows)


def _section_rows(name: str) -> Iterator[str]:
    """Yield the row of each plain setting of a section; a section that is a plain setting has one."""
    for path, section in sections(settings_schema()):
        required = section.get("required", [])
        for key, value in section["properties"].items():
            full = f"{path}.{key}".removeprefix(".")
            if full.split(".")[0] == name and not _is_section(value):
                default = "required" if key in required else _default_words(value.get("default"))
                text = value["description"].replace("|", "\\|")
                yield f"| `{full}` | {type_words(value)} | {default} | {text} |\n"


def _is_section(value: dict[str, Any]) -> bool:
    """Return whether the keys below a setting have rows instead of the setting itself."""
    return "$ref" in value or "$ref" in value.get("additionalProperties", {})


def _default_words(default: Any) -> str:
    return "none" if default in (None, "", [], (), {}) else f"`{json.dumps(default).strip(chr(34))}`"


def type_words(value: dict[str, Any]) -> str:
    """Return the type of a setting in words, with its limits."""
    for alternative in value.get("anyOf", ()):
        if alternative.get("type") != "null":
            return type_words(alternative)
    if "enum" in value:
        *others, last = (f"`{choice}`" for choice in value["enum"])
        return f"{', '.join(others)} or {last}"
    kind = value.get("type")
    if kind == "array":
        return "list of sections" if "$ref" in value["items"] else "list of texts"
    if kind == "object":
        return "texts by name"
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    words = names.get(kind if isinstance(kind, str) else "number", "section")
    return f"{words}{_limits(value)}"


def _limits(value: dict[str, Any]) -> str:
    low, high = value.get("minimum"), value.get("maximum")
    above, below = value.get("exclusiveMinimum"), value.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f", {low:g} to {high:g}"
    parts = ((low, "{:g} or more"), (above, "above {:g}"), (high, "at most {:g}"), (below, "below {:g}"))
    return "".join(f", {words.format(limit)}" for limit, words in parts if limit is not None)
