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
        ("a: 1", "digest.yml:1: a: no such setting: correct it; 'broadsheet docs settings' lists every setting"),
        ("- a", "digest.yml:1: not a section: write its keys below it"),
    ],
)
def test_a_file_that_is_no_mapping_of_settings(text: str, message: str, tmp_path: Path) -> None:
    assert messages(make_digest(tmp_path, settings=text))[0].startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("search: true\nfoo: bar", "2: foo: no such setting: correct it"),
        ("run:\n  min_relevance: 5\n  least: 5", "3: 'least' is now 'min_relevance': rename it"),
        ("run:\n  min_relevance: 5\n  foo: 5", "3: run.foo: no such setting: correct it"),
        ("topics:\n  - id: a\n    foo: 1", "3: topics[0].foo: no such setting: correct it"),
        ("topics:\n  - name: A", "2: topics[0]: no id: add it"),
        ("search: true\nrun: 5", "2: run: not a section: write its keys below it"),
        ("search: true\ntopics: A", "2: topics: not a list: write its items below it, each after a hyphen"),
        ("search: maybe", "1: search: must be true or false: correct it"),
        ("notice: [a]", "1: notice: must be a text: correct it"),
        ("run: {backfill_days: some}", "1: run.backfill_days: must be a whole number: correct it"),
        ("run: {min_relevance: some}", "1: run.min_relevance: must be a number: correct it"),
        ("run: {min_relevance: 0.5}", "1: run.min_relevance: must be 1 or more: correct it"),
        ("run: {min_relevance: 11}", "1: run.min_relevance: must be 10 or less: correct it"),
        ("llm: {timeout: 0}", "1: llm.timeout: must be more than 0: correct it"),
        ("search: true\npaper_pages: some", "2: paper_pages: 'some' is not one of all, top, none: correct it"),
    ],
)
def test_a_wrong_value_has_its_line_and_a_plain_message(text: str, message: str, tmp_path: Path) -> None:
    assert messages(make_digest(tmp_path, settings=text))[0].startswith(f"digest.yml:{message}")


def test_a_duplicate_key_is_an_error_with_its_line(tmp_path: Path) -> None:
    text = "notice: a\nrun:\n  min_relevance: 5\n  min_relevance: 6\nfollow: &all {authors: [A]}\nnotice: b\n"
    assert sorted(messages(make_digest(tmp_path, settings=text))) == [
        "digest.yml:4: 'min_relevance' is repeated, after line 3: keep one of them",
        "digest.yml:6: 'notice' is repeated, after line 1: keep one of them",
    ]


def test_without_files(tmp_path: Path) -> None:
    assert messages(tmp_path) == [
        f"{tmp_path}: no digest.yml here: pass --root DIR, or make a digest with 'broadsheet new DIR'"
    ]
    make_digest(tmp_path, settings="")
    (tmp_path / "mkdocs.yml").unlink()
    assert messages(tmp_path) == [
        "mkdocs.yml: no such file: make a digest with 'broadsheet new DIR' and copy its mkdocs.yml"
    ]
