"""The demo in ``data/`` and ``digest.yml``: it shows every feature, and all its sentences are invented."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.index.days import TopicMatcher, day_entries
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.settings import config
from broadsheet.store import records
from broadsheet.store.store import Store
from broadsheet.text.tex_names import readable_name
from tests.example import ROOT

pytestmark = pytest.mark.slow

RUN = 12  # words in a row that two people rarely write by chance
FULL = "2025-05-27"
LEFT_OUT = "left out of this demonstration"
SECOND_RUN = {"2025-05-22": "2025-05-21"}
TOPICS = {
    "representation-learning",
    "model-architecture",
    "model-compression",
    "large-language-models",
    "ai-for-science",
    "emerging-trends",
}


@pytest.fixture(scope="module")
def settings() -> config.Settings:
    return config.load(ROOT)


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(ROOT)


@pytest.fixture(scope="module")
def days(store: Store) -> dict[str, tuple[Paper, ...]]:
    """The papers of every day that has any, by date."""
    return {date: papers for date in store.dates() if (papers := store.papers(date))}


@pytest.fixture(scope="module")
def receipts(store: Store) -> dict[str, Receipt]:
    return {date: receipt for date in store.dates() if (receipt := store.receipt(date))}


def rows(days: dict[str, tuple[Paper, ...]]) -> Iterator[Paper]:
    return (paper for papers in days.values() for paper in papers)


# -- how much ------------------------------------------------------------------------------------------------------


def test_twenty_days_over_three_months_and_a_hundred_papers(days: dict[str, tuple[Paper, ...]]) -> None:
    assert len(days) >= 20
    assert len({date[:7] for date in days}) >= 3
    assert len({paper.arxiv_id for paper in rows(days)}) >= 100


def test_every_topic_has_papers_by_name_and_by_keyword(
    days: dict[str, tuple[Paper, ...]], settings: config.Settings
) -> None:
    assert {topic.id for topic in settings.topics} == TOPICS
    named = {topic for paper in rows(days) for topic in paper.topics}
    match = TopicMatcher(settings)
    found = {topic for paper in rows(days) if not paper.topics for topic in match(paper)}
    assert named == TOPICS
    assert len(found) >= 5


def test_every_state_of_a_day_and_a_gap_between_two_days(receipts: dict[str, Receipt], store: Store) -> None:
    assert {receipt.state for receipt in receipts.values()} == set(DayState) - {DayState.UNKNOWN}
    dates = store.dates()
    assert dates[0] < "2025-05-09" < dates[-1]
    assert "2025-05-09" not in dates  # a Friday


def test_a_failed_day_scanned_papers_and_spent_nothing(receipts: dict[str, Receipt]) -> None:
    for receipt in receipts.values():
        assert receipt.scored_nothing == (receipt.state in (DayState.FAILED, DayState.PARTIAL))
        assert bool(receipt.errors) == receipt.scored_nothing


def test_the_seven_publications(store: Store) -> None:
    assert sorted(p.id for p in store.publications()) == [str(number) for number in range(20032, 20039)]


def test_the_kinds_of_papers_a_page_must_cope_with(days: dict[str, tuple[Paper, ...]]) -> None:
    papers = list(rows(days))
    assert any(len(paper.authors) > 12 for paper in papers)
    assert any("$" in paper.title for paper in papers)
    assert any("\\'" in paper.title or '\\"' in paper.title for paper in papers)
    assert any(not author.isascii() for paper in papers for author in paper.authors)
    assert any(paper.source == "arxiv" and paper.score is None for paper in papers)
    assert any(paper.source == "hf" and paper.upvotes and paper.links and paper.links.project for paper in papers)
    assert sum("$" in (paper.abstract or "") for paper in papers) >= 30


def test_papers_of_two_sources_and_papers_shown_again(days: dict[str, tuple[Paper, ...]]) -> None:
    sources: dict[tuple[str, str], set[str]] = {}
    shown: dict[str, set[str]] = {}
    for date, papers in days.items():
        for paper in papers:
            sources.setdefault((date, paper.arxiv_id), set()).add(paper.source)
            shown.setdefault(paper.arxiv_id, set()).add(date)
    assert sum(len(names) == 2 for names in sources.values()) >= 10
    assert sum(len(dates) >= 2 for dates in shown.values()) >= 2
    assert any(all(paper.source == "hf" for paper in papers) for papers in days.values())


# -- how true ------------------------------------------------------------------------------------------------------


def test_the_files_are_as_the_program_writes_them(store: Store, days: dict[str, tuple[Paper, ...]]) -> None:
    for date, papers in days.items():
        written = b"".join(records.encode_paper(paper) + b"\n" for paper in papers)
        assert store.papers_path(date).read_bytes() == written
    for date in store.dates():
        if receipt := store.receipt(date):
            assert store.receipt_path(date).read_bytes() == records.encode_receipt(receipt)


def test_the_sums_of_every_receipt_add_up(receipts: dict[str, Receipt], days: dict[str, tuple[Paper, ...]]) -> None:
    for date, receipt in receipts.items():
        shown = sum(paper.source == "arxiv" for paper in days.get(date, ()))
        if receipt.scanned is not None:
            assert receipt.scanned == shown + sum(receipt.dropped.values()), date
            assert receipt.shown == shown + receipt.dropped.get(LEFT_OUT, 0), date
            assert receipt.announced is not None
            assert receipt.announced >= receipt.scanned, date
        if receipt.fetched is not None:
            assert receipt.fetched == len(days[date]) + receipt.dropped[LEFT_OUT], date
        if receipt.tokens:
            assert receipt.tokens.total == receipt.tokens.prompt + receipt.tokens.completion, date
        if receipt.cost and receipt.cost.total is not None:
            parts = (receipt.cost.prompt or 0) + (receipt.cost.completion or 0)
            assert abs(parts - receipt.cost.total) < 0.011, date  # each figure is rounded to cents


def test_the_full_day_has_the_numbers_of_the_page_it_comes_from(receipts: dict[str, Receipt]) -> None:
    receipt = receipts[FULL]
    assert receipt.tokens
    assert receipt.cost
    assert (receipt.tokens.prompt, receipt.tokens.completion, receipt.tokens.total) == (109786, 15021, 124807)
    assert (receipt.cost.prompt, receipt.cost.completion, receipt.cost.total) == (0.27, 0.15, 0.42)
    assert (receipt.model, receipt.announced, receipt.scanned, receipt.shown) == ("gpt-4o", 1691, 1027, 84)


def test_titles_scores_and_order_are_those_of_the_archive(corpus: Path, days: dict[str, tuple[Paper, ...]]) -> None:
    archive = _archive(corpus)
    for date, papers in days.items():
        ours = [paper for paper in papers if paper.source == "arxiv"]
        # The archive made up for the partial day later, without the paper that stood there first.
        theirs = archive[SECOND_RUN[date]] if date in SECOND_RUN else archive.get(date, {})
        kept = {paper.arxiv_id for paper in ours}
        assert [paper.arxiv_id for paper in ours] == [arxiv_id for arxiv_id in theirs if arxiv_id in kept], date
        for paper in ours:
            row = theirs[paper.arxiv_id]
            scores = row.get("RELEVANCE"), row.get("NOVELTY")
            assert (paper.title, paper.relevance, paper.novelty) == (row["title"], *scores)
            assert list(paper.authors) == [readable_name(name) for name in row["authors"] if name != ":"]


def test_upvotes_comments_and_links_are_those_of_hugging_face(corpus: Path, days: dict[str, tuple[Paper, ...]]) -> None:
    for date, papers in days.items():
        ours = [paper for paper in papers if paper.source == "hf"]
        listed = {entry["paper"]["id"]: entry for entry in _listed(corpus, date)} if ours else {}
        for paper in ours:
            entry = listed[paper.arxiv_id]
            assert (paper.upvotes, paper.comments) == (entry["paper"]["upvotes"], entry["numComments"])
            assert paper.published == entry["paper"]["publishedAt"]
            assert paper.links
            links = entry["paper"].get("githubRepo"), entry["paper"].get("projectPage")
            assert (paper.links.code, paper.links.project) == links


def test_the_full_day_is_shown_in_the_order_of_its_page_but_for_ties(
    corpus: Path, days: dict[str, tuple[Paper, ...]], settings: config.Settings
) -> None:
    shown = [entry.paper for entry in day_entries(FULL, days[FULL], TopicMatcher(settings))]
    page = (corpus / "seeds" / "002_8e799e1ade4a5b06.txt").read_text("utf-8")
    scored = [paper for paper in shown if paper.score is not None]
    as_listed = sorted(scored, key=lambda paper: page.index(f"ArXiv ID: {paper.arxiv_id}"))
    assert len(scored) >= 12
    assert [paper.score for paper in scored] == [paper.score for paper in as_listed]


# -- whose words ---------------------------------------------------------------------------------------------------


def test_every_abstract_is_marked_as_a_summary_and_every_scored_paper_has_a_comment(
    days: dict[str, tuple[Paper, ...]], settings: config.Settings
) -> None:
    for paper in rows(days):
        assert paper.abstract, paper.arxiv_id
        assert paper.abstract.startswith("Summary: "), paper.arxiv_id
        assert 30 <= len(paper.abstract.split()) <= 61, paper.arxiv_id
        if paper.score is not None:
            assert paper.comment, paper.arxiv_id
            assert 8 <= len(paper.comment.split()) <= 18, paper.arxiv_id
    assert "summary" in settings.notice


def test_no_sentence_is_from_the_corpus(
    corpus: Path, days: dict[str, tuple[Paper, ...]], store: Store, settings: config.Settings
) -> None:
    theirs = {run for sentence in _sentences(corpus) for run in _runs(sentence)}
    assert len(theirs) > 100_000
    ours = {f"{paper.arxiv_id} {paper.source}": f"{paper.abstract}\n{paper.comment or ''}" for paper in rows(days)}
    ours |= {receipt.date: receipt.note or "" for date in store.dates() if (receipt := store.receipt(date))}
    ours |= {topic.id: f"{topic.relevant}\n{topic.irrelevant}" for topic in settings.topics}
    for scale in (settings.rubric.relevance, settings.rubric.novelty):
        ours |= {f"{grade.name} {grade.low}": f"{grade.description}\n{grade.example}" for grade in scale}
    ours |= {"system": settings.prompt.system, "user": settings.prompt.user, "notice": settings.notice}
    for path in sorted((ROOT / "data" / "publications").glob("*.yml")):
        found = re.findall(r"^abstract:\n(.*?)(?=^\S)", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        ours |= {f"{path.name} {number}": abstract for number, abstract in enumerate(found)}
    assert {where: taken for where, words in ours.items() if (taken := theirs.intersection(_runs(words)))} == {}


def _archive(corpus: Path) -> dict[str, dict[str, Any]]:
    files = sorted((corpus / "scored" / "daizedong").glob("2025-0[4-6]/*-output.json"))
    return {path.name[:10]: json.loads(path.read_text("utf-8")) for path in files}


def _listed(corpus: Path, date: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((corpus / "hf" / "raw" / f"{date}.json").read_text("utf-8"))
    return listed


def _sentences(corpus: Path) -> Iterator[str]:
    for day in _archive(corpus).values():
        for row in day.values():
            yield f"{row.get('abstract', '')}"
            yield f"{row.get('COMMENT', '')}"
    for path in sorted((corpus / "hf" / "raw").glob("2025-05-*.json")):
        for entry in _listed(corpus, path.stem):
            yield f"{entry['paper']['summary']}"
            yield f"{entry['paper'].get('ai_summary', '')}"
    for path in sorted((corpus / "seeds").glob("*.txt")):
        yield path.read_text("utf-8")


def _runs(words: str) -> Iterator[str]:
    found = re.findall(r"[a-z0-9]+", words.lower())
    return (" ".join(found[at : at + RUN]) for at in range(len(found) - RUN + 1))
