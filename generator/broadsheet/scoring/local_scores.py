"""Local scores beside those of a language model, whose whole numbers tie. Pure."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.scoring.scores import Scores

if TYPE_CHECKING:  # it loads NumPy
    from broadsheet.scoring.local.predictions import Predictions

DECIMALS = 3


class LocalPredictor(Protocol):
    """A scorer that predicts ratings with decimals."""

    def predict(self, papers: Sequence[Paper]) -> "Predictions": ...


def local_score(relevance: float, novelty: float) -> float:
    """Return the sum of two predicted ratings, as a row has it."""
    return round(float(relevance) + float(novelty), DECIMALS)


def with_local_scores(
    scorer: Callable[[Sequence[Paper]], Scores], predictor: Callable[[], LocalPredictor]
) -> Callable[[Sequence[Paper]], Scores]:
    """Return `scorer` with local scores of the papers that it scores; `predictor` is made only if there are any."""

    def scored(papers: Sequence[Paper]) -> Scores:
        scores = scorer(papers)
        if not scores.papers:
            return scores
        predictions = predictor().predict(scores.papers)
        rows = zip(scores.papers, predictions.relevance, predictions.novelty, strict=True)
        return scores._replace(
            papers=tuple(
                msgspec.structs.replace(paper, local_score=local_score(relevance, novelty))
                for paper, relevance, novelty in rows
            )
        )

    return scored
