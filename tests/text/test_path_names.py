"""Ids from outside as parts of paths: none is a reserved name."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.build.build import build
from broadsheet.checks.check import check
from broadsheet.daily.import_ import run as import_
from broadsheet.model.author_names import author_slug, name_key
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.publication import parse_records
from broadsheet.settings import config
from broadsheet.text.path_names import is_free
from broadsheet.views.pages.publications import slug
from tests.example import SETTINGS, make_digest, paper, tree

OURS = (
    *("index.html", "index.md", "index.json", "Index.HTML", "INDEX", "index.html.gz", "readme.md", "papers.bib"),
    *("years", "Types", "departments", "open-access", "con", "NUL.txt", "aux", "com1", "lpt9.yml"),
    *("a.", ".hidden", "..", "a..b", "a/b", "a\\b", "a b", "x" * 81, "x" * 300, "é", ""),
)
GOOD = ("20032", "2F2BE54A-5B1D-11EA-B6F9-8CD2E0F4F2A8", "a.b-c_d", "indexing", "console", "x" * 80, "index-2")


def record(name: str) -> dict[str, object]:
    return {"_id": name, "title": "A work", "type": "journal_article", "year": "2025", "status": "public"}


@pytest.mark.parametrize("name", OURS)
def test_no_publication_has_the_name_of_a_file_of_the_site(name: str) -> None:
    good, (problem,) = parse_records([record(name), record("1")], "x.yml")
    assert [publication.id for publication in good] == ["1"]
    assert problem.location == "x.yml"


@pytest.mark.parametrize("name", GOOD)
def test_usual_ids_are_left_alone(name: str) -> None:
    good, problems = parse_records([record(name)], "x.yml")
    assert ([publication.id for publication in good], problems) == ([name], [])


def test_one_bad_record_stops_neither_the_import_nor_the_build(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest", {"2025-05-27": [paper("2505.00001")]}, SETTINGS + "search: false\n")
    (tmp_path / "in.json").write_text(json.dumps([record("7"), *map(record, OURS[:8]), record("8")]))
    report = import_(root, [str(tmp_path / "in.json")])
    assert report.publications == {"added": 2, "rejected": 8}
    build(root, processes=1)
    assert {"publications/7/index.html", "publications/8/index.html"} <= tree(root / "site").keys()


def test_a_bad_record_in_data_is_named_with_its_place_by_build_and_check(tmp_path: Path) -> None:
    root = make_digest(tmp_path, settings=SETTINGS + "search: false\n")
    file = root / "data/publications/x.yml"
    file.parent.mkdir(parents=True)
    file.write_text("---\n- _id: 'index.html'\n  title: A work\n  status: public\n")
    with pytest.raises(
        DigestError, match=r"data/publications/x\.yml:2: the id 'index\.html' cannot be part of an address"
    ):
        build(root, processes=1)
    assert [problem.location for problem in check(root).problems if "index.html" in problem.message] == [
        "data/publications/x.yml:2"
    ]


@pytest.mark.parametrize("name", ["index", "readme", "con", "nul", "x" * 81, "x" * 300])
def test_neither_has_a_topic_or_a_source(name: str, tmp_path: Path) -> None:
    for text in (f"topics:\n  - id: {name}\n    name: A\n", f"topics: []\nsources: {{{name}: A}}\n"):
        root = make_digest(tmp_path, settings=text)
        with pytest.raises(DigestError, match="cannot be part of an address"):
            config.load(root)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=300) | st.sampled_from(OURS).filter(bool))
def test_what_becomes_a_slug_is_always_free(name: str) -> None:
    for address in (slug(name), author_slug(name_key(name) or "nobody at all")):
        assert is_free(address.partition("_")[0])
        assert len(address) <= 120
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", address, re.ASCII)


@settings(deadline=None)
@given(st.text(max_size=90) | st.sampled_from(OURS))
def test_every_id_has_a_folder_of_its_own(name: str) -> None:
    good, _ = parse_records([record(name)], "x.yml")
    for publication in good:
        assert is_free(publication.id)
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", publication.id, re.ASCII)
        assert not publication.id.endswith(".")
