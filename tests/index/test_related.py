"""Related papers: a function of the archive alone, and stable for old papers."""

import json
from collections import Counter
from itertools import pairwise, product
from math import log
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadsheet.daily.import_ import run
from broadsheet.index.index import Index
from broadsheet.index.similarity import MAX_SIMILAR, MIN_DAYS, similar_papers
from broadsheet.index.term_vectors import DayVectors, term_vectors
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.model.receipt import Receipt
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store
from broadsheet.views.pages import paper as paper_pages
from tests.example import SETTINGS, make_digest
from tests.example import paper as row
from tests.test_hostile_text import PAYLOADS

pytestmark = pytest.mark.slow

SUBJECTS = (
    "pruning attention heads of transformers",
    "quantization of weights below four bits",
    "protein folding with diffusion",
    "galaxies seen by the telescope",
    "routing tokens among sparse experts",
)


def preprint(name: str, subject: str, **fields: Any) -> Paper:
    shown = Paper(arxiv_id=name, title=f"Letter {name[-3:]} {subject}", abstract=f"We look at {subject}, case {name}.")
    return Paper(
        **{f: getattr(shown, f) for f in ("arxiv_id", "title", "abstract")} | {"relevance": 8, "novelty": 5} | fields
    )


class Memory:
    """An archive that is nowhere but here."""

    def __init__(self, days: dict[str, tuple[Paper, ...]]) -> None:
        self.days = dict(days)

    def change(self, date: str, papers: tuple[Paper, ...] | None) -> None:
        """Let a day have `papers`, or be gone."""
        if papers is None:
            self.days.pop(date, None)
        else:
            self.days[date] = papers

    def dates(self) -> list[str]:
        return sorted(self.days)

    def fingerprint(self, date: str) -> str:
        return repr(self.days[date])

    def papers(self, date: str) -> tuple[Paper, ...]:
        return self.days[date]

    def receipt(self, date: str) -> Receipt | None:
        return None

    def dropped(self, date: str) -> tuple[Paper, ...]:
        return ()

    def publications_fingerprint(self) -> str:
        return ""

    def publications(self) -> list[Publication]:
        return []


def catalogue(days: dict[str, tuple[Paper, ...]], choice: Any = "top") -> Index:
    made = Index(":memory:", Settings(paper_pages=choice))
    made.refresh(Memory(days))
    return made


def named(found: Index, date: str) -> dict[str, tuple[list[str], list[str]]]:
    return {
        name: ([e.paper.arxiv_id for e in it.earlier], [e.paper.arxiv_id for e in it.later])
        for name, it in found.related(date).items()
    }


DAYS = {
    f"2025-05-{day:02}": tuple(preprint(f"2505.{day:02}{n:03}", SUBJECTS[(day + n) % 5]) for n in range(4))
    for day in range(1, 9)
}


def test_the_relatives_are_of_the_same_subject_and_of_different_days() -> None:
    found = catalogue(DAYS)
    for name, (earlier, _) in named(found, "2025-05-08").items():
        subject = {p.arxiv_id: p.title.split(" ", 2)[2] for papers in DAYS.values() for p in papers}
        assert earlier
        assert {subject[other] for other in earlier[:MIN_DAYS]} == {subject[name]}
        first = [other[5:7] for other in earlier[:MIN_DAYS]]
        assert len(set(first)) == len(first)
        assert name not in earlier
        assert len(earlier) <= MAX_SIMILAR


def test_an_old_paper_gains_newer_ones_and_keeps_those_it_had() -> None:
    before = catalogue({date: DAYS[date] for date in list(DAYS)[:4]})
    after = catalogue(DAYS)
    for date in list(DAYS)[:4]:
        assert {n: e for n, (e, _) in named(before, date).items() if e} == {
            n: e for n, (e, _) in named(after, date).items() if e
        }
    gained = [later for _, later in named(after, "2025-05-04").values()]
    assert any(gained)
    assert all(other > "2505.04" for later in gained for other in later)


def test_the_same_work_is_listed_once_and_never_beside_itself() -> None:
    again = preprint("2505.09000", SUBJECTS[0], title="On pruning attention heads", abstract="Of transformers.")
    days = {
        "2025-05-01": (preprint("2505.01001", "galaxies"), preprint("2505.01002", "proteins")),
        "2025-05-02": (preprint("2505.02001", SUBJECTS[0]),),
        "2025-05-03": (
            preprint("2505.03001", SUBJECTS[0], title="Letter 001: Pruning attention heads of $transformers$"),
        ),
        "2025-05-05": (again,),
        "2025-05-06": (preprint("2505.09001", SUBJECTS[0], title=again.title, abstract=again.abstract),),
        "2025-05-07": (preprint("2505.07001", SUBJECTS[0]),),
    }
    found = catalogue(days)
    earlier = named(found, "2025-05-07")["2505.07001"][0]
    assert len({"2505.02001", "2505.03001"} & set(earlier)) <= 1
    assert len({"2505.09000", "2505.09001"} & set(earlier)) == 1
    assert "2505.09000" not in named(found, "2025-05-06").get("2505.09001", ([], []))[0]


def test_a_repeated_paper_is_not_related_to_itself() -> None:
    days = DAYS | {"2025-05-09": (*DAYS["2025-05-01"], preprint("2505.09001", SUBJECTS[1]))}
    found = catalogue(days)
    assert set(named(found, "2025-05-09")) == {"2505.09001"}
    for date in days:
        for name, (earlier, later) in named(found, date).items():
            assert name not in (*earlier, *later)


def test_without_pages_nothing_is_noted() -> None:
    found = catalogue(DAYS, "none")
    assert named(found, "2025-05-08") == {}
    for table in ("term_vector", "related_key", "related", "paper_author"):
        assert found._db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


PAPERS = st.builds(
    preprint,
    st.integers(0, 12).map(lambda n: f"2505.{n:05}"),
    st.sampled_from(SUBJECTS),
    relevance=st.sampled_from([1, 9]),
)
LISTS = st.lists(PAPERS, max_size=13, unique_by=lambda p: p.arxiv_id).map(tuple)
DATES = st.sampled_from(["2024-04-30", "2024-05-01", "2025-05-01", "2025-05-02", "2025-06-02", "2026-05-02"])
CHANGES = st.lists(st.tuples(DATES, st.none() | LISTS), min_size=2, max_size=5)


@examples(deadline=None, max_examples=60)
@given(CHANGES, st.sampled_from(["top", "all"]))
def test_any_way_to_an_archive_gives_the_same_and_what_changes_has_another_version(
    changes: list[tuple[str, tuple[Paper, ...] | None]], choice: str
) -> None:
    archive = Memory({})
    grown = Index(":memory:", Settings(paper_pages=choice))  # type: ignore[arg-type]
    known: dict[tuple[str, str], Any] = {}
    for date, papers in changes:
        archive.change(date, papers)
        grown.refresh(archive)
        fresh = catalogue(archive.days, choice)
        for query in ("related", "author_links"):
            for day in archive.days:
                answer, version = getattr(grown, query)(day), grown.version(query, (day,))
                assert answer == getattr(fresh, query)(day)
                assert version == fresh.version(query, (day,))
                said = repr(
                    [[(e.paper, e.top) for e in part] for it in answer.values() for part in it]
                    if query == "related"
                    else answer
                )
                # What a page was made of may be shown again only if it is the same.
                assert known.setdefault((query, day + version), said) == said


def test_a_later_paper_that_gets_a_page_changes_the_version_of_those_that_name_it() -> None:
    pruning, quantization = SUBJECTS[:2]
    papers = [preprint(f"2505.{n:05}", quantization if 2 <= n <= 5 else pruning, relevance=1) for n in range(10)]
    archive = Memory({"2024-04-30": (*papers, preprint("2505.00010", pruning, relevance=9))})
    index = Index(":memory:", Settings(paper_pages="all"))
    index.refresh(archive)
    before = (
        {entry.paper.arxiv_id: entry.top for entry in index.day("2024-04-30")},
        index.version("related", ("2024-04-30",)),
    )
    last = next(name for name, has_page in before[0].items() if not has_page)
    archive.change("2024-05-01", tuple(paper for paper in papers if paper.arxiv_id == last))
    index.refresh(archive)
    assert any(e.top and e.paper.arxiv_id == last for part in index.related("2024-04-30").values() for e in part.later)
    assert index.version("related", ("2024-04-30",)) != before[1]


@examples(deadline=None)
@given(st.lists(st.sampled_from(PAYLOADS) | st.text(), max_size=8), st.text(), st.lists(st.integers(0, 8)))
def test_any_text_can_be_compared(said: list[str], title: str, gone: list[int]) -> None:
    papers = [Paper(arxiv_id=f"x{n}", title=title + it, abstract=it * 3) for n, it in enumerate(said)]
    day = term_vectors(papers)
    rest = day.without({f"x{n}" for n in gone})
    left = term_vectors([paper for paper in papers if paper.arxiv_id not in {f"x{n}" for n in gone}])
    assert (rest.ids, rest.ends, rest.terms, rest.weights) == (left.ids, left.ends, left.terms, left.weights)
    found = similar_papers({"2025-05-01": day, "2025-05-02": rest}, {"2025-05-02": rest.ids})
    assert set(found["2025-05-02"]) == set(rest.ids)


@examples(deadline=None)
@example("\\i", "")  # a macro takes the space behind it
@given(st.text(alphabet=st.characters(max_codepoint=127)), st.text(alphabet="aA sS5_-'.$\\\n\t"))
def test_words_in_ascii_are_those_of_any_text(title: str, abstract: str) -> None:
    paper = Paper(arxiv_id="x", title=title, abstract=abstract)
    other = Paper(arxiv_id="x", title=f"é {title}", abstract=f"é {abstract}")  # a letter is no word
    vectors = [term_vectors([each]) for each in (paper, other)]
    assert vectors[0].titles == vectors[1].titles
    assert (vectors[0].terms, vectors[0].weights) == (vectors[1].terms, vectors[1].weights)


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ('Schr\\"odinger and \\v{S}ilov', "Schrödinger and Šilov"),
        ("Gödel’s LLMs — co-trained", "Godel's {LLM}s (co trained)"),
        ("$k$NN with \\textbf{graphs} of $\\alpha$", "kNN with graphs of"),
        ("ﬁne STRASSE", "fine Straße"),
        ("α across 9 é 7", "across"),
    ],
)
def test_accents_and_tex_do_not_matter(written: str, other: str) -> None:
    first, second = (term_vectors([Paper(arxiv_id="x", title=text, abstract=text)]) for text in (written, other))
    assert (first.titles, first.terms) == (second.titles, second.terms)


def test_the_words_of_a_day_are_those_of_each_paper() -> None:
    texts = ["", "Sparse sparse attentions", "the", "Sparse", "attention " * 300]
    papers = [
        Paper(arxiv_id=f"x{n}", title=title, abstract=text) for n, (title, text) in enumerate(product(texts, texts))
    ]
    together = weights_of(term_vectors(papers))
    assert together == {name: words for paper in papers for name, words in weights_of(term_vectors([paper])).items()}


def weights_of(day: DayVectors) -> dict[str, dict[int, int]]:
    """Return the weights of each paper's terms."""
    terms, weights = memoryview(day.terms).cast("I").tolist(), list(day.weights)
    spans = zip(day.ids, pairwise((0, *day.ends)), strict=True)
    return {name: dict(zip(terms[start:end], weights[start:end], strict=True)) for name, (start, end) in spans}


def test_on_real_papers_similarity_is_the_sum_over_shared_terms(months: dict[str, DayVectors]) -> None:
    date = [*months][-1]
    papers = {name: terms for day in months.values() for name, terms in weights_of(day).items()}
    users = Counter(term for terms in papers.values() for term in terms)
    common = len(papers) / 8 if len(papers) > 1000 else len(papers)
    rarity = {term: round(256 * log(len(papers) / n) ** 2) for term, n in users.items() if n <= common}
    similar = similar_papers(months, {date: months[date].ids})[date]
    assert len(papers) > 1000
    assert sum(map(len, similar.values())) > 20
    for name, others in similar.items():
        own = papers[name]
        for other in others:
            shared = own.keys() & papers[other.arxiv_id].keys() & rarity.keys()
            total = sum(own[term] * papers[other.arxiv_id][term] * rarity[term] for term in shared)
            itself = sum(own[term] ** 2 * rarity[term] for term in own.keys() & rarity.keys())
            assert other.similarity == 1000 * total // itself


def test_a_hostile_title_of_a_relative_is_text(tmp_path: Path) -> None:
    words = "pruning attention heads"
    days = {
        "2025-05-01": [
            row(f"2505.01{n:03}", title=f"{words} {bad}", abstract=words) for n, bad in enumerate(PAYLOADS[:9])
        ],
        "2025-05-02": [
            row("2505.02001", title=f"More {words} twice", abstract=words),
            row("2505.02002", abstract="Other"),
        ],
    }
    make_digest(tmp_path, days, SETTINGS)
    settings = config.load(tmp_path)
    found = Index(":memory:", settings)
    found.refresh(Store(tmp_path))
    pages = [page for date in days for page in paper_pages.pages(found, settings, date)]
    sections = [s for page in pages for s in lxml.html.fromstring(page.body).find_class("related")]
    assert sections
    for section in sections:
        assert {e.tag for e in section.iter()} <= {"section", "h2", "ul", "li", "a", "span", "strong", "em"}
        assert all(a.get("href").startswith("../") for a in section.iter("a"))


def test_earlier_scores_are_shown_and_other_values_are_not(tmp_path: Path) -> None:
    earlier = [
        {"relevance": 7, "novelty": 5, "scorer": {"model": "x<1>", "rubric": "r1"}},
        {"relevance": 3, "novelty": 2.5, "comment": "On <b> $x^2$"},
    ]
    days = {"2025-05-01": [row("2505.00001", earlier_scores=earlier), row("2505.00002", earlier_scores={"a": "<b>"})]}
    make_digest(tmp_path, days, SETTINGS)
    settings = config.load(tmp_path)
    found = Index(":memory:", settings)
    found.refresh(Store(tmp_path))
    first, second = (lxml.html.fromstring(page.body) for page in paper_pages.pages(found, settings, "2025-05-01"))
    assert [" ".join(p.text_content().split()) for p in first.find_class("note")] == [
        "Earlier: relevance/novelty 3/2.5: On <b> x2",
        "Earlier: relevance/novelty 7/5 by x<1>, rubric r1",
    ]
    assert not second.find_class("note")


@pytest.fixture(scope="module")
def months(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, DayVectors]:
    root = tmp_path_factory.mktemp("months")
    run(root, [str(corpus / "scored/daizedong" / month) for month in ("2025-04", "2025-05")])
    store, shown, found = Store(root), set[str](), {}
    for date in store.dates():
        new = {paper.arxiv_id: paper for paper in store.papers(date) if paper.arxiv_id not in shown}
        shown |= set(new)
        found[date] = term_vectors(new.values())
    return found


def test_on_real_papers_each_day_is_what_it_would_be_alone(months: dict[str, DayVectors]) -> None:
    dates = list(months)
    whole = similar_papers(months, {date: months[date].ids[:5] for date in dates[-6:]})
    for date in dates[-6:]:
        until = {day: it for day, it in months.items() if day <= date}
        assert similar_papers(until, {date: months[date].ids[:5]})[date] == whole[date]
    listed = [it for papers in whole.values() for it in papers.values()]
    assert sum(len(it) >= MIN_DAYS for it in listed) > 0.7 * len(listed)
    for it in listed:
        assert len({relative.date for relative in it[:MIN_DAYS]}) == len(it[:MIN_DAYS])
        assert all(one.similarity >= other.similarity for one, other in pairwise(it[:MIN_DAYS]))
    assert json.dumps(whole)
