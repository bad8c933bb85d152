"""The answer in what a language model wrote: without its reasoning, with every object in it. Pure.

Reasoning is what stands in a pair of marks outside objects, or before a closing mark whose opening one the chat
template ate. Inside an object a mark is text. Marks are those of the chat templates of DeepSeek, Qwen, Kimi, Magistral,
Gemma and OpenAI's harmony format.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from generator.edges.scoring.lenient_json import Members, is_line_start, mend_backslashes, read_object

LONGEST = 500_000  # characters of a reply
_NAMES = r"(?:\w{1,12}[:_])?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratchpad|monologue|cot)"
_OPENS = (
    rf"[<◁]\|?(?:begin_of_)?{_NAMES}(?:\s[^<>\n]{{0,40}})?\|?[>▷]",
    r"\[THINK\]",
    r"<unused94>",
    r"<\|channel\|>\s*analysis\b[^<\n]{0,40}<\|message\|>",
)
_CLOSES = (rf"[<◁]\|?(?:/|end_of_)\s*{_NAMES}\|?[>▷]", r"\[/THINK\]", r"<unused95>")
_ANSWERS = (
    r"<\|channel\|>\s*(?:final|commentary)\b[^<\n]{0,80}<\|message\|>",
    r"\bassistantfinal(?=\W)",
    r"<\|?begin_of_solution\|?>",
    r"<(?:final[_ ]?)?(?:answer|final|output|response|solution)>",
)
_TOKEN = re.compile(
    rf"(?P<object>\{{)|(?P<open>{'|'.join(_OPENS)})|(?P<close>{'|'.join(_CLOSES)})|(?P<answer>{'|'.join(_ANSWERS)})",
    re.IGNORECASE,
)
_NO_MEMBERS = re.compile(r"\{[^{}\":=\n]{0,200}\}")
_CELL = re.compile(
    r"[\s>*\-•]*(?:\||[\"'*_`]*(?:comment|reason|rationale|explanation|justification)s?[\"'*_`]*\s*[:=])", re.I
)
_FIELD = re.compile(
    r"\b(?:arxiv[ _]?id|relevance|novelty|comment|reason|rationale|explanation|justification)s?[\"'*_`]*\s*[:=]", re.I
)
_ID = re.compile(r"[0-9]{4}\.[0-9]{4,5}")
_RATING = r"(?:relevance|novelty)"
_TAIL = re.compile(rf"""["'“”]\s*{_RATING}[\w ]{{0,10}}["'“”]\s*[:=]""", re.IGNORECASE)
_TAIL_OF_LINE = re.compile(rf"{_RATING}\s*[:=]", re.IGNORECASE)
_LONGEST_TAIL = 2000
_MOST_BROKEN = 1000  # objects; no reply with so many is worth the time


# A mark that a sentence speaks of: after a word that a noun follows, or in quotes.
_SPOKEN_OF = re.compile(
    r"(?:\b(?:an?|the|this|that|these|any|no|of|on|at|in|by|with|without|for|from|to|before|after|ignor(?:ed|ing)) "
    r"|[\"'`“‘(])\Z",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[\"'`”’)]?(?:[ \t]+[a-z(]|[.,;:!?)])")
_STRUCK = re.compile(r"~~[^~\n]{1,5000}~~|<(del|s|strike)>.{0,5000}?</\1>", re.IGNORECASE | re.DOTALL)
_STRIKES = re.compile(r"(~~|<(?:del|s|strike)>)[\s`*\[]{0,20}\Z", re.IGNORECASE)


class Answer(NamedTuple):
    """The objects of a reply, in order, and the text around them, if no part of it may be that of a broken object."""

    objects: tuple[Members, ...]
    text: str

    @classmethod
    def of(cls, parts: Iterable[Members | str]) -> "Answer":
        """Return what is in the parts of a reply."""
        parts = list(parts)
        objects = tuple(part for part in parts if isinstance(part, Members))
        text = "".join(part for part in parts if isinstance(part, str))
        return cls(objects, _STRUCK.sub("", text) if all(part.closed for part in objects) else "")


class Reply(NamedTuple):
    """The answer of a reply, and what stands before a closing mark that nothing opened: drafts, or the answer itself.

    `after` is the reply from that mark on.
    """

    answer: Answer
    before: Answer
    after: str


def answer(content: str) -> Answer:
    """Return what `content` says for good."""
    return read(content).answer


def read(content: str) -> Reply:
    """Return the parts of a reply."""
    text = mend_backslashes(content[:LONGEST])
    scan = _Scan(text)
    return Reply(Answer.of(scan.parts()), Answer.of(scan.before), text[scan.end :])


class _Scan:
    """One way through a reply: texts and objects, thrown away again where they turn out to have been reasoning."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[Members | str] = []
        self._at = 0
        self._opened: int | None = None  # the number of parts before the reasoning
        self._firm = False  # the opening mark stands where marks do, not in a sentence
        self._answered = False
        self._broken = 0
        self.before: list[Members | str] = []  # what a closing mark threw away that nothing opened
        self.end = 0  # of that mark

    def parts(self) -> list[Members | str]:
        """Return texts and objects, in order."""
        while self._broken < _MOST_BROKEN and (token := _TOKEN.search(self._text, self._at)):
            self._parts.append(self._text[self._at : token.start()])
            if token["object"]:
                self._object(token.start())
            else:
                self._mark(token)
        self._parts.append(self._text[self._at :])
        if self._opened is not None and self._firm:
            del self._parts[self._opened :]
        return self._parts

    def _object(self, start: int) -> None:
        if hollow := _NO_MEMBERS.match(self._text, start):  # a set, or TeX
            self._parts.append(hollow[0])
            self._at = hollow.end()
            return
        if self._text.endswith("boxed", 0, start):
            self._parts.append("{")
            self._at = start + 1
            return
        if _in_a_text(self._text, start):
            self._at = self._next_line(start + 1)
            self._parts.append(self._text[start : self._at])
            return
        members, end = read_object(self._text, start)
        if members.closed and (struck := self._struck(start, end)):
            self._at = struck
            return
        doubtful = _is_quoted(self._text, start) or (members.closed and self._goes_on(end))
        self._parts.append(Members(closed=False) if doubtful else members)
        self._broken += doubtful or not members.closed
        # What follows a broken object on its line may be a part of one of its texts.
        self._at = end if members.closed and not doubtful else self._next_line(end)

    def _struck(self, start: int, end: int) -> int:
        """Return where the line through an object ends, 0 if there is none."""
        opening = _STRIKES.search(self._text[max(0, start - 30) : start])
        if not opening:
            return 0
        mark = opening[1].lower()
        closing = mark.replace("<", "</")
        index = self._text.lower().find(closing, end)
        if index >= 0:
            return index + len(closing)
        return {"~~": self._next_line(end), "<s>": 0}.get(mark, len(self._text))  # cut off; <s> begins some replies

    def _goes_on(self, end: int) -> bool:
        """Return whether ratings follow the end of an object: then a brace of its comment was taken for its own."""
        tail = self._text[end : end + _LONGEST_TAIL].partition("{")[0]
        return bool(_TAIL.search(tail) or _TAIL_OF_LINE.search(tail.partition("\n")[0]))

    def _next_line(self, at: int) -> int:
        if self._text.startswith("{", at) and is_line_start(self._text, at):
            return at
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _mark(self, token: re.Match[str]) -> None:
        self._at = token.end()
        before = self._text[self._text.rfind("\n", 0, token.start()) + 1 : token.start()]
        if _CELL.match(before) or (_SPOKEN_OF.search(before[-20:]) and _GOES_ON.match(self._text, token.end())):
            self._parts.append(token[0])
        elif token["open"]:
            self._opened = len(self._parts) if self._opened is None else self._opened
            self._firm = self._firm or not before[before.rfind("}") + 1 :].strip(" \t,;]`")
        elif token["close"]:
            self._close(token.end())
        elif not self._answered:
            self._forget(0)
            self._answered = True
        elif self._opened is not None:
            self._forget(self._opened)

    def _close(self, end: int) -> None:
        thrown_away = self._parts[self._opened or 0 :]
        if not self._firm and any(isinstance(part, Members) or part.strip() for part in thrown_away):
            self.before, self.end = thrown_away, end
        self._forget(self._opened or 0)

    def _forget(self, start: int) -> None:
        del self._parts[start:]
        self._parts.append("\n")
        self._opened, self._firm = None, False


def _in_a_text(text: str, start: int) -> bool:
    """Return whether the line is about another paper, or a comment, before an object begins on it."""
    line = text[max(text.rfind("\n", 0, start), text.rfind("}", 0, start)) + 1 : start]
    if _FIELD.search(line):
        return True
    own = set(_ID.findall(text, start, start + _LONGEST_TAIL))
    return not own.issuperset(_ID.findall(line))


def _is_quoted(text: str, start: int) -> bool:
    """Return whether an object is a quotation in a sentence."""
    return text[start - 1 : start] in tuple("\"'“‘«") and not is_line_start(text, start)
