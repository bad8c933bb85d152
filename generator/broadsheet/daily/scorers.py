"""The scorers of a day: the number of papers, the tokens and the cost of each. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Receipt, ScorerShare, Tokens
from broadsheet.model.scorer import LOCAL_MODEL, Scorer
from broadsheet.scoring.llm.budget import Charge, add_charges, add_tokens

if TYPE_CHECKING:
    from broadsheet.scoring.llm.reply_log import LoggedRequest

ScorerKey = tuple[str, str | None]  # model and rubric; the model is empty if it is not on record


class Spending(NamedTuple):
    """The tokens and the cost of one scorer; None is unknown."""

    tokens: Tokens | None = None
    cost: Cost | None = None


def with_scorers(receipt: Receipt, rows: Sequence[Paper], signers: Collection[str] = ()) -> Receipt:
    """Return the receipt with the scorers of the day's `rows`, listed and dropped.

    `signers` are models that sign their scores, besides those that `rows` name. A single scorer is in `model` and
    `rubric` alone; of several, these name the main one.
    """
    spent, counts = spending(receipt), _counts(receipt, rows, signers)
    keys = [key for key in dict.fromkeys([*spent, *counts]) if counts[key] or key in spent]
    shares = tuple(_share(key, counts[key], spent.get(key, Spending())) for key in keys)
    model, rubric = _main(receipt, spent, counts)
    return msgspec.structs.replace(receipt, model=model, rubric=rubric, scorers=shares if len(shares) > 1 else ())


def with_spending(receipt: Receipt, requests: Sequence["LoggedRequest"]) -> Receipt:
    """Return the receipt with the tokens and costs of all `requests`.

    They are summed anew each time, so a crash loses nothing. The shares of other scorers stay.
    """
    before, paid = spending(receipt), _spending_on(receipt, requests)
    parts = {**before, **paid}
    tokens = [part.tokens for part in parts.values()]
    only = len(parts) == len(paid)
    cost = _bills(receipt, requests) if only else total_cost(part.cost for part in parts.values())
    return msgspec.structs.replace(
        receipt,
        tokens=total_tokens(tokens),
        cost=cost,
        scorers=tuple(_share(key, 0, part) for key, part in parts.items()),
    )


def logged_requests(receipt: Receipt) -> list["LoggedRequest"]:
    """Return the spending on record as requests; a cost without known parts stays in the receipt."""
    from broadsheet.scoring.llm.reply_log import LoggedRequest  # noqa: PLC0415 - 27 ms of an import

    return [
        LoggedRequest(model=model, rubric=rubric, tokens=part.tokens, charge=_bill(part.cost))
        for (model, rubric), part in spending(receipt).items()
        if part.tokens and (part.cost is None or _bill(part.cost))
    ]


def spending(receipt: Receipt) -> dict[ScorerKey, Spending]:
    """Return the spending of each scorer of a receipt."""
    if receipt.scorers:
        parts = {(share.model, share.rubric): Spending(share.tokens, share.cost) for share in receipt.scorers}
        return {key: part for key, part in parts.items() if part != Spending()}
    if receipt.tokens is None and receipt.cost is None:
        return {}
    return {(receipt.model or "", receipt.rubric): Spending(receipt.tokens, receipt.cost)}


def merged_spending(first: Receipt, second: Receipt) -> dict[str, Any]:
    """Return the scorers, tokens and cost of two receipts; those of `first` take precedence."""
    if first.model is None and not spending(first):
        return {name: getattr(second, name) for name in ("model", "rubric", "tokens", "cost", "scorers")}
    same = None in (first.model, second.model) or first.model == second.model
    parts = {**spending(second), **spending(first)}
    filled = {"model": first.model or second.model, "rubric": first.rubric or (second.rubric if same else None)}
    if same and not (first.scorers or second.scorers):
        tokens, cost = first.tokens or second.tokens, first.cost or second.cost
        return {**filled, "tokens": tokens, "cost": cost, "scorers": ()}
    return {
        **filled,
        "tokens": total_tokens(part.tokens for part in parts.values()),
        "cost": total_cost(part.cost for part in parts.values()),
        "scorers": tuple(_share(key, 0, part) for key, part in parts.items()),
    }


def total_cost(costs: Iterable[Cost | None]) -> Cost | None:
    """Return the sum of costs, a part unknown if one of them lacks it; None if there are no costs."""
    amounts = [cost for cost in costs if cost]
    currencies = sorted({cost.currency for cost in amounts})
    if len(currencies) != 1:
        return Cost(currency=currencies[0]) if currencies else None
    sums = {name: _sum(getattr(cost, name) for cost in amounts) for name in ("prompt", "completion", "total")}
    return Cost(**sums, currency=currencies[0])


def total_tokens(parts: Iterable[Tokens | None]) -> Tokens | None:
    """Return the sum of tokens; its total alone if one of the parts has only a total."""
    counts = [part for part in parts if part]
    tokens = add_tokens(counts)
    has_only_total = any(part.total != part.prompt + part.completion for part in counts)
    return (Tokens(total=tokens.total) if has_only_total and len(counts) > 1 else tokens) if counts else None


def _sum(parts: Iterable[float | None]) -> float | None:
    parts = list(parts)
    return None if None in parts else float(sum(Decimal(str(part)) for part in parts))


def _counts(receipt: Receipt, rows: Sequence[Paper], signers: Collection[str]) -> Counter[ScorerKey]:
    scored: dict[str, Scorer | None] = {}
    for row in rows:
        if row.score is not None:
            scored.setdefault(row.arxiv_id, row.scorer)
    unsigned = _unsigned(receipt, {*signers, *(scorer.model for scorer in scored.values() if scorer)})
    return Counter(_key(receipt, scorer) if scorer else unsigned for scorer in scored.values())


def _key(receipt: Receipt, scorer: Scorer) -> ScorerKey:
    """Return the scorer of a row.

    Without a rubric, it takes the receipt's, unless the receipt has a share of that model without a rubric.
    """
    apart = any((share.model, share.rubric) == (scorer.model, None) for share in receipt.scorers)
    same = scorer.model == receipt.model and not apart
    return scorer.model, scorer.rubric or (receipt.rubric if same else None)


def _unsigned(receipt: Receipt, signers: Collection[str]) -> ScorerKey:
    """Return the scorer of rows that name none. They were imported, so it is not one that signs its rows."""
    stated = [(share.model, share.rubric) for share in receipt.scorers] or [(receipt.model or "", receipt.rubric)]
    model, rubric = next((key for key in stated if key[0] != LOCAL_MODEL), ("", None))
    return (model, rubric) if model and model not in signers else ("", None)


def _main(
    receipt: Receipt, spent: Mapping[ScorerKey, Spending], counts: Mapping[ScorerKey, int]
) -> tuple[str | None, str | None]:
    """Return the model and rubric of the main scorer: one with papers, a paid one first, then the one with most."""
    is_unnamed = receipt.model is None and (receipt.tokens or receipt.cost) and any(not key[0] for key in counts)
    candidates = [key for key, number in counts.items() if number and key[0] and not is_unnamed]
    if not candidates:
        return receipt.model, receipt.rubric
    return max(candidates, key=lambda key: (key in spent, key[0] == receipt.model, counts[key]))


def _share(key: ScorerKey, scored: int, part: Spending) -> ScorerShare:
    return ScorerShare(model=key[0], rubric=key[1], scored=scored, tokens=part.tokens, cost=part.cost)


def _spending_on(receipt: Receipt, requests: Sequence["LoggedRequest"]) -> dict[ScorerKey, Spending]:
    by_scorer: dict[ScorerKey, list[LoggedRequest]] = {}
    for request in requests:
        by_scorer.setdefault((request.model, request.rubric), []).append(request)
    return {
        key: Spending(total_tokens(request.tokens for request in part), _bills(receipt, part))
        for key, part in by_scorer.items()
    }


def _bills(receipt: Receipt, requests: Sequence["LoggedRequest"]) -> Cost:
    return add_charges((request.charge for request in requests), receipt.cost.currency if receipt.cost else "USD")


def _bill(cost: Cost | None) -> Charge | None:
    if cost is None or cost.prompt is None or cost.completion is None:
        return None
    prompt, completion = Decimal(str(cost.prompt)), Decimal(str(cost.completion))
    return Charge(prompt=prompt, completion=completion, currency=cost.currency)
