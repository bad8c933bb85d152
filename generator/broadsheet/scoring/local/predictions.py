"""The predictions of a scorer, before they are rounded."""

from typing import NamedTuple

from broadsheet.scoring.local.calibration import Numbers


class Predictions(NamedTuple):
    """Predicted ratings, unrounded: relevance and novelty from 1 to 10, p_relevant from 0 to 1.

    `p_relevant` is the probability of a relevance of 7 or more. The prefilter sorts a day by it.
    """

    relevance: Numbers
    p_relevant: Numbers
    novelty: Numbers
