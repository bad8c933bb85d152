"""The sums over days: an unknown cost is not zero, and the local scorer's is."""

import pytest

from broadsheet.index.days import DayHead
from broadsheet.index.totals import totals
from broadsheet.model.receipt import Cost, Receipt
from broadsheet.model.state import DayState


def head(model: str, cost: Cost | None = None) -> DayHead:
    receipt = Receipt(date="2026-09-24", state=DayState.OK, model=model, cost=cost)
    return DayHead(date="2026-09-24", papers=3, state=DayState.OK, receipt=receipt)


@pytest.mark.parametrize(
    ("heads", "unpriced"),
    [
        ([head("local")], 0),
        ([head("model-1")], 1),
        ([head("local"), head("model-1", Cost(total=0.5))], 0),
    ],
)
def test_the_local_scorer_costs_nothing(heads: list[DayHead], unpriced: int) -> None:
    assert totals(heads).unpriced == unpriced
