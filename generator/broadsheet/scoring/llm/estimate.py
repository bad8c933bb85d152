"""An estimate of the requests, tokens and cost of scoring papers, before anything is spent. Pure."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Tokens
from broadsheet.scoring.llm.budget import Budget, add_tokens, charge_for
from broadsheet.scoring.llm.prompt import PromptTemplate, batches, estimate_tokens, max_prompt_tokens
from broadsheet.scoring.llm.reply_log import ReplyKey, ReplyLog
from broadsheet.settings.config import Settings


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """The estimated `tokens` and `cost`, by the length of the prompts, if every reply is good.

    `cached` papers cost nothing. `max_cost` is the maximum cost of the requests: a budget is compared with that.
    Money is None without a price.
    """

    papers: int
    cached: int
    requests: int
    tokens: Tokens
    cost: Decimal | None
    max_cost: Decimal | None
    currency: str


def estimate(papers: Sequence[Paper], settings: Settings, model: str, reply_log: ReplyLog) -> Estimate:
    """Return the estimate for scoring `papers` with `model`. Raises DigestError if the settings have no prompt."""
    template, price = PromptTemplate.of(settings), settings.llm.prices.get(model)
    max_tokens = settings.llm.max_tokens
    keys = {paper.arxiv_id: ReplyKey.of(paper, model, template.rubric) for paper in papers}
    cached = {arxiv_id for arxiv_id, key in keys.items() if reply_log.rating(key)}
    left = [p for p in papers if p.arxiv_id not in cached and not reply_log.is_given_up(keys[p.arxiv_id])]
    requests = [(template.messages(batch), len(batch)) for batch in batches(left, settings.llm.batch)]
    tokens = add_tokens(estimate_tokens(messages, count, max_tokens) for messages, count in requests)
    longest = [max_prompt_tokens(messages) for messages, _ in requests]
    costs = [Budget(None, price).max_cost(length, max_tokens) for length in longest]
    charge = charge_for(tokens, price)
    return Estimate(
        papers=len(papers),
        cached=len(cached),
        requests=len(requests),
        tokens=tokens,
        cost=charge.total if charge else None,
        max_cost=sum((cost for cost in costs if cost), Decimal(0)) if charge else None,
        currency=price.currency if price else "USD",
    )
