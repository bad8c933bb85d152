"""The local scorer, which needs no key: first by the words of the topics, then by a model of the rated papers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from broadsheet.index.days import TopicMatcher
from broadsheet.model.paper import Paper
from broadsheet.model.scorer import LOCAL_MODEL, UNTRAINED, Scorer
from broadsheet.scoring.likeness import LikedInterest, Likeness
from broadsheet.scoring.local import extra
from broadsheet.scoring.local.calibration import Numbers
from broadsheet.scoring.local.predictions import Predictions
from broadsheet.scoring.local_scores import local_score
from broadsheet.scoring.scores import Scores
from broadsheet.settings.config import Settings
from broadsheet.text.rendering import plain

if TYPE_CHECKING:  # they need the extra; the topics' words do not
    from broadsheet.scoring.local.features import Floats
    from broadsheet.scoring.local.model import LocalModel, ModelInput

FILE = Path(".digest") / "model-local.npz"
NOVELTY_UNKNOWN = 5
WORDS = 3
TITLE_HIT, ABSTRACT_HIT, OTHER_TOPIC = 2.0, 1.0, 0.5
RATINGS = 100  # a model of so many ratings counts as much as the liked papers
LIKED_WORDS, LIKED_FIRST, LIKED_SCALE = 0.5, 0.2, 1.5  # from likeness and topics' words to relevance
EVIDENCE_SCALE = 3.0  # evidence that takes a paper two thirds of the way from 1 to 10


class Word(NamedTuple):
    """A word or pair of words of a paper, with its contribution to each scale."""

    word: str
    relevance: float
    novelty: float


class Reasons(NamedTuple):
    """The reasons for a rating.

    `words`: the largest contributions to the linear part, sorted. `like`: the closest training papers, as (id,
    relevance). `topics`: the matching topics of the settings by id, with the words that matched. `likeness`: that to
    the papers that the group likes.
    """

    words: tuple[Word, ...]
    like: tuple[tuple[str, float], ...]
    topics: dict[str, list[str]]
    likeness: Likeness | None = None


class LocalScorer:
    """A scorer without network. If `model` is None, it uses the words of the topics, and novelty is always 5.

    `liked`, the interest in liked papers, counts beside the words; the more ratings a model has, the less.
    """

    def __init__(self, settings: Settings, model: "LocalModel | None", liked: LikedInterest | None = None) -> None:
        self._settings = settings
        self._match = TopicMatcher(settings)
        self._liked = liked
        self.model = model
        self.rubric = model.fingerprint if model else liked.fingerprint if liked else UNTRAINED

    @property
    def thresholds(self) -> Sequence[float]:
        """The out-of-fold p_relevant of good papers, ascending; empty without a model."""
        return self.model.thresholds.tolist() if self.model else ()

    def score(self, papers: Sequence[Paper]) -> Scores:
        """Score all papers: whole numbers from 1 to 10, their sum with decimals, the reasons, the matching topics."""
        if not papers:
            return Scores((), {}, LOCAL_MODEL, self.rubric)
        inputs, likeness = self._featurize(papers), self._compare(papers)
        predictions = self._predict(papers, inputs, likeness)
        reasons = self._reasons(papers, inputs, likeness, WORDS)
        rows = zip(papers, predictions.relevance, predictions.novelty, reasons, strict=True)
        return Scores(tuple(self._scored(*row) for row in rows), {}, LOCAL_MODEL, self.rubric)

    def predict(self, papers: Sequence[Paper]) -> Predictions:
        """Predict the ratings of the papers, unrounded."""
        return self._predict(papers, self._featurize(papers), self._compare(papers))

    def explain(self, papers: Sequence[Paper], words: int = WORDS) -> list[Reasons]:
        """Return the reasons for each rating, with so many words for it and against it."""
        return self._reasons(papers, self._featurize(papers), self._compare(papers), words)

    def _featurize(self, papers: Sequence[Paper]) -> "ModelInput | None":
        return self.model.featurize(papers) if self.model else None

    def _compare(self, papers: Sequence[Paper]) -> list[Likeness] | None:
        return self._liked.compare(papers) if self._liked else None

    def _predict(
        self, papers: Sequence[Paper], inputs: "ModelInput | None", likeness: list[Likeness] | None
    ) -> Predictions:
        if self.model is None or inputs is None:
            relevance = self._relevance_untrained(papers, likeness)
            return Predictions(relevance, (relevance - 1) / 9, np.full(len(papers), float(NOVELTY_UNKNOWN)))
        predictions = self.model.predict_features(inputs)
        if likeness is None:
            return predictions
        share = RATINGS / (RATINGS + len(self.model.ids))
        relevance = self._relevance_untrained(papers, likeness)
        return predictions._replace(
            relevance=predictions.relevance * (1 - share) + relevance * share,
            p_relevant=predictions.p_relevant * (1 - share) + (relevance - 1) / 9 * share,
        )

    def _relevance_untrained(self, papers: Sequence[Paper], likeness: list[Likeness] | None) -> Numbers:
        """Return the relevance by topics' words, and by likeness if there are liked papers."""
        by_words = np.array([self._relevance_by_words(paper) for paper in papers], np.float64)
        if likeness is None:
            return by_words
        degrees = np.array([alike.degree for alike in likeness], np.float64)
        share = (degrees + LIKED_WORDS * (by_words - 1) / 9 + LIKED_FIRST) / LIKED_SCALE
        return np.clip(1 + 9 * share, 1, 10)

    def _reasons(
        self, papers: Sequence[Paper], inputs: "ModelInput | None", likeness: list[Likeness] | None, words: int
    ) -> list[Reasons]:
        topics = [self._match.words_in(f"{paper.title}\n{paper.abstract or ''}") for paper in papers]
        alike: Sequence[Likeness | None] = likeness or [None] * len(papers)
        if self.model is None or inputs is None:
            return [Reasons((), (), *parts) for parts in zip(topics, alike, strict=True)]
        return [
            Reasons(
                words=tuple(_words(self.model, inputs, index, words)),
                like=tuple(_closest(self.model, paper.arxiv_id, inputs.kernel[index])),
                topics=topics[index],
                likeness=alike[index],
            )
            for index, paper in enumerate(papers)
        ]

    def _relevance_by_words(self, paper: Paper) -> float:
        evidence: dict[str, float] = {}
        for text, weight in ((paper.title, TITLE_HIT), (paper.abstract or "", ABSTRACT_HIT)):
            for topic, matches in self._match.words_in(text).items():
                evidence[topic] = evidence.get(topic, 0) + weight * len(matches)
        best = max(evidence.values(), default=0)
        total = best + OTHER_TOPIC * (sum(evidence.values()) - best)
        return float(1 + 9 * (1 - np.exp(-total / EVIDENCE_SCALE)))

    def _scored(self, paper: Paper, relevance: float, novelty: float, reasons: Reasons) -> Paper:
        return msgspec.structs.replace(
            paper,
            relevance=self._rounded(float(relevance)),
            novelty=round(float(novelty)),
            local_score=local_score(relevance, novelty),
            comment=" ".join(self._comment(reasons)),
            topics=tuple(reasons.topics),
            scorer=Scorer(model=LOCAL_MODEL, rubric=self.rubric),
        )

    def _rounded(self, relevance: float) -> float:
        """Return a whole number, as a model rates; by likeness alone, tenths, which order a day."""
        return round(relevance, 1) if self._liked and self.model is None else round(relevance)

    def _comment(self, reasons: Reasons) -> Iterator[str]:
        names = {topic.id: topic.label for topic in self._settings.topics}
        topics = "; ".join(f"{names[topic]} ({', '.join(words)})" for topic, words in reasons.topics.items())
        yield f"{topics}." if topics else "No word of a topic."
        if reasons.likeness:
            yield from _likeness_comment(reasons.likeness)
        if self.model is None:
            alone = "" if self._liked else " alone"
            basis = "topics' words" + (" and liked papers" if self._liked else "")
            yield f"Judged by the {basis}{alone}; novelty is not judged."
            return
        for sign, label in ((1, "Words that count for it"), (-1, "Against it")):
            words = [word.word for word in reasons.words if word.relevance * sign > 0][:WORDS]
            if words:
                yield f"{label}: {', '.join(words)}."
        if reasons.like:
            papers = (f"{arxiv_id} (rated {relevance:g})" for arxiv_id, relevance in reasons.like)
            yield f"Most like {' and '.join(papers)}."


def _likeness_comment(likeness: Likeness) -> Iterator[str]:
    if likeness.degree > 0 and likeness.words:
        yield f"Words of liked papers: {', '.join(likeness.words)}."
    if likeness.closest:
        yield f"Most like “{plain(likeness.closest.title)}”, which is liked."


def open_model(root: Path) -> "LocalModel | None":
    """Open the trained model of the digest in `root`. Raises DigestError if it is damaged.

    Return None before the first training, and without the packages of the extra.
    """
    if not extra.is_installed():
        return None
    from broadsheet.scoring.local import model  # noqa: PLC0415 - needs the extra

    return model.load(root / FILE, FILE.as_posix())


def _words(model: "LocalModel", inputs: "ModelInput", index: int, count: int) -> Iterator[Word]:
    """Yield the words with most weight in the relevance: `count` for it, and as many against it, by weight."""
    keys, amounts = model.contributions(inputs, index)
    order = np.argsort(-amounts[:, 0], kind="stable")
    for row in sorted({*order[:count], *order[-count:]}, key=lambda row: (-abs(amounts[row, 0]), row)):
        yield Word(model.term(inputs, int(keys[row])), float(amounts[row, 0]), float(amounts[row, 2]))


def _closest(model: "LocalModel", arxiv_id: str, kernel: "Floats", count: int = 2) -> Iterator[tuple[str, float]]:
    """Yield the closest training papers, except the paper itself."""
    closest = np.argpartition(-kernel, count + 1)[: count + 1]
    others = [row for row in sorted(closest, key=lambda row: (-kernel[row], row)) if model.ids[row] != arxiv_id]
    for row in others[:count]:
        yield model.ids[row], float(model.train_relevance[row])
