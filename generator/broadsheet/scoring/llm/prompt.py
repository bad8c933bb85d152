"""What a language model is asked: the prompt of the settings with papers in it, in batches. Pure.

Abstracts are strangers' text. Each paper is one JSON line, so nothing in it can end the line or pass for another paper;
and whatever it says to the model, only answers about papers that were asked count.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.model import Paper, Tokens
from broadsheet.settings.config import Settings
from broadsheet.settings.prompt import PAPERS, compose, rubric_hash
from broadsheet.text.sanitize import one_line

_LONGEST = 8000  # characters of an abstract; arXiv takes 1,920
_OVERHEAD = 100  # tokens by which an endpoint frames two messages, and then some
_BYTES_A_TOKEN = 4  # of English with some TeX
_TOKENS_A_VERDICT = 80  # a line with an id, two numbers and a sentence


class Instructions(NamedTuple):
    """The two messages; `user` has ``{papers}`` where papers stand."""

    system: str
    user: str

    @classmethod
    def of(cls, settings: Settings) -> "Instructions":
        """Those of a digest, as its About page shows them. Raises DigestError if they have no place for papers."""
        made = cls(*compose(settings))
        if PAPERS not in made.user:
            do = f"write prompt.user with {PAPERS} where the papers go; docs/settings.md has one"
            raise DigestError(Diagnostic("digest.yml", "no prompt that could be sent to a model", do))
        return made

    @property
    def rubric(self) -> str:
        """The hash by which scores given under these instructions are known."""
        return rubric_hash(self.system, self.user)

    def messages(self, papers: Sequence[Paper]) -> list[dict[str, str]]:
        """What is sent about `papers`."""
        user = self.user.replace(PAPERS, "\n".join(map(line, papers)))
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, {"role": "user", "content": user}]


def line(paper: Paper) -> str:
    """A paper as the model sees it."""
    told = {"ARXIVID": paper.arxiv_id, "TITLE": one_line(paper.title)}
    if paper.abstract:
        told["ABSTRACT"] = one_line(paper.abstract)[:_LONGEST]
    return msgspec.json.encode(told).decode()


def line_hash(paper: Paper) -> str:
    """Changes when what the model sees of a paper does."""
    return hashlib.sha256(line(paper).encode()).hexdigest()[:12]


def batches(papers: Sequence[Paper], size: int) -> Iterator[tuple[Paper, ...]]:
    """`papers` in order, `size` at a time."""
    return (tuple(papers[start : start + size]) for start in range(0, len(papers), size))


def most_prompt_tokens(messages: Sequence[dict[str, str]]) -> int:
    """Never less than the tokens of `messages`: a token of any tokenizer in use stands for one byte or more."""
    return _OVERHEAD + sum(len(message["content"].encode()) for message in messages)


def estimate(messages: Sequence[dict[str, str]], papers: int, max_tokens: int) -> Tokens:
    """About what asking `messages` about so many papers will take: for a price beforehand, not for a bill."""
    prompt = -(-sum(len(message["content"].encode()) for message in messages) // _BYTES_A_TOKEN)
    completion = min(_TOKENS_A_VERDICT * papers, max_tokens)
    return Tokens(prompt=prompt, completion=completion, total=prompt + completion)
