"""The answer in an LLM's reply: all its objects, without the reasoning. Pure.

Reasoning is the text in a pair of marks outside objects. If the chat template swallowed the opening mark, it is the
text before the closing one. Inside an object a mark is text. The marks are those of the chat templates of DeepSeek,
Qwen, Kimi, Magistral, Gemma and OpenAI's harmony format.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from broadsheet.scoring.llm.lenient_json import Members, double_backslashes, is_line_start, read_object

MAX_CHARACTERS = 500_000  # characters of a reply
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
_MAX_TAIL = 2000
_MAX_BROKEN = 1000  # objects; a reply with more is useless

# A mark that a sentence mentions: after a word that a noun follows, or in quotes.
_MENTIONED = re.compile(
    r"(?:\b(?:an?|the|this|that|these|any|no|of|on|at|in|by|with|without|for|from|to|before|after|ignor(?:ed|ing)) "
    r"|[\"'`“‘(])\Z",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"[\"'`”’)]?(?:[ \t]+[a-z(]|[.,;:!?)])")
_STRUCK = re.compile(r"~~[^~\n]{1,5000}~~|<(del|s|strike)>.{0,5000}?</\1>", re.IGNORECASE | re.DOTALL)
_STRIKES = re.compile(r"(~~|<(?:del|s|strike)>)[\s`*\[]{0,20}\Z", re.IGNORECASE)


class AnswerParts(NamedTuple):
    """The objects of an answer in order, and the text around them; no text if an object is broken."""

    objects: tuple[Members, ...]
    text: str

    @classmethod
    def of(cls, parts: Iterable[Members | str]) -> "AnswerParts":
        """Return the objects and the text of `parts`."""
        parts = list(parts)
        objects = tuple(part for part in parts if isinstance(part, Members))
        text = "".join(part for part in parts if isinstance(part, str))
        return cls(objects, _STRUCK.sub("", text) if all(part.closed for part in objects) else "")


class SplitReply(NamedTuple):
    """A reply split at a closing mark without an opening one: `before` is a draft or the answer, `after` the rest."""

    answer: AnswerParts
    before: AnswerParts
    after: str


def answer(content: str) -> AnswerParts:
    """Return the answer in `content`."""
    return split(content).answer


def split(content: str) -> SplitReply:
    """Split a reply into its answer and drafts."""
    text = double_backslashes(content[:MAX_CHARACTERS])
    scan = _Scan(text)
    return SplitReply(AnswerParts.of(scan.parts()), AnswerParts.of(scan.before), text[scan.end :])


class _Scan:
    """A scanner of one reply. It collects texts and objects, and discards those that turn out to be reasoning."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[Members | str] = []
        self._position = 0
        self._reasoning_start: int | None = None  # the number of parts before the reasoning
        self._firm = False  # the opening mark begins its line, so it is no word of a sentence
        self._answered = False
        self._broken_count = 0
        self.before: list[Members | str] = []  # parts that a closing mark without an opening one discarded
        self.end = 0  # of that mark

    def parts(self) -> list[Members | str]:
        """Return texts and objects, in order."""
        while self._broken_count < _MAX_BROKEN and (token := _TOKEN.search(self._text, self._position)):
            self._parts.append(self._text[self._position : token.start()])
            if token["object"]:
                self._object(token.start())
            else:
                self._mark(token)
        self._parts.append(self._text[self._position :])
        if self._reasoning_start is not None and self._firm:
            del self._parts[self._reasoning_start :]
        return self._parts

    def _object(self, start: int) -> None:
        if no_object := _NO_MEMBERS.match(self._text, start):  # a set, or TeX
            self._parts.append(no_object[0])
            self._position = no_object.end()
            return
        if self._text.endswith("boxed", 0, start):
            self._parts.append("{")
            self._position = start + 1
            return
        if _is_in_text(self._text, start):
            self._position = self._next_line(start + 1)
            self._parts.append(self._text[start : self._position])
            return
        members, end = read_object(self._text, start)
        if members.closed and (struck := self._struck(start, end)):
            self._position = struck
            return
        doubtful = _is_quoted(self._text, start) or (members.closed and self._continues(end))
        self._parts.append(Members(closed=False) if doubtful else members)
        self._broken_count += doubtful or not members.closed
        # The rest of the line after a broken object may be part of one of its texts.
        self._position = end if members.closed and not doubtful else self._next_line(end)

    def _struck(self, start: int, end: int) -> int:
        """Return the end of the strikethrough around an object, 0 if there is none."""
        opening = _STRIKES.search(self._text[max(0, start - 30) : start])
        if not opening:
            return 0
        mark = opening[1].lower()
        closing = mark.replace("<", "</")
        index = self._text.lower().find(closing, end)
        if index >= 0:
            return index + len(closing)
        return {"~~": self._next_line(end), "<s>": 0}.get(mark, len(self._text))  # cut off; <s> begins some replies

    def _continues(self, end: int) -> bool:
        """Return True if ratings follow the object: then a brace in its comment was mistaken for its end."""
        tail = self._text[end : end + _MAX_TAIL].partition("{")[0]
        return bool(_TAIL.search(tail) or _TAIL_OF_LINE.search(tail.partition("\n")[0]))

    def _next_line(self, start: int) -> int:
        if self._text.startswith("{", start) and is_line_start(self._text, start):
            return start
        end = self._text.find("\n", start)
        return len(self._text) if end < 0 else end

    def _mark(self, token: re.Match[str]) -> None:
        self._position = token.end()
        before = self._text[self._text.rfind("\n", 0, token.start()) + 1 : token.start()]
        if _CELL.match(before) or (_MENTIONED.search(before[-20:]) and _CONTINUES.match(self._text, token.end())):
            self._parts.append(token[0])
        elif token["open"]:
            self._reasoning_start = len(self._parts) if self._reasoning_start is None else self._reasoning_start
            self._firm = self._firm or not before[before.rfind("}") + 1 :].strip(" \t,;]`")
        elif token["close"]:
            self._close(token.end())
        elif not self._answered:
            self._discard(0)
            self._answered = True
        elif self._reasoning_start is not None:
            self._discard(self._reasoning_start)

    def _close(self, end: int) -> None:
        discarded = self._parts[self._reasoning_start or 0 :]
        if not self._firm and any(isinstance(part, Members) or part.strip() for part in discarded):
            self.before, self.end = discarded, end
        self._discard(self._reasoning_start or 0)

    def _discard(self, start: int) -> None:
        del self._parts[start:]
        self._parts.append("\n")
        self._reasoning_start, self._firm = None, False


def _is_in_text(text: str, start: int) -> bool:
    """Return True if the object begins in a comment, or on a line about another paper."""
    line = text[max(text.rfind("\n", 0, start), text.rfind("}", 0, start)) + 1 : start]
    if _FIELD.search(line):
        return True
    ids = set(_ID.findall(text, start, start + _MAX_TAIL))
    return not ids.issuperset(_ID.findall(line))


def _is_quoted(text: str, start: int) -> bool:
    """Return True if the object is a quotation in a sentence."""
    return text[start - 1 : start] in tuple("\"'“‘«") and not is_line_start(text, start)
