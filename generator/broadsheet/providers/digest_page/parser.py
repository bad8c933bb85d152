"""A parser of a saved page of a personalised arXiv digest, as text or Markdown: the day's costs and counts only.

Its papers are, complete, in the scored file of the same day.
"""

import re

from broadsheet.model.receipt import Cost, Tokens
from broadsheet.providers.dated_json import usage
from broadsheet.providers.dated_json.usage import Usage
from broadsheet.providers.decode import Document, TextDocument
from broadsheet.providers.parse_result import ParseResult, rejected
from broadsheet.store.records import is_date

_TITLE = re.compile(r"Personalized Daily ar[Xx]iv Papers\s+([0-9]{4}-[0-9]{2}-[0-9]{2})", re.IGNORECASE)
_MODEL = re.compile(r"\[([^\]\n]{1,80})\]\s+Prompt\s+Completion\s+Total")
_TOKENS = re.compile(r"\bTokens?\s+([0-9,]+)\s+([0-9,]+)\s+([0-9,]+)")
_COST = re.compile(r"\bCost\s+\$\s?([0-9.]+)\s+\$\s?([0-9.]+)\s+\$\s?([0-9.]+)")
_TOTAL = re.compile(r"\bTotal (arXiv|scanned|relevant) papers:?\s+([0-9,]{1,12})\b", re.IGNORECASE)
_HEAD = 20_000


def matches(document: Document) -> bool:
    """Return whether the text has the digest's heading."""
    return isinstance(document, TextDocument) and _TITLE.search(document.text[:_HEAD]) is not None


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the day's receipt. Raises DigestError if the page has no totals."""
    assert isinstance(document, TextDocument)
    head = re.sub(r"[|*_#`]|:?-{3,}:?", " ", document.text[:_HEAD])
    title = _TITLE.search(head)
    date = title[1] if title else day
    totals = {name.lower(): _count(value) for name, value in _TOTAL.findall(head)}
    if date is None or not is_date(date) or not totals:
        raise rejected(document.where, "a digest page without its totals", "save the whole page again")
    model, tokens = _MODEL.search(head), _tokens(head)
    figures = Usage(
        model=model[1].strip() if model else None,
        tokens=tokens,
        cost=_cost(head),
        announced=totals.get("arxiv"),
        scanned=totals.get("scanned"),
        shown=totals.get("relevant"),
    )
    return ParseResult(receipts=[usage.receipt(date, figures)])


def _tokens(head: str) -> Tokens | None:
    if not (match := _TOKENS.search(head)):
        return None
    prompt, completion, total = map(_count, match.groups())
    return Tokens(prompt=prompt, completion=completion, total=total)


def _cost(head: str) -> Cost | None:
    if not (match := _COST.search(head)):
        return None
    try:
        prompt, completion, total = map(float, match.groups())
    except ValueError:
        return None
    return Cost(prompt=prompt, completion=completion, total=total)


def _count(text: str) -> int:
    digits = text.replace(",", "")
    return int(digits[:12] or 0)
