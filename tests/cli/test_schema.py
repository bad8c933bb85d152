"""The JSON Schemas of ``broadsheet schema`` match the demo's data and the documented examples."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from broadsheet.cli.schema import schema_command
from broadsheet.daily.import_ import run
from broadsheet.model.paper import Paper
from broadsheet.providers.fields import ALTERNATIVES, ID_KEYS
from broadsheet.store.store import Store
from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs/manual/data.md").read_text("utf-8")


def schema(kind: str) -> dict[str, Any]:
    result = CliRunner().invoke(schema_command, [kind])
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(document)
    return document


def test_papers_and_receipts_match_their_schemas() -> None:
    papers, receipts = (jsonschema.Draft202012Validator(schema(kind)) for kind in ("paper", "receipt"))
    for path in sorted((ROOT / "data/papers").rglob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            papers.validate(json.loads(line))
    for path in sorted((ROOT / "data/runs").rglob("*.json")):
        receipts.validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", ["digest.yml", "generator/broadsheet/starter/digest.yml"])
def test_settings_match_their_schema(path: str) -> None:
    settings = yaml.safe_load((ROOT / path).read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema("settings"))
    validator.validate(settings)
    validator.validate({"llm": {"prices": {"model-1": {"prompt": 0.15, "completion": "0.6"}}}})
    assert not validator.is_valid(settings | {"scorer": {}})
    assert not validator.is_valid(settings | {"prefilter": {"keep": "50 %"}})


def test_publications_match_their_schema() -> None:
    validator = jsonschema.Draft202012Validator(schema("publication"))
    for path in sorted((ROOT / "data/publications").glob("*.yml")):
        for document in yaml.load_all(path.read_text("utf-8"), yaml.CBaseLoader):
            for record in document if isinstance(document, list) else [document]:
                validator.validate(record)
    assert not validator.is_valid({"_id": "1"})


@pytest.mark.parametrize(
    "row", [{"title": "T"}, {"arxiv_id": "1", "title": ""}, {"arxiv_id": "1", "title": "T", "relevance": 11}]
)
def test_what_is_no_paper(row: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(schema("paper")).is_valid(row)


def test_the_documented_examples_are_imported(tmp_path: Path) -> None:
    examples = re.findall(r"```(json|csv)\n(.*?)```", DOCUMENT, re.DOTALL)
    assert [kind for kind, _ in examples] == ["json", "csv"]
    for kind, text in examples:
        path = tmp_path / f"example.{kind}"
        path.write_text(text)
        report = run(tmp_path, [str(path)], date="2026-11-24")
        assert (report.faults, report.unscored) == ([], [])
    (paper,) = Store(tmp_path).papers("2026-11-24")
    assert (paper.arxiv_id, paper.score) == ("2611.01001", 16)


def test_every_field_and_key_is_documented() -> None:
    names = [*Paper.__struct_fields__, *ID_KEYS, *(name for others in ALTERNATIVES.values() for name in others)]
    assert [name for name in names if name != "extra" and f"`{name}`" not in DOCUMENT] == []
