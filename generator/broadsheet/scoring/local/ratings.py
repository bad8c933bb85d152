"""The papers that the local model learns from. Pure, and without the packages that training needs."""

from broadsheet.model.paper import Paper
from broadsheet.model.scorer import LOCAL_MODEL
from broadsheet.scoring.interests import NEGATIVE

MIN_PAPERS = 50


def teaches(paper: Paper) -> bool:
    """Return whether a model learns from the rating of a paper.

    Ratings of the local scorer itself, and those lowered by a negative keyword, are left out.
    """
    is_local = paper.scorer is not None and paper.scorer.model == LOCAL_MODEL
    return paper.score is not None and not is_local and not any(reason.startswith(NEGATIVE) for reason in paper.reasons)
