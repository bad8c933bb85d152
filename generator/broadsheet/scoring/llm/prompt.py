"""The prompt: the template of the settings with papers in it, in batches. Pure.

Abstracts are untrusted. Each paper is one JSON line, so nothing in it can end the line or imitate another paper. Only
ratings of the requested papers count, whatever an abstract says to the model.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Tokens
from broadsheet.settings.config import Settings
from broadsheet.settings.prompt import PAPERS, compose, rubric_hash
from broadsheet.text.sanitize import one_line

_MAX_ABSTRACT = 8000  # characters; arXiv takes 1,920
_OVERHEAD = 100  # more tokens than any endpoint adds around two messages
_BYTES_PER_TOKEN = 4  # of English with some TeX
_TOKENS_PER_RATING = 80  # a line with an id, two numbers and a sentence


class PromptTemplate(NamedTuple):
    """The two messages; `user` has ``{papers}`` in place of the papers."""

    system: str
    user: str

    @classmethod
    def of(cls, settings: Settings) -> "PromptTemplate":
        """Return the template of a digest, as its About page shows it. Raises DigestError if it has no ``{papers}``."""
        template = cls(*compose(settings))
        if PAPERS not in template.user:
            hint = f"write prompt.user with {PAPERS} where the papers go; 'broadsheet new' writes one to start from"
            raise DigestError(Diagnostic("digest.yml", "no prompt that could be sent to a model", hint))
        return template

    @property
    def rubric(self) -> str:
        """The hash that names this template in scores."""
        return rubric_hash(self.system, self.user)

    def messages(self, papers: Sequence[Paper]) -> list[dict[str, str]]:
        """Return the messages about `papers`."""
        user = self.user.replace(PAPERS, "\n".join(map(serialize_paper, papers)))
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, {"role": "user", "content": user}]


def serialize_paper(paper: Paper) -> str:
    """Return a paper as a line of the prompt."""
    fields = {"ARXIVID": paper.arxiv_id, "TITLE": one_line(paper.title)}
    if paper.abstract:
        fields["ABSTRACT"] = one_line(paper.abstract)[:_MAX_ABSTRACT]
    return msgspec.json.encode(fields).decode()


def paper_hash(paper: Paper) -> str:
    """Return a hash of the paper's line in the prompt."""
    return hashlib.sha256(serialize_paper(paper).encode()).hexdigest()[:12]


def batches(papers: Sequence[Paper], size: int) -> Iterator[tuple[Paper, ...]]:
    """Return `papers` in order, in groups of `size`."""
    return (tuple(papers[start : start + size]) for start in range(0, len(papers), size))


def max_prompt_tokens(messages: Sequence[dict[str, str]]) -> int:
    """Return an upper bound of the tokens of `messages`: every tokenizer in use takes a byte or more per token."""
    return _OVERHEAD + sum(len(message["content"].encode()) for message in messages)


def estimate_tokens(messages: Sequence[dict[str, str]], papers: int, max_tokens: int) -> Tokens:
    """Return an estimate of the tokens of a request about so many papers."""
    prompt = -(-sum(len(message["content"].encode()) for message in messages) // _BYTES_PER_TOKEN)
    completion = min(_TOKENS_PER_RATING * papers, max_tokens)
    return Tokens(prompt=prompt, completion=completion, total=prompt + completion)
