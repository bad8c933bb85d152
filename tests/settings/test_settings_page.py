"""The settings in docs/settings.md, compared with the types of the settings."""

import re
from collections.abc import Iterator
from operator import attrgetter

import yaml
from msgspec import inspect

from broadsheet.settings.config import Settings
from tests.example import ROOT
from tests.settings.test_rebuilds import names

PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8").partition("\n## digest.yml\n")[2]
SECTIONS = set(Settings.__struct_fields__) - {"site"}


def documented() -> Iterator[str]:
    """Yield the dotted names in the first column of each table, and the headings without a table."""
    for part in PAGE.split("\n### ")[1:]:
        heading, _, text = part.partition("\n")
        rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
        keys = [key for row in rows for key in re.findall(r"`([\w.]+)`", row)]
        yield from (key if key.split(".")[0] in SECTIONS else f"{heading}.{key}" for key in keys)
        yield from () if keys else heading.split(", ")


def test_the_page_of_settings_has_every_setting_and_no_other() -> None:
    settings = {name for name in names(inspect.type_info(Settings)) if not name.startswith("site.")}
    settings = {re.sub(r"\.0\b", "", name).replace("model-1", "MODEL") for name in settings}
    grades = {re.sub(r"^rubric\.\w+\.", "rubric.", name) for name in settings}
    assert sorted(documented()) == sorted(grades | {"rubric.relevance", "rubric.novelty"})


def test_defaults_are_those_of_the_types() -> None:
    for part in PAGE.split("\n### ")[1:]:
        section = part.partition("\n")[0]
        rows = re.findall(r"^\| `([\w.]+)` \| ([\d.]+|true|false) \|", part, re.MULTILINE)
        defaults = {key: attrgetter(f"{section}.{key}")(Settings()) for key, _ in rows}
        assert {key: yaml.safe_load(value) for key, value in rows} == defaults
