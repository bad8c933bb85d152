"""The benchmark: its archives are the same each time, and other generators build the same papers."""

import re
import sys
from pathlib import Path

import markdown
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, fromstring

from broadsheet.daily import import_ as importing
from broadsheet.index.days import TopicMatcher
from broadsheet.model.paper import Paper
from broadsheet.settings import config
from broadsheet.store.store import Store
from tests.benchmarks import archives, corpus, other_generators, sites, tables
from tests.benchmarks.__main__ import END, START, read, write_docs
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Archive, Figure, Report, slope
from tests.benchmarks.measurement import Failed, Run, repeat, run
from tests.example import ROOT, tree

pytestmark = pytest.mark.slow

MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> list[Paper]:
    """Papers of generated text, as they come out of an import."""
    root = tmp_path_factory.mktemp("pool")
    corpus.generate(root, 10)
    archives.settle(root)
    importing.run(root, [str(root / "scored")])
    return archives.pool(root)


def test_an_archive_is_the_same_each_time_and_the_end_of_every_longer_one(tmp_path: Path, papers: list[Paper]) -> None:
    for name, days in (("one", 20), ("two", 20), ("longer", 40)):
        archives.make(tmp_path / name, papers, days)
    one, two, longer = (tree(tmp_path / name / "data") for name in ("one", "two", "longer"))
    assert one == two
    assert len(one) == 40  # papers and receipt of each day
    assert one.items() <= longer.items()


def test_the_program_reads_an_archive_and_no_id_comes_twice(tmp_path: Path, papers: list[Paper]) -> None:
    archives.make(tmp_path, papers, 40)
    store = Store(tmp_path)
    assert store.dates() == archives.dates(40)
    found = [(paper.arxiv_id[:4], paper.arxiv_id) for date in store.dates() for paper in store.papers(date)]
    assert len(found) == len(set(found)) == 40 * archives.PAPERS
    assert {month for month, _ in found} == {"2511", "2512"}
    for date in archives.dates(40):
        receipt = store.receipt(date)
        assert receipt is not None
        assert receipt.shown == archives.PAPERS


def test_added_days_can_be_removed_again(tmp_path: Path, papers: list[Paper]) -> None:
    root = archives.make(tmp_path / "archive", papers, 7)
    before = tree(root)
    archives.write(tmp_path / "later", papers, archives.later(2))
    archives.copy_day(tmp_path / "later", root, archives.later(2)[0])
    assert Store(root).dates() == [*archives.dates(7), "2025-12-16"]
    archives.remove(root, archives.later(2))
    assert tree(root) == before


def test_both_others_have_every_paper_with_its_text_and_links(tmp_path: Path, papers: list[Paper]) -> None:
    settings = config.load(archives.settle(tmp_path / "settings"))
    match = TopicMatcher(settings)
    days = [other_generators.day(*day, settings, match) for day in archives.days(papers, archives.dates(3))]
    hugo = tree(other_generators.write_hugo(tmp_path / "hugo", days))
    mkdocs = tree(other_generators.write_mkdocs(tmp_path / "mkdocs", days))
    for day in days:
        text = hugo[f"content/daily/{day.path}.md"]
        assert mkdocs[f"docs/daily/{day.path}.md"] == text
        page = _html(text.decode().split("---\n", 2)[2])
        assert [heading.get("id") for heading in page.iter("h2")] == [entry.paper.arxiv_id for entry in day.entries]
        for entry, heading in zip(day.entries, page.iter("h2"), strict=True):
            _has(entry.paper, heading)
    assert f"content/daily/{days[0].path[:7]}/_index.md" in hugo


def _has(paper: Paper, heading: HtmlElement) -> None:
    shown = [heading, *(found for found in _following(heading, 4))]
    wanted = [paper.title, ", ".join(paper.authors), paper.comment, paper.abstract]
    assert [_text(found) for found in shown[:4]] == [" ".join((text or "").split()) for text in wanted]
    links = [str(link.get("href")) for link in shown[4].iter("a") if "arxiv.org" in str(link.get("href"))]
    assert links == [f"https://arxiv.org/{kind}/{paper.arxiv_id}" for kind in ("abs", "pdf", "html")]


def _following(element: HtmlElement, count: int) -> list[HtmlElement]:
    return list(element.itersiblings())[:count]


def _text(element: HtmlElement) -> str:
    return str(element.text_content())


def _html(text: str) -> HtmlElement:
    return fromstring(f"<div>{markdown.markdown(text, extensions=['attr_list'])}</div>")


@given(st.text("ab1 .)#*_`~<>&[](){}\\!+-$=|:'\"", min_size=1))
def test_no_text_becomes_markdown(text: str) -> None:
    line = " ".join(text.split())
    if line:
        assert _text(_html(other_generators.markdown(text))) == line


def test_a_bare_address_becomes_a_link() -> None:
    page = _html(other_generators.markdown("See https://example.org/a_b_c (and more)."))
    assert [link.get("href") for link in page.iter("a")] == ["https://example.org/a_b_c"]
    assert _text(page) == "See https://example.org/a_b_c (and more)."


def test_a_run_counts_processes_that_outlive_their_parent() -> None:
    burn = f"import time; x = bytearray({150 * MEBIBYTE})\nwhile time.process_time() < 0.4: pass"
    leave = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
    found = run([sys.executable, "-c", leave])
    assert found.cpu >= 0.4
    assert found.peak >= 150 * MEBIBYTE
    assert found.wall < found.cpu  # the command itself was gone long before


def test_a_command_that_fails_is_quoted() -> None:
    with pytest.raises(Failed, match="ended with 3:\nno such day"):
        run([sys.executable, "-c", "import sys; print('no such day'); sys.exit(3)"])


def test_runs_take_turns_until_they_are_enough_or_time_is_up() -> None:
    order: list[str] = []

    def command(name: str, wall: float) -> Run:
        order.append(name)
        return Run(wall, wall, 1, 0.0)

    both = [lambda turn: command(f"a{turn}", 1.0), lambda turn: command(f"b{turn}", 3.0)]
    assert [len(runs) for runs in repeat(both, 3, 100, lambda _: None)] == [3, 3]
    assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert [len(runs) for runs in repeat(both, 3, 9, lambda _: None)] == [2, 2]
    assert [len(runs) for runs in repeat(both, 3, 1, lambda _: None)] == [1, 1]


def test_what_a_build_did_to_files_is_seen(tmp_path: Path) -> None:
    for name in ("kept", "changed", "same", "gone"):
        (tmp_path / name).write_text(name)
    before = sites.snapshot(tmp_path)
    (tmp_path / "changed").write_text("otherwise")
    (tmp_path / "gone").unlink()
    (tmp_path / "new").write_text("new")
    (tmp_path / "fresh").write_text("same")
    (tmp_path / "fresh").replace(tmp_path / "same")
    found = sites.compare(before, sites.snapshot(tmp_path), "month", "one more day")
    assert (found.added, found.changed, found.removed, found.needless, found.untouched) == (1, 1, 1, 1, 1)
    assert found.examples == ("same",)


@pytest.mark.parametrize("power", [0, 0.5, 1, 2])
def test_the_slope_is_the_power(power: float) -> None:
    found = slope([(papers, 3 * papers**power) for papers in (30_660, 61_320, 153_300, 306_600)])
    assert found == pytest.approx(power, abs=1e-9)


def test_a_report_is_saved_and_written_into_the_page(tmp_path: Path) -> None:
    report = Report({"processor": "2 cores"}, "python -m tests.benchmarks", "corpus")
    for name, papers, wall in (("y1", 30_660, 2.0), ("y10", 306_600, 20.0)):
        report.archives[name] = Archive(papers // 84, papers, papers * 1900)
        report.figures.append(Figure(name, "cold, bare", (Run(wall, wall, 10**8, 0.0),) * 5))
    report.figures.append(Figure("y1", "Hugo", (Run(4.0, 6.0, 10**9, 0.0),) * 5))
    file = tmp_path / "figures.json"
    file.write_bytes(msgspec.json.encode(report))
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n{START}\nold\n{END}\nAfter.\n")
    write_docs(read(file), page)
    write_docs(read(file), page)  # the second time changes nothing
    text = page.read_text()
    assert text == f"Before.\n{START}\n\n{tables.render(report)}\n{END}\nAfter.\n"
    assert "| cold, bare | 2.00 | 4.00 |  | 20.00 |" not in text
    assert "| cold, bare | 2.00 | 20.00 | 1.00 |" in text
    assert re.search(r"over Hugo \| ≤ 1\.50 × \| 0\.50 × \| yes \|", text)


def test_the_page_of_the_docs_has_a_place_for_the_figures() -> None:
    text = (ROOT / "docs" / "manual" / "benchmarks.md").read_text("utf-8")
    assert 0 < text.find(START) < text.find(END)


def test_building_one_more_day_is_measured_and_undone(tmp_path: Path, papers: list[Paper]) -> None:
    few = papers[:6]
    root = archives.make(tmp_path / "archive", few, 1)
    archives.write(tmp_path / "later", few, archives.later(1))
    data = tree(root / "data")
    report = Report({}, "", "generated text")
    Bench(report, 1, 60, lambda _: None).archive("week", root, tmp_path / "later")
    assert tree(root / "data") == data
    assert {found.what for found in report.figures} >= {
        *("check", "cold, defaults", "cold, bare", "nothing new, bare", "one more day, defaults without search"),
        *("a comment in the settings, defaults", "a template changed, defaults without search"),
    }
    assert report.parts["week"]["days"] > 0
    one_day = next(found for found in report.rewritten if found.what == "one more day, defaults")
    assert one_day.added
    assert one_day.changed
    assert report.sizes[0].size > report.sizes[0].search > 0
