"""A language model with the habits of real ones, which records requests and replies.

Each habit names the papers of a request that its reply rates clearly: these must not be requested again.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tests.soak.faults import Fault
from tests.soak.services import Request, Response
from tests.soak.world import World


class Reply(NamedTuple):
    """The text of the model, and the papers that it rates clearly. `finish` is the ``finish_reason``."""

    content: str | None
    useful: Sequence[str]
    finish: str = "stop"


class Call(NamedTuple):
    """A request with a reply: its run, its papers, and the usage in the reply."""

    run: int
    asked: tuple[str, ...]
    useful: tuple[str, ...]
    tokens: int


Line = dict[str, Any]
Habit = Callable[[list[Line], random.Random], Reply]


class Model:
    """The endpoint. `run` is the number of the current run."""

    def __init__(self, world: World) -> None:
        self._world, self._random = world, random.Random(f"model {world.seed}")
        self.run = 0
        self.calls: list[Call] = []
        self.asked: dict[str, list[int]] = defaultdict(list)  # the runs that asked about a paper
        self.poisoned = frozenset(i for i in world.papers if int(i[-4:]) % 241 == 0)

    def answer(self, request: Request, fault: Fault) -> Response:
        """Return a chat completion, or a failure."""
        body = json.loads(request.body)
        text = body["messages"][-1]["content"]
        papers = [json.loads(line) for line in re.findall(r"^\{.*\}$", text, re.MULTILINE)]
        ids = tuple(paper["ARXIVID"] for paper in papers if "TITLE" in paper)
        for paper_id in ids:
            self.asked[paper_id].append(self.run)
        reply = self._reply([self._line(paper_id) for paper_id in ids])
        if reply is None:
            return Response(hang_up=True)
        return self._completion(ids, len(text) // 4, reply)

    def _reply(self, lines: list[Line]) -> Reply | None:
        if any(line["ARXIVID"] in self.poisoned for line in lines):
            return Reply(None, (), "content_filter")
        kind = self._random.random()
        if kind < 0.01:
            return None
        habits = WELL if kind < 0.45 else CLEAR if kind < 0.9 else UNCLEAR
        return self._random.choice(habits)(lines, self._random)

    def _line(self, paper_id: str) -> Line:
        relevance, novelty = self._world.score(paper_id)
        return {"ARXIVID": paper_id, "COMMENT": "On bounds.", "RELEVANCE": relevance, "NOVELTY": novelty}

    def _completion(self, ids: tuple[str, ...], prompt: int, reply: Reply) -> Response:
        written = len(reply.content or "") // 4
        usage = {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}
        has_usage = self._random.random() < 0.98
        choice = {"index": 0, "message": {"role": "assistant", "content": reply.content}, "finish_reason": reply.finish}
        value = {"choices": [choice], "model": "model-1"} | ({"usage": usage} if has_usage else {})
        self.calls.append(Call(self.run, ids, tuple(reply.useful), prompt + written if has_usage else 0))
        return Response(body=json.dumps(value).encode())


# -- habits --------------------------------------------------------------------------------------------------------


def _ids(lines: Sequence[Line]) -> list[str]:
    return [line["ARXIVID"] for line in lines]


def _texts(lines: Sequence[Line]) -> list[str]:
    return [json.dumps(line) for line in lines]


def _written(make: Callable[[list[str]], str]) -> Habit:
    """Return a habit that writes good lines in another frame."""
    return lambda lines, rng: Reply(make(_texts(lines)), _ids(lines))


def _changed(change: Callable[[str], str]) -> Habit:
    """Return a habit that changes each line a little; all stay clear."""
    return lambda lines, rng: Reply("\n".join(map(change, _texts(lines))), _ids(lines))


def _drafts(lines: list[str]) -> str:
    """Return the lines as drafts, with other scores."""
    values = (json.loads(line) for line in lines)
    return "\n".join(json.dumps(value | {"RELEVANCE": value["RELEVANCE"] % 10 + 1}) for value in values)


def _number_id(text: str) -> str:
    return re.sub(r'"ARXIVID": "(\d{4}\.\d*?)0*"', r'"ARXIVID": \1', text)


def _lower(text: str) -> str:
    return text.lower().replace("arxivid", "arxiv_id")


def _commented(comment: str) -> Habit:
    """Return a habit that writes a comment without escapes."""
    return _changed(lambda text: text.replace("On bounds.", comment))


def _one_bad(change: Callable[[Line], list[Line]]) -> Habit:
    """Return a habit that rates one paper unclearly, and the others well."""

    def habit(lines: list[Line], rng: random.Random) -> Reply:
        bad = rng.randrange(len(lines))
        written = [part for n, line in enumerate(lines) for part in (change(line) if n == bad else [line])]
        return Reply("\n".join(_texts(written)), _ids(lines[:bad] + lines[bad + 1 :]))

    return habit


def _broken_off(lines: list[Line], rng: random.Random) -> Reply:
    return Reply("\n".join(_texts(lines))[:-30], _ids(lines[:-1]), "length")


def _nothing(content: str | None, finish: str = "stop") -> Habit:
    return lambda lines, rng: Reply(content, (), finish)


WELL: tuple[Habit, ...] = (_written("\n".join),)
CLEAR: tuple[Habit, ...] = (
    _written(lambda lines: "```json\n" + "\n".join(lines) + "\n```"),
    _written(lambda lines: "[" + ",\n".join(lines) + "]"),
    _written(lambda lines: '{"papers": [' + ", ".join(lines) + "]}"),
    _written(lambda lines: json.dumps([json.loads(line) for line in lines], indent=2)),
    _written(lambda lines: f"<think>\n{_drafts(lines)}\n</think>\n" + "\n".join(lines)),
    _written(lambda lines: f"Let me see.\n{_drafts(lines)}\nNo.\n</think>\n\n" + "\n".join(lines)),
    _written(lambda lines: "<answer>" + "\n".join(lines) + "</answer>"),
    _written(lambda lines: "<|channel|>final<|message|>" + "\n".join(lines)),
    _written(lambda lines: "Here you are:\n\n" + "\n".join(f"Paper {n}: {x}" for n, x in enumerate(lines, 1))),
    _written(lambda lines: "\n".join(f"### {n}. {line}" for n, line in enumerate(lines, 1))),
    _written(lambda lines: "\n".join(f"{n}. `{line}`" for n, line in enumerate(lines, 1))),
    _written("\r".join),
    _written(
        lambda lines: "\n".join([*lines, '{"ARXIVID": "9901.00001", "COMMENT": "x", "RELEVANCE": 5, "NOVELTY": 5}'])
    ),
    _changed(lambda text: text.replace("}", ",}")),
    _changed(lambda text: re.sub(r'"RELEVANCE": (\d+)', r'"RELEVANCE": "\1. 0"', text)),
    _changed(lambda text: re.sub(r'"NOVELTY": (\d+)', r'"NOVELTY": "\1/10"', text)),
    _changed(_number_id),
    _changed(lambda text: re.sub(r'"ARXIVID": "([\d.]+)"', r'"ARXIVID": "arXiv:\1 [cs.LG]"', text)),
    _changed(lambda text: re.sub(r'"ARXIVID": "([\d.]+)"', r'"ARXIVID": "https://arxiv.org/abs/\1/"', text)),
    _changed(lambda text: re.sub(r'"ARXIVID": "([\d.]+)"', r'"ARXIVID": "\1v1"', text)),
    _changed(_lower),
    _commented('It has a "twist" in it.'),
    _commented(r"With \alpha and \(x\)."),
    _commented("Two\nlines."),
    _commented("Takes the <think> token away."),
)
UNCLEAR: tuple[Habit, ...] = (
    _one_bad(lambda line: []),
    _one_bad(lambda line: [line | {"RELEVANCE": int("9" * 400)}]),
    _one_bad(lambda line: [line | {"NOVELTY": 0}]),
    _one_bad(lambda line: [line, line | {"RELEVANCE": line["RELEVANCE"] % 10 + 1}]),
    _broken_off,
    _nothing(None, "content_filter"),
    _nothing("I am sorry, but I cannot rate papers."),
    _nothing(""),
)
