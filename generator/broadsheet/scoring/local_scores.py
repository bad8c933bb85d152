"""Local scores beside those of a language model, whose whole numbers tie. Pure."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from broadsheet.model.diagnostics import DigestError
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
    """Return `scorer` with local scores of the papers that it scores; `predictor` is made only if there are any.

    A local scorer that fails is an error of the result: the scores are good, and may have been paid for.
    """

    def scored(papers: Sequence[Paper]) -> Scores:
        scores = scorer(papers)
        try:
            local_scores = predict_local_scores(scores.papers, predictor)
        except DigestError as error:
            return scores._replace(errors=(*scores.errors, tie_error(error)))
        rows = zip(scores.papers, local_scores, strict=True)
        return scores._replace(papers=tuple(msgspec.structs.replace(row, local_score=value) for row, value in rows))

    return scored


def tie_error(error: DigestError) -> str:
    """Return the error of a day whose ties are not broken."""
    return f"ties are not broken: {error.problems[0]}"


def predict_local_scores(papers: Sequence[Paper], predictor: Callable[[], LocalPredictor]) -> list[float]:
    """Return the local score of each of `papers`. Raises DigestError if there is no predictor."""
    if not papers:
        return []
    predictions = predictor().predict(papers)
    return [local_score(*ratings) for ratings in zip(predictions.relevance, predictions.novelty, strict=True)]
