"""The likeness of papers to liked ones, and the scores by it."""

from pathlib import Path

from broadsheet.model.liked_paper import LikedPaper
from broadsheet.model.paper import Paper
from broadsheet.scoring.background import load_background
from broadsheet.scoring.likeness import LikedInterest
from broadsheet.scoring.local.scorer import LocalScorer
from broadsheet.settings.config import Settings
from tests.topics_quality import chance, draw, measure, rated_days, scorers

LIKED = (
    LikedPaper(title="Dwarf galaxies around Andromeda", abstract="We resolve stars in dwarf galaxies."),
    LikedPaper(title="The halo of the Milky Way", abstract="Stellar streams from dwarf galaxies."),
)
PAPERS = [
    Paper(arxiv_id="2601.00001", title="Pricing of options", abstract="We price options with a stochastic process."),
    Paper(arxiv_id="2601.00002", title="A new dwarf galaxy", abstract="Its stars resemble those of the Milky Way."),
    Paper(arxiv_id="2601.00003", title="Stable matchings", abstract="A theorem on matchings in graphs."),
]


def interest() -> LikedInterest:
    return LikedInterest(LIKED, load_background())


def test_a_paper_like_the_liked_ones_comes_first() -> None:
    degrees = [likeness.degree for likeness in interest().compare(PAPERS)]
    assert max(degrees) == degrees[1] > 0


def test_the_likeness_names_words_and_the_closest_paper() -> None:
    likeness = interest().compare(PAPERS)[1]
    assert "dwarf galaxy" in likeness.words
    assert likeness.closest in LIKED


def test_likeness_is_exact() -> None:
    again = LikedInterest(LIKED[::-1], load_background())
    assert [x.degree for x in again.compare(PAPERS)] == [x.degree for x in interest().compare(PAPERS)]
    assert again.fingerprint == interest().fingerprint


def test_no_paper_and_papers_without_text_are_compared() -> None:
    assert interest().compare([]) == []
    assert interest().compare([Paper(arxiv_id="2601.00004", title="…")])[0].degree <= 0


def test_the_scorer_ranks_by_liked_papers_and_says_so() -> None:
    scored = LocalScorer(Settings(), None, interest()).score(PAPERS)
    relevance = [paper.relevance or 0 for paper in scored.papers]
    assert all(1 <= value <= 10 for value in relevance)
    assert max(relevance) == relevance[1]
    assert "Words of liked papers: " in (scored.papers[1].comment or "")
    assert scored.rubric == interest().fingerprint


def test_readers_find_what_they_like_on_the_first_day(corpus: Path) -> None:
    """The bounds are well below the figures of ``python -m tests.topics_quality``, and well above chance (0.11)."""
    days = rated_days(corpus, ("2025-10",), most=8)
    made = scorers(draw(corpus, "cgarling", "2025-08", 20, seed=0))
    assert chance(days) < 0.15
    assert measure(days, made["words"]).of_ten > 0.3
    assert measure(days, made["liked"]).of_ten > 0.4
    assert measure(days, made["both"]).of_ten > 0.4
