"""Fast paths: each gives the result of its slow path."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from broadsheet.bibliography import bibtex_text
from broadsheet.index.days import Entry, TopicMatcher
from broadsheet.index.index import Index
from broadsheet.model import names
from broadsheet.model.paper import Paper
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.store import program
from broadsheet.text import tex_formulas
from broadsheet.text.sanitize import one_line
from broadsheet.views.paper import PaperRenderer
from tests.index.test_related import Memory


def test_many_dollars_and_backslashes_take_linear_time() -> None:
    assert list(tex_formulas.formulas("$" + "\\a" * 30_000)) == []
    assert list(tex_formulas.formulas("$a{\\" * 20_000)) == []


@given(st.text("routing moe of experts,-\n", max_size=80))
def test_the_topics_of_a_text_are_those_whose_words_it_uses(source: str) -> None:
    topics = (
        Topic(id="b", name="Routing", words=("mixture of experts", "experts of routing")),
        Topic(id="a", name="MoE", words=("expert", "moe routing")),
    )
    match = TopicMatcher(Settings(topics=topics))
    assert match(Paper(arxiv_id="2505.00001", title="-", comment=source)) == tuple(match.words_in(source))


def test_a_day_knows_where_else_its_papers_stand() -> None:
    names = [f"2504.000{n:02}" for n in range(1, 15)]

    def day(order: list[str]) -> tuple[Paper, ...]:
        votes = reversed(range(len(order)))
        rows = zip(order, votes, strict=True)
        return tuple(Paper(arxiv_id=name, title="T", relevance=5, novelty=5, upvotes=number) for name, number in rows)

    archive = Memory({})
    for date, order in {"2025-04-29": names, "2025-04-30": names[::-1], "2025-05-02": names[3:5]}.items():
        archive.change(date, day(order))
    catalogue = Index(":memory:", Settings())
    catalogue.refresh(archive)
    for date in archive.days:
        entries = catalogue.day(date)
        assert entries == sorted(catalogue.best(date, date, 99), key=lambda entry: entry.rank)
        assert {entry.first_seen for entry in entries} == {"2025-04-29"}
    assert [entry.top for entry in catalogue.day("2025-04-30")] == [True] * 14
    archive.change("2025-04-30", None)
    catalogue.refresh(archive)
    assert [entry.top for entry in catalogue.day("2025-04-29")] == [True] * 10 + [False] * 4


@given(st.text("a\n\t \x85<", max_size=8), st.text("$\\text{ab}\n ", max_size=20))
def test_no_line_of_a_paper_is_empty(name: str, comment: str) -> None:
    paper = Paper(
        arxiv_id="2504.00001", title="T", authors=(name, "B"), comment=comment, categories=(name,), announce_type=name
    )
    entry = Entry(date="2025-04-29", rank=1, paper=paper, sources=("arxiv",), topics=(), first_seen="2025-04-29")
    made = PaperRenderer(Settings(), lambda address: address, [entry]).papers([entry], {}, abstracts=1, expanded=1)
    assert not re.search(r"\n\s*\n", made)


_WORDS = (
    "Ada Grace J. V Van de la Ph D Jr Sr III et Al Lee Nguyen Team Google DeepMind Institute AI NASA und zu Labs MD"
    " O'Neil Center Inc A.-B. Müller Le Wang Forgemeinschaft Di van Saint-Exupéry {Lab} \\'Ecole"
    " Li Xu-la Gal-Yam Jean-Van Lee-Jr McDonald DeLla Smith-Lab".split()
)


@given(st.lists(st.sampled_from(_WORDS) | st.from_regex(r"[A-Z][a-z]{0,9}\.?", fullmatch=True), max_size=6))
def test_a_plain_name_is_parsed_as_any_other(words: list[str]) -> None:
    for name in (" ".join(words), ", ".join(words)):
        assert names.of_text(name) == names.of_any_text(name)


def test_a_name_of_a_source_is_parsed_as_any_other(corpus: Path) -> None:
    rows = (json.loads(file.read_bytes()) for file in sorted(corpus.glob("scored/*/2025-05/*.json"))[:20])
    authors = {name for day in rows for row in day.values() for name in row.get("authors", ())}
    assert len(authors) > 1000
    assert [name for name in authors if names.of_text(name) != names.of_any_text(name)] == []
    assert sum(map(names.is_plain, authors)) > 0.9 * len(authors)


@given(st.text("aZ9 .'-&{\\\n\xa0\u200b"))
def test_a_plain_value_of_bibtex_is_unchanged(value: str) -> None:
    assert bibtex_text.escaped(value) == one_line(value).translate(bibtex_text._ESCAPED)


def _said(folder: Path, source: str, version: str = "1", name: str = "a.html") -> str:
    cache = program.Compiled("test", version, folder)
    return (
        Environment(loader=DictLoader({name: source}), autoescape=True, bytecode_cache=cache)
        .get_template(name)
        .render()
    )


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    folder = tmp_path / "compiled"
    assert _said(folder, "one") == "one"
    (file,) = folder.iterdir()
    before = file.stat().st_mtime_ns, file.stat().st_ino
    assert _said(folder, "one") == "one"
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before
    assert _said(folder, "two") == "two"  # another text under the name
    assert _said(folder, "two", "2") == "two"  # another version of the program
    assert [path.name for path in folder.iterdir()] == [file.name]
    assert (file.stat().st_mtime_ns, file.stat().st_ino) != before


@pytest.mark.parametrize("length", [0, 3, 12, 40, 90])
def test_a_damaged_compiled_template_is_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    _said(tmp_path, "one")
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:length])
    assert _said(tmp_path, "one") == "one"
    assert file.read_bytes() == whole


def test_templates_are_compiled_without_a_writable_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert _said(tmp_path / "a", "one") == "one"
    assert not (tmp_path / "a").exists()
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (tmp_path / "b").touch()  # no folder
    assert _said(tmp_path / "b", "one") == "one"
