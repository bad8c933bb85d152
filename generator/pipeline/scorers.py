"""The scorers of a day: which of them scored how many of its papers, and what each was paid. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from generator.edges.scoring.pricing import Bill, add_bills, add_tokens
from generator.ground.model import LOCAL, Cost, Paper, Receipt, Scorer, ScorerShare, Tokens

if TYPE_CHECKING:
    from generator.edges.scoring.kept import Request

Key = tuple[str, str | None]  # model and rubric; the model is empty where it is not on record


class Spending(NamedTuple):
    """The tokens and the cost of one scorer; None is unknown."""

    tokens: Tokens | None = None
    cost: Cost | None = None


def credited(receipt: Receipt, rows: Sequence[Paper], signers: Collection[str] = ()) -> Receipt:
    """Return the receipt with the scorers of the day's `rows`, listed and dropped.

    `signers` are models whose scores name them, besides those that `rows` name. A day with one
    scorer has it in `model` and `rubric` alone; with several those name the main one.
    """
    spent, counts = spending(receipt), _counts(receipt, rows, signers)
    keys = [key for key in dict.fromkeys([*spent, *counts]) if counts[key] or key in spent]
    shares = tuple(_share(key, counts[key], spent.get(key, Spending())) for key in keys)
    model, rubric = _main(receipt, spent, counts)
    return msgspec.structs.replace(receipt, model=model, rubric=rubric, scorers=shares if len(shares) > 1 else ())


def paid(receipt: Receipt, requests: Sequence["Request"]) -> Receipt:
    """Return the receipt with the tokens and costs of all `requests`.

    They are counted anew each time, so a crash loses nothing. What the receipt says of other scorers stays.
    """
    before, asked = spending(receipt), _asked(receipt, requests)
    parts = {**before, **asked}
    tokens = [part.tokens for part in parts.values()]
    only = len(parts) == len(asked)
    cost = _bills(receipt, requests) if only else total_cost(part.cost for part in parts.values())
    return msgspec.structs.replace(
        receipt,
        tokens=total_tokens(tokens),
        cost=cost,
        scorers=tuple(_share(key, 0, part) for key, part in parts.items()),
    )


def requests_of(receipt: Receipt) -> list["Request"]:
    """Return what the receipt says was paid, as requests; a cost whose parts are unknown stays in the receipt."""
    from generator.edges.scoring.kept import Request  # noqa: PLC0415 - loads the parsers of replies

    return [
        Request(model=model, rubric=rubric, tokens=part.tokens, bill=_bill(part.cost))
        for (model, rubric), part in spending(receipt).items()
        if part.tokens and (part.cost is None or _bill(part.cost))
    ]


def spending(receipt: Receipt) -> dict[Key, Spending]:
    """Return what a receipt says that each of its scorers was paid."""
    if receipt.scorers:
        parts = {(share.model, share.rubric): Spending(share.tokens, share.cost) for share in receipt.scorers}
        return {key: part for key, part in parts.items() if part != Spending()}
    if receipt.tokens is None and receipt.cost is None:
        return {}
    return {(receipt.model or "", receipt.rubric): Spending(receipt.tokens, receipt.cost)}


def merged_spending(first: Receipt, second: Receipt) -> dict[str, Any]:
    """Return the fields of a receipt that tell who scored for how much: what `first` says, and `second` of others."""
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
    """Return the sum of costs, each part of it unknown where it is unknown of one; None if there are none."""
    known = [cost for cost in costs if cost]
    currencies = sorted({cost.currency for cost in known})
    if len(currencies) != 1:
        return Cost(currency=currencies[0]) if currencies else None
    sums = {name: _sum(getattr(cost, name) for cost in known) for name in ("prompt", "completion", "total")}
    return Cost(**sums, currency=currencies[0])


def total_tokens(parts: Iterable[Tokens | None]) -> Tokens | None:
    """Return the sum of tokens; of the total alone if one of the parts has nothing but that."""
    known = [part for part in parts if part]
    whole = add_tokens(known)
    lumped = any(part.total != part.prompt + part.completion for part in known)
    return (Tokens(total=whole.total) if lumped and len(known) > 1 else whole) if known else None


def _sum(parts: Iterable[float | None]) -> float | None:
    parts = list(parts)
    return None if None in parts else float(sum(Decimal(str(part)) for part in parts))


def _counts(receipt: Receipt, rows: Sequence[Paper], signers: Collection[str]) -> Counter[Key]:
    scored: dict[str, Scorer | None] = {}
    for row in rows:
        if row.score is not None:
            scored.setdefault(row.arxiv_id, row.scorer)
    unsigned = _unsigned(receipt, {*signers, *(scorer.model for scorer in scored.values() if scorer)})
    return Counter(_key(receipt, scorer) if scorer else unsigned for scorer in scored.values())


def _key(receipt: Receipt, scorer: Scorer) -> Key:
    """Return the scorer of a row.

    Without a rubric, it takes the receipt's, unless the receipt has a share of that model without a rubric.
    """
    apart = any((share.model, share.rubric) == (scorer.model, None) for share in receipt.scorers)
    same = scorer.model == receipt.model and not apart
    return scorer.model, scorer.rubric or (receipt.rubric if same else None)


def _unsigned(receipt: Receipt, signers: Collection[str]) -> Key:
    """Return the scorer of rows that name none: they were imported, so one that signs its rows did not score them."""
    stated = [(share.model, share.rubric) for share in receipt.scorers] or [(receipt.model or "", receipt.rubric)]
    model, rubric = next((key for key in stated if key[0] != LOCAL), ("", None))
    return (model, rubric) if model and model not in signers else ("", None)


def _main(receipt: Receipt, spent: Mapping[Key, Spending], counts: Mapping[Key, int]) -> tuple[str | None, str | None]:
    """Return the model and rubric that stand for the day: of a scorer with papers, a paid one first, then by papers."""
    unnamed = receipt.model is None and (receipt.tokens or receipt.cost) and any(not key[0] for key in counts)
    candidates = [key for key, number in counts.items() if number and key[0] and not unnamed]
    if not candidates:
        return receipt.model, receipt.rubric
    return max(candidates, key=lambda key: (key in spent, key[0] == receipt.model, counts[key]))


def _share(key: Key, scored: int, part: Spending) -> ScorerShare:
    return ScorerShare(model=key[0], rubric=key[1], scored=scored, tokens=part.tokens, cost=part.cost)


def _asked(receipt: Receipt, requests: Sequence["Request"]) -> dict[Key, Spending]:
    by_scorer: dict[Key, list[Request]] = {}
    for request in requests:
        by_scorer.setdefault((request.model, request.rubric), []).append(request)
    return {
        key: Spending(total_tokens(request.tokens for request in part), _bills(receipt, part))
        for key, part in by_scorer.items()
    }


def _bills(receipt: Receipt, requests: Sequence["Request"]) -> Cost:
    return add_bills((request.bill for request in requests), receipt.cost.currency if receipt.cost else "USD")


def _bill(cost: Cost | None) -> Bill | None:
    if cost is None or cost.prompt is None or cost.completion is None:
        return None
    prompt, completion = Decimal(str(cost.prompt)), Decimal(str(cost.completion))
    return Bill(prompt=prompt, completion=completion, currency=cost.currency)
