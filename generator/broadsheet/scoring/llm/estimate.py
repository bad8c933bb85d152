"""What scoring some papers will take, before anything is spent. Pure."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from broadsheet.model.model import Paper, Tokens
from broadsheet.scoring.llm import prompt as question
from broadsheet.scoring.llm.budget import Purse, add_tokens, bill
from broadsheet.scoring.llm.prompt import Instructions
from broadsheet.scoring.llm.reply_log import ReplyLog
from broadsheet.settings.config import Settings


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate by the length of the prompts, if every reply were good: `tokens` and `cost`.

    `kept` papers cost nothing any more. `most` is what the requests could cost at the highest: a budget is held with
    that. Money is None without a price.
    """

    papers: int
    cached: int
    requests: int
    tokens: Tokens
    cost: Decimal | None
    max_cost: Decimal | None
    currency: str


def estimate(papers: Sequence[Paper], settings: Settings, model: str, kept: ReplyLog) -> Estimate:
    """What scoring `papers` with `model` would take. Raises DigestError if the settings have no prompt."""
    scorer, instructions = settings.llm, Instructions.of(settings)
    price = scorer.prices.get(model)
    keys = {p.arxiv_id: (p.arxiv_id, question.line_hash(p), model, instructions.rubric) for p in papers}
    answered = {p.arxiv_id for p in papers if kept.verdict(*keys[p.arxiv_id])}
    left = [p for p in papers if p.arxiv_id not in answered and not kept.is_given_up(*keys[p.arxiv_id])]
    asked = [(instructions.messages(batch), len(batch)) for batch in question.batches(left, scorer.batch)]
    tokens = add_tokens(question.estimate(messages, count, scorer.max_tokens) for messages, count in asked)
    longest = [question.most_prompt_tokens(messages) for messages, _ in asked]
    most = [Purse(None, price).highest(length, scorer.max_tokens) for length in longest]
    cost = bill(tokens, price)
    return Estimate(
        papers=len(papers),
        cached=len(answered),
        requests=len(asked),
        tokens=tokens,
        cost=cost.total if cost else None,
        max_cost=sum((part for part in most if part), Decimal(0)) if cost else None,
        currency=price.currency if price else "USD",
    )
