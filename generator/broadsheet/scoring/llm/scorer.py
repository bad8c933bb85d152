"""The scorer that asks a language model: what was kept is not asked again, what the purse does not cover not at all."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import msgspec

from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.model import Paper, Scorer
from broadsheet.processes.threads import in_thread
from broadsheet.scoring.llm import prompt as question
from broadsheet.scoring.llm import replies as verdicts
from broadsheet.scoring.llm.batching import Heard, Progress, Reply, Rounds
from broadsheet.scoring.llm.budget import Purse, add_charges, add_tokens, bill
from broadsheet.scoring.llm.client import Answer, Failure, LlmClient, Why
from broadsheet.scoring.llm.prompt import Instructions
from broadsheet.scoring.llm.replies import Verdict
from broadsheet.scoring.llm.reply_log import MOST_USELESS, LoggedRequest, ReplyLog
from broadsheet.scoring.scores import Scores
from broadsheet.settings.config import Settings

GIVEN_UP = f"not asked again: {MOST_USELESS} replies that were paid for had no verdict on it"


class LanguageModelScorer:
    """Scores papers with the model at `endpoint` under the instructions of `settings`, as far as the `budget` goes.

    `kept` is what was paid for on that day. With `again` papers are asked about, too, on which the model was paid in
    vain. Raises DigestError if the settings have no prompt, or no price to hold a budget with.
    """

    def __init__(
        self,
        settings: Settings,
        endpoint: LlmClient,
        kept: ReplyLog,
        *,
        budget: Decimal | None = None,
        again: bool = False,
        progress: Progress = lambda done, total: None,
    ) -> None:
        self._settings, self._endpoint, self._kept, self._progress = settings, endpoint, kept, progress
        self._again = again
        self._instructions = Instructions.of(settings)
        self._rubric, self._model = self._instructions.rubric, endpoint.model
        self._price = settings.llm.prices.get(self._model)
        self._currency = self._price.currency if self._price else "USD"
        if budget is not None and self._price is None:
            do = "add its price to llm.prices in digest.yml, or go without a budget"
            raise DigestError(Diagnostic("digest.yml", f"no price for {self._model}, so no budget can be held", do))
        self._budget, self._purse = budget, Purse(budget, self._price)
        self._errors = Counter(str(problem) for problem in kept.problems)

    def __call__(self, papers: Sequence[Paper]) -> Scores:
        """Return what the model makes of `papers`."""
        before = len(self._kept.requests)
        known = {paper.arxiv_id: found for paper in papers if (found := self._kept.verdict(*self._key(paper)))}
        left = [paper for paper in papers if paper.arxiv_id not in known]
        given_up = [paper.arxiv_id for paper in left if not self._again and self._kept.is_given_up(*self._key(paper))]
        reasons = dict.fromkeys(given_up, GIVEN_UP)
        rounds = Rounds(
            [paper for paper in left if paper.arxiv_id not in reasons],
            self._send,
            self._progress,
            parallel=self._settings.llm.parallel,
            unpaid=f"not asked: the budget of {self._budget} {self._currency} would be exceeded",
        )
        rounds.make(self._settings.llm.batch)
        self._kept.settle()
        return self._scores(papers, known | rounds.verdicts, rounds.reasons | reasons, self._kept.requests[before:])

    def _key(self, paper: Paper) -> tuple[str, str, str, str]:
        return paper.arxiv_id, question.line_hash(paper), self._model, self._rubric

    # -- one request -----------------------------------------------------------------------------------------------

    def _send(self, batch: Sequence[Paper]) -> Reply | None:
        """Ask about `batch` in a thread, if the budget covers it beside what is under way."""
        messages = self._instructions.messages(batch)
        longest = question.most_prompt_tokens(messages)
        highest = self._purse.highest(longest, self._settings.llm.max_tokens)
        if not self._purse.reserve(highest):
            return None
        place = self._kept.place()
        answer = in_thread(partial(self._ask, messages, batch, place), "request")
        return lambda: self._heard(answer.result(), batch, place, highest)

    def _ask(self, messages: list[dict[str, str]], batch: Sequence[Paper], place: int) -> Answer | Failure:
        """Return the answer; if it was paid for, it is on the disk by then, whatever becomes of it."""
        answer = self._endpoint.complete(messages)
        if isinstance(answer, Answer) or answer.tokens:
            request = LoggedRequest(
                model=self._model,
                rubric=self._rubric,
                tokens=answer.tokens,
                charge=bill(answer.tokens, self._price),
                input_hashes={paper.arxiv_id: question.line_hash(paper) for paper in batch},
                reply=answer.content if isinstance(answer, Answer) else None,
                cut=isinstance(answer, Answer) and answer.cut,
            )
            self._kept.add(request, place)
        return answer

    def _heard(self, answer: Answer | Failure, batch: Sequence[Paper], place: int, highest: Decimal | None) -> Heard:
        self._purse.release(highest)
        if isinstance(answer, Answer) or answer.tokens or answer.charged:
            self._purse.pay(highest, bill(answer.tokens, self._price))
        if isinstance(answer, Failure):
            return self._failed(answer, batch, place)
        return self._answered(answer, batch, place)

    def _answered(self, answer: Answer, batch: Sequence[Paper], place: int) -> Heard:
        reading = verdicts.judge(answer.content, {paper.arxiv_id: "" for paper in batch}, cut=answer.cut)
        self._kept.judged(place, reading.verdicts)
        if reading.surplus:
            self._errors[_surplus(reading.surplus)] += 1
        if not answer.cut:
            return Heard(reading.verdicts, reading.faults)
        reason = f"the reply broke off at {self._settings.llm.max_tokens:,} tokens (llm.max_tokens)"
        self._errors[reason] += 1
        alone = None if reading.verdicts else Why.DECLINED
        return Heard(reading.verdicts, dict.fromkeys(reading.faults, reason), alone)

    def _failed(self, failure: Failure, batch: Sequence[Paper], place: int) -> Heard:
        self._errors[failure.reason] += 1
        if failure.tokens:
            self._kept.judged(place, {})
        elif failure.charged:
            self._errors["a request without an answer: whether it was charged is not known, and not counted"] += 1
        return Heard({}, {paper.arxiv_id: failure.reason for paper in batch}, failure.why)

    # -- all of them -----------------------------------------------------------------------------------------------

    def _scores(
        self,
        papers: Sequence[Paper],
        found: dict[str, Verdict],
        reasons: dict[str, str],
        requests: Sequence[LoggedRequest],
    ) -> Scores:
        told = [request.tokens for request in requests if request.tokens]
        return Scores(
            papers=tuple(self._scored(paper, found[paper.arxiv_id]) for paper in papers if paper.arxiv_id in found),
            unscored={paper.arxiv_id: reasons[paper.arxiv_id] for paper in papers if paper.arxiv_id not in found},
            model=self._model,
            rubric=self._rubric,
            tokens=add_tokens(told) if told or not requests else None,
            cost=add_charges((request.charge for request in requests), self._currency),
            errors=tuple(f"{times} × {what}" if times > 1 else what for what, times in self._errors.items()),
        )

    def _scored(self, paper: Paper, verdict: Verdict) -> Paper:
        topics = [topic.id for name in verdict.topics if (topic := self._settings.topic(name))]
        return msgspec.structs.replace(
            paper,
            relevance=verdict.relevance,
            novelty=verdict.novelty,
            comment=verdict.comment,
            topics=tuple(dict.fromkeys(topics)),
            scorer=Scorer(model=self._model, rubric=self._rubric),
        )


def _surplus(written: Sequence[str]) -> str:
    """Return what to say of ids that were not asked about; what is none is the model's own text, and not repeated."""
    known = [name for name in written if arxiv_id.is_canonical(name)]
    return f"lines about papers that were not asked about: {', '.join(known[:3])}" if known else "lines without an id"
