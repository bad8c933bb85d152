"""The generated parts of the manual are what the program gives."""

import re

import pytest
import yaml
from msgspec import inspect

from broadsheet.cli.docs import TOPICS
from broadsheet.settings.config import Settings
from broadsheet.settings.descriptions import DESCRIPTIONS
from broadsheet.settings.schema import sections, settings_schema
from tests.example import ROOT
from tests.manual.generated import MANUAL, files
from tests.manual.messages import GROUPS, messages
from tests.settings.test_rebuilds import names


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_generated_parts_are_up_to_date(path: str) -> None:
    assert (MANUAL / path).read_text("utf-8") == files()[MANUAL / path], "run make manual"


def test_every_setting_has_a_sentence_and_no_other() -> None:
    paths = [
        f"{path}.{key}".removeprefix(".")
        for path, section in sections(settings_schema())
        for key in section["properties"]
    ]
    assert sorted(DESCRIPTIONS) == sorted(paths)
    assert all(sentence.endswith(".") and len(sentence.split()) <= 25 for sentence in DESCRIPTIONS.values())


def test_the_page_has_every_setting_of_the_types() -> None:
    page = (MANUAL / "settings.md").read_text("utf-8")
    settings = {re.sub(r"\.(?:0|model-1)\b", "", name) for name in names(inspect.type_info(Settings))}
    settings = {
        name.replace("rubric.novelty.", "rubric.relevance.") for name in settings if not name.startswith("site.")
    }
    rows = set(re.findall(r"^\| `([\w.]+)` \|", page.partition("\n## digest.yml\n")[2], re.MULTILINE))
    assert settings <= rows
    assert {row for row in rows - settings if not any(name.startswith(f"{row}.") for name in settings)} <= {
        "rubric.novelty"
    }


def test_schemas_are_named_where_editors_look() -> None:
    for digest in (ROOT, ROOT / "generator" / "broadsheet" / "starter"):
        first, *_ = (digest / "digest.yml").read_text("utf-8").splitlines()
        assert (name := re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first))
        assert (digest / name[1]).read_bytes() == (MANUAL / "schemas" / "settings.schema.json").read_bytes()


def test_the_tables_have_messages_of_each_kind() -> None:
    texts = {message.text for group in GROUPS for message in messages(group)}
    assert texts >= {
        "topic … matches no paper yet",  # an f-string of a name
        "topic id … is used twice",
        "record … has no …",  # alternatives
        "leads nowhere",  # a returned pair
        "a quote that is never closed",  # a row of a table
        "there is no theme …",
        "must be … or more",  # a row without a hint
        "the tokens of the scorers do not make those of the day",  # the hint of a function
        "…: empty",
    }


def test_the_navigation_has_every_page_in_the_order_of_the_topics() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    (manual,) = (entry["Manual"] for entry in nav if "Manual" in entry)
    assert [path for entry in manual for path in entry.values()] == [f"manual/{topic}.md" for topic in TOPICS]
    assert {path.stem for path in MANUAL.glob("*.md")} == set(TOPICS)
