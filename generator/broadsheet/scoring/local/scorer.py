"""The scorer that needs no key: the topics' words on day one, a model of the papers rated so far from then on."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from broadsheet.index.days import TopicMatcher
from broadsheet.model.paper import Paper
from broadsheet.model.scorer import LOCAL_MODEL, Scorer
from broadsheet.scoring.local import model as trained
from broadsheet.scoring.local.features import Floats
from broadsheet.scoring.local.model import LocalModel, Ratings, Seen
from broadsheet.scoring.scores import Scores
from broadsheet.settings.config import Settings

FILE = Path(".digest") / "model-local.npz"
UNTRAINED = "words"  # in place of a rubric, where no model was trained
NOVELTY_UNKNOWN = 5
WORDS = 3
TITLE_HIT, ABSTRACT_HIT, OTHER_TOPIC = 2.0, 1.0, 0.5
ENOUGH = 3.0  # evidence that takes a paper two thirds of the way from 1 to 10


class Word(NamedTuple):
    """A word or pair of words of a paper, and how much it counted for (or against) each scale."""

    word: str
    relevance: float
    novelty: float


class Reasons(NamedTuple):
    """Why a paper is rated as it is.

    `words`: what the linear part added up, the heaviest first. `like`: the closest training papers, as (id, its
    relevance). `topics`: the matching topics of the settings, by id, with the words that matched.
    """

    words: tuple[Word, ...]
    like: tuple[tuple[str, float], ...]
    topics: dict[str, list[str]]


class LocalScorer:
    """Scores without a network. `model` None: by the topics' words alone; then novelty is always 5, and says so."""

    def __init__(self, settings: Settings, model: LocalModel | None) -> None:
        self._settings = settings
        self._match = TopicMatcher(settings)
        self.model = model
        self.rubric = model.fingerprint if model else UNTRAINED

    @property
    def thresholds(self) -> Sequence[float]:
        """The promises of good papers when the model had not been shown them, ascending; none without a model."""
        return self.model.thresholds.tolist() if self.model else ()

    def score(self, papers: Sequence[Paper]) -> Scores:
        """All papers scored, 1 to 10 in whole numbers, each with a comment that says why and the topics it meets."""
        if not papers:
            return Scores((), {}, LOCAL_MODEL, self.rubric)
        seen = self.model.see(papers) if self.model else None
        ratings = self._judge(papers, seen)
        rows = zip(papers, ratings.relevance, ratings.novelty, self._reasons(papers, seen, WORDS), strict=True)
        return Scores(tuple(self._scored(*row) for row in rows), {}, LOCAL_MODEL, self.rubric)

    def predict(self, papers: Sequence[Paper]) -> Ratings:
        """What the papers are expected to be rated, unrounded."""
        return self._judge(papers, self.model.see(papers) if self.model else None)

    def explain(self, papers: Sequence[Paper], words: int = WORDS) -> list[Reasons]:
        """Why each paper is rated as it is, with that many words for each sign."""
        return self._reasons(papers, self.model.see(papers) if self.model else None, words)

    def _judge(self, papers: Sequence[Paper], seen: Seen | None) -> Ratings:
        if self.model and seen:
            return self.model.judge(seen)
        relevance = np.array([self._by_words(paper) for paper in papers])
        return Ratings(relevance, (relevance - 1) / 9, np.full(len(papers), float(NOVELTY_UNKNOWN)))

    def _reasons(self, papers: Sequence[Paper], seen: Seen | None, words: int) -> list[Reasons]:
        topics = [self._match.words_in(f"{paper.title}\n{paper.abstract or ''}") for paper in papers]
        if self.model is None or seen is None:
            return [Reasons((), (), found) for found in topics]
        return [
            Reasons(
                tuple(_words(self.model, seen, at, words)), tuple(_like(self.model, papers[at].arxiv_id, near)), found
            )
            for at, (near, found) in enumerate(zip(seen.closeness, topics, strict=True))
        ]

    def _by_words(self, paper: Paper) -> float:
        evidence: dict[str, float] = {}
        for text, weight in ((paper.title, TITLE_HIT), (paper.abstract or "", ABSTRACT_HIT)):
            for topic, found in self._match.words_in(text).items():
                evidence[topic] = evidence.get(topic, 0) + weight * len(found)
        best = max(evidence.values(), default=0)
        total = best + OTHER_TOPIC * (sum(evidence.values()) - best)
        return float(1 + 9 * (1 - np.exp(-total / ENOUGH)))

    def _scored(self, paper: Paper, relevance: float, novelty: float, why: Reasons) -> Paper:
        return msgspec.structs.replace(
            paper,
            relevance=round(float(relevance)),
            novelty=round(float(novelty)),
            comment=" ".join(self._comment(why)),
            topics=tuple(why.topics),
            scorer=Scorer(model=LOCAL_MODEL, rubric=self.rubric),
        )

    def _comment(self, why: Reasons) -> Iterator[str]:
        names = {topic.id: topic.label for topic in self._settings.topics}
        met = "; ".join(f"{names[topic]} ({', '.join(found)})" for topic, found in why.topics.items())
        yield f"{met}." if met else "No word of a topic."
        if self.model is None:
            yield "Judged by the topics' words alone; novelty is not judged."
            return
        for sign, said in ((1, "Words that count for it"), (-1, "Against it")):
            found = [word.word for word in why.words if word.relevance * sign > 0][:WORDS]
            if found:
                yield f"{said}: {', '.join(found)}."
        if why.like:
            yield "Most like " + " and ".join(f"{name} (rated {rated:g})" for name, rated in why.like) + "."


def open_model(root: Path) -> LocalModel | None:
    """The trained model of the digest in `root`, None before the first training. Raises DigestError if damaged."""
    return trained.load(root / FILE, FILE.as_posix())


def _words(model: LocalModel, seen: Seen, at: int, each: int) -> Iterator[Word]:
    """The words that counted most for relevance: `each` for it, and as many against it, the heaviest first."""
    keys, added = model.by_word(seen, at)
    order = np.argsort(-added[:, 0], kind="stable")
    for place in sorted({*order[:each], *order[-each:]}, key=lambda place: (-abs(added[place, 0]), place)):
        yield Word(model.name(seen, int(keys[place])), float(added[place, 0]), float(added[place, 2]))


def _like(model: LocalModel, arxiv_id: str, near: Floats, number: int = 2) -> Iterator[tuple[str, float]]:
    """The training papers that are closest, the paper itself left out."""
    closest = np.argpartition(-near, number + 1)[: number + 1]
    others = [at for at in sorted(closest, key=lambda at: (-near[at], at)) if model.ids[at] != arxiv_id]
    for at in others[:number]:
        yield model.ids[at], float(model.train_relevance[at])
