"""The LLM scorer. A logged reply is reused; a request that could exceed the budget is not sent."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import msgspec

from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.scorer import Scorer
from broadsheet.processes.threads import in_thread
from broadsheet.scoring.llm import replies
from broadsheet.scoring.llm.batching import BatchResult, BatchRunner, Pending, Progress
from broadsheet.scoring.llm.budget import Budget, add_charges, add_tokens, charge_for
from broadsheet.scoring.llm.client import LlmClient
from broadsheet.scoring.llm.completion import Completion, Failure, FailureKind
from broadsheet.scoring.llm.prompt import PromptTemplate, max_prompt_tokens, paper_hash
from broadsheet.scoring.llm.replies import Rating
from broadsheet.scoring.llm.reply_log import MAX_USELESS, LoggedRequest, ReplyKey, ReplyLog
from broadsheet.scoring.scores import Scores
from broadsheet.settings.config import Settings

GIVEN_UP = f"not sent again: {MAX_USELESS} paid replies had no rating of it"


class LanguageModelScorer:
    """A scorer by the model of `client`, with the prompt of `settings`, within `budget`.

    `reply_log` has the paid requests of the day. With `rescore` it also sends papers that were given up. Raises
    DigestError if the settings have no prompt, or no price although there is a budget.
    """

    def __init__(
        self,
        settings: Settings,
        client: LlmClient,
        reply_log: ReplyLog,
        *,
        budget: Decimal | None = None,
        rescore: bool = False,
        progress: Progress = lambda done, total: None,
    ) -> None:
        self._settings, self._client, self._log, self._progress = settings, client, reply_log, progress
        self._rescore = rescore
        self._template = PromptTemplate.of(settings)
        self._rubric, self._model = self._template.rubric, client.model
        self._price = settings.llm.prices.get(self._model)
        self._currency = self._price.currency if self._price else "USD"
        if budget is not None and self._price is None:
            hint = "add its price to llm.prices in digest.yml, or go without a budget"
            raise DigestError(Diagnostic("digest.yml", f"no price for {self._model}, so no budget can be held", hint))
        self._limit, self._budget = budget, Budget(budget, self._price)
        self._errors = Counter(str(problem) for problem in reply_log.problems)

    def __call__(self, papers: Sequence[Paper]) -> Scores:
        """Return the scores of `papers`."""
        before = len(self._log.requests)
        keys = {paper.arxiv_id: ReplyKey.of(paper, self._model, self._rubric) for paper in papers}
        logged = {arxiv_id: rating for arxiv_id, key in keys.items() if (rating := self._log.rating(key))}
        given_up = {
            arxiv_id: GIVEN_UP
            for arxiv_id, key in keys.items()
            if arxiv_id not in logged and not self._rescore and self._log.is_given_up(key)
        }
        runner = BatchRunner(
            [paper for paper in papers if paper.arxiv_id not in logged and paper.arxiv_id not in given_up],
            self._send,
            self._progress,
            parallel=self._settings.llm.parallel,
            unaffordable=f"not sent: the budget of {self._limit} {self._currency} would be exceeded",
        )
        runner.run(self._settings.llm.batch)
        self._log.compact()
        return self._scores(papers, logged | runner.ratings, runner.reasons | given_up, self._log.requests[before:])

    # -- one request -----------------------------------------------------------------------------------------------

    def _send(self, batch: Sequence[Paper]) -> Pending | None:
        """Start a request about `batch` in a thread, if the budget can afford it beside those in flight."""
        messages = self._template.messages(batch)
        max_cost = self._budget.max_cost(max_prompt_tokens(messages), self._settings.llm.max_tokens)
        if not self._budget.reserve(max_cost):
            return None
        place = self._log.next_place()
        request = in_thread(partial(self._complete, messages, batch, place), "request")
        return lambda: self._result(request.result(), batch, place, max_cost)

    def _complete(self, messages: list[dict[str, str]], batch: Sequence[Paper], place: int) -> Completion | Failure:
        """Return the completion. A paid one is on disk by then, so that a crash cannot lose it."""
        outcome = self._client.complete(messages)
        if isinstance(outcome, Completion) or outcome.tokens:
            request = LoggedRequest(
                model=self._model,
                rubric=self._rubric,
                tokens=outcome.tokens,
                charge=charge_for(outcome.tokens, self._price),
                input_hashes={paper.arxiv_id: paper_hash(paper) for paper in batch},
                reply=outcome.content if isinstance(outcome, Completion) else None,
                cut=isinstance(outcome, Completion) and outcome.cut,
            )
            self._log.add(request, place)
        return outcome

    def _result(
        self, outcome: Completion | Failure, batch: Sequence[Paper], place: int, max_cost: Decimal | None
    ) -> BatchResult:
        self._budget.release(max_cost)
        if isinstance(outcome, Completion) or outcome.tokens or outcome.charged:
            self._budget.charge(max_cost, charge_for(outcome.tokens, self._price))
        if isinstance(outcome, Failure):
            return self._failed(outcome, batch, place)
        return self._completed(outcome, batch, place)

    def _completed(self, completion: Completion, batch: Sequence[Paper], place: int) -> BatchResult:
        parsed = replies.parse_safely(completion.content, {paper.arxiv_id: "" for paper in batch}, cut=completion.cut)
        self._log.record_ratings(place, parsed.ratings)
        if parsed.unexpected:
            self._errors[_unexpected(parsed.unexpected)] += 1
        if not completion.cut:
            return BatchResult(parsed.ratings, parsed.faults)
        reason = f"the reply broke off at {self._settings.llm.max_tokens:,} tokens (llm.max_tokens)"
        self._errors[reason] += 1
        failure = None if parsed.ratings else FailureKind.DECLINED  # so that its papers are sent one at a time
        return BatchResult(parsed.ratings, dict.fromkeys(parsed.faults, reason), failure)

    def _failed(self, failure: Failure, batch: Sequence[Paper], place: int) -> BatchResult:
        self._errors[failure.reason] += 1
        if failure.tokens:
            self._log.record_ratings(place, {})
        elif failure.charged:
            self._errors["a request without a reply: it may have been charged, and is not counted"] += 1
        return BatchResult({}, {paper.arxiv_id: failure.reason for paper in batch}, failure.kind)

    # -- all of them -----------------------------------------------------------------------------------------------

    def _scores(
        self,
        papers: Sequence[Paper],
        ratings: dict[str, Rating],
        reasons: dict[str, str],
        requests: Sequence[LoggedRequest],
    ) -> Scores:
        tokens = [request.tokens for request in requests if request.tokens]
        return Scores(
            papers=tuple(self._scored(paper, ratings[paper.arxiv_id]) for paper in papers if paper.arxiv_id in ratings),
            unscored={paper.arxiv_id: reasons[paper.arxiv_id] for paper in papers if paper.arxiv_id not in ratings},
            model=self._model,
            rubric=self._rubric,
            tokens=add_tokens(tokens) if tokens or not requests else None,
            cost=add_charges((request.charge for request in requests), self._currency),
            errors=tuple(f"{times} × {error}" if times > 1 else error for error, times in self._errors.items()),
        )

    def _scored(self, paper: Paper, rating: Rating) -> Paper:
        topics = [topic.id for name in rating.topics if (topic := self._settings.topic(name))]
        return msgspec.structs.replace(
            paper,
            relevance=rating.relevance,
            novelty=rating.novelty,
            comment=rating.comment,
            topics=tuple(dict.fromkeys(topics)),
            scorer=Scorer(model=self._model, rubric=self._rubric),
        )


def _unexpected(written: Sequence[str]) -> str:
    """Return the error for ids that were not requested. Only real ids are quoted: other text is the model's own."""
    ids = [name for name in written if arxiv_id.is_canonical(name)]
    return f"lines about papers that were not requested: {', '.join(ids[:3])}" if ids else "lines without an id"
