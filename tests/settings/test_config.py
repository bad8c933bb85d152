"""Settings: old names, missing files and lines of faults."""

from pathlib import Path

import pytest

from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from broadsheet.settings.renamed import RENAMED
from tests.example import make_digest

OLD = """\
scorer: {model: m}
negative: [survey]
twins: all
run:
  least: 5
  repair: 7
pages: {open_abstracts: 2}
feeds: {megabytes: 1}
mail: {kilobytes: 80}
rubric:
  relevance:
    - {low: 1, high: 10, name: All, means: Every paper.}
  novelty:
    - {low: 1, high: 5, name: Some, description: Known.}
    - low: 6
      high: 10
      name: Others
      means: New.
prefilter: {keep: 50 %}
"""


def messages(root: Path) -> list[str]:
    with pytest.raises(DigestError) as caught:
        config.load(root)
    return str(caught.value).splitlines()


def test_an_old_name_is_an_error_with_the_new_name(tmp_path: Path) -> None:
    assert messages(make_digest(tmp_path, settings=OLD)) == [
        "digest.yml:1: 'scorer' is now 'llm': rename it",
        "digest.yml:2: 'negative' is now 'negative_keywords': rename it",
        "digest.yml:3: 'twins' is now 'alternates': rename it",
        "digest.yml:5: 'least' is now 'min_relevance': rename it",
        "digest.yml:6: 'repair' is now 'backfill_days': rename it",
        "digest.yml:7: 'open_abstracts' is now 'expanded_abstracts': rename it",
        "digest.yml:8: 'megabytes' is now 'max_mb': rename it",
        "digest.yml:9: 'kilobytes' is now 'max_kb': rename it",
        "digest.yml:12: 'means' is now 'description': rename it",
        "digest.yml:18: 'means' is now 'description': rename it",
        "digest.yml:19: prefilter.keep: '50 %' is a percentage: write a share, like 0.5",
    ]
    assert len(RENAMED) == 10


def test_only_the_new_names_are_settings(tmp_path: Path) -> None:
    for path in RENAMED:
        *sections, name = path.replace(".*", "").split(".")
        text = f"{name}: 1"
        for section in reversed(sections):
            text = f"{section}: {{{text}}}"
        make_digest(tmp_path, settings=text)
        assert len(messages(tmp_path)) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("topics: [", "digest.yml:2: not YAML: "),
        ("a: 1\n[b]: 2", "digest.yml:2: not YAML: "),
        ("a: 1", "digest.yml:1: Object contains unknown field `a`: correct it; docs/settings.md lists every setting"),
        ("- a", "digest.yml:1: Expected `object`, got `array`: correct it"),
    ],
)
def test_a_file_that_is_no_mapping_of_settings(text: str, message: str, tmp_path: Path) -> None:
    assert messages(make_digest(tmp_path, settings=text))[0].startswith(message)


def test_without_files(tmp_path: Path) -> None:
    assert messages(tmp_path) == [
        f"{tmp_path}: no digest.yml here: pass --root DIR, or make a digest with 'broadsheet new DIR'"
    ]
    make_digest(tmp_path, settings="")
    (tmp_path / "mkdocs.yml").unlink()
    assert messages(tmp_path) == [
        "mkdocs.yml: no such file: make a digest with 'broadsheet new DIR' and copy its mkdocs.yml"
    ]
