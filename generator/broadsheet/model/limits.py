"""Limits of the lengths of fields. Longer fields are cut, so that no page is too long for browsers.

The limits are far above real lengths: the longest list of authors has some 5,000 names, an abstract on arXiv 1,920
characters.
"""

from collections.abc import Callable
from itertools import islice
from operator import attrgetter
from typing import Any

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.model.scorer import Scorer
from broadsheet.text.sanitize import clean

MAX_CHARS = {"title": 2_000, "abstract": 20_000, "comment": 20_000, "arxiv_comment": 5_000, "journal_ref": 2_000,
             "doi": 500, "announce_type": 100, "source": 200}  # fmt: skip
MAX_ITEM_CHARS = {"authors": 500, "categories": 100, "topics": 200, "reasons": 1_000}
MAX_ITEMS = {"authors": 6_000, "categories": 100, "topics": 100, "reasons": 100}
_TEXTS, _LISTS = attrgetter(*MAX_CHARS), attrgetter(*MAX_ITEMS)
MAX_EXTRA_CHARS = 20_000  # of any text under an unknown key
MAX_VALUE_ITEMS = 20_000
MAX_RECORD_CHARS = 20_000  # of a repository
MAX_RECORD_ITEMS = 6_000
MAX_RECEIPT_CHARS = 2_000
MAX_SETTING_CHARS = 200_000  # a prompt is one
_MAX_SCORER_CHARS = 400


def cut(text: str, max_chars: int) -> str:
    """Return `text` cut to `max_chars` characters, with an ellipsis at the end if it was longer."""
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"


def bounded(value: Any, max_chars: int, *, tidy: Callable[[str], str] = clean) -> Any:
    """Return a JSON value with clean texts of at most `max_chars` characters, and with cut lists and objects."""
    if isinstance(value, str):
        return cut(tidy(value), max_chars)
    if isinstance(value, dict):
        items = list(value.items())[:MAX_VALUE_ITEMS]
        return {bounded(name, max_chars, tidy=tidy): bounded(part, max_chars, tidy=tidy) for name, part in items}
    return (
        [bounded(part, max_chars, tidy=tidy) for part in value[:MAX_VALUE_ITEMS]] if isinstance(value, list) else value
    )


def capped(paper: Paper) -> tuple[Paper, tuple[str, ...]]:
    """Return `paper` within the limits, and the names of the fields and keys that were cut."""
    changes = _capped_fields(paper)
    extra = paper.extra and bounded(paper.extra, MAX_EXTRA_CHARS, tidy=str)
    if not changes and extra == paper.extra:
        return paper, ()
    return msgspec.structs.replace(paper, **changes, extra=extra), (*changes, *_changed_keys(paper.extra, extra))


def _capped_fields(paper: Paper) -> dict[str, Any]:
    """Return the fields that are too long, cut."""
    changes: dict[str, Any] = {}
    for name, text in zip(MAX_CHARS, _TEXTS(paper), strict=True):
        if text and len(text) > MAX_CHARS[name]:
            changes[name] = cut(text, MAX_CHARS[name])
    for name, texts in zip(MAX_ITEMS, _LISTS(paper), strict=True):
        if texts and (len(texts) > MAX_ITEMS[name] or max(map(len, texts)) > MAX_ITEM_CHARS[name]):
            changes[name] = tuple(cut(text, MAX_ITEM_CHARS[name]) for text in texts[: MAX_ITEMS[name]])
    if paper.scorer and len(paper.scorer.model + (paper.scorer.rubric or "")) > _MAX_SCORER_CHARS:
        changes["scorer"] = msgspec.convert(bounded(msgspec.to_builtins(paper.scorer), _MAX_SCORER_CHARS // 2), Scorer)
    return changes


def _changed_keys(extra: dict[str, Any], limited: dict[str, Any]) -> list[str]:
    """Return the keys whose values `limited` cuts; of the keys beyond the limit only the first."""
    keys = islice(extra, MAX_VALUE_ITEMS + 1)
    return [key for key in keys if key not in limited or limited[key] != extra[key]]


def restored(paper: Paper, whole: Paper) -> Paper:
    """Return `paper` with the parts that `capped` cut off `whole`, in all fields that have not changed since."""
    limited, _ = capped(whole)
    changes = {
        name: getattr(whole, name)
        for name in (*MAX_CHARS, *MAX_ITEM_CHARS, "scorer")
        if getattr(paper, name) == getattr(limited, name)
    }
    old = {key: value for key, value in whole.extra.items() if key in paper.extra or key not in limited.extra}
    new = {key: value for key, value in paper.extra.items() if key not in limited.extra or limited.extra[key] != value}
    return msgspec.structs.replace(paper, **changes, extra=old | new)


def excess(paper: Paper, name: str) -> str:
    """Return the reason why `capped` cuts the field or key `name`, in words."""
    if name in MAX_ITEM_CHARS:
        if len(getattr(paper, name)) > MAX_ITEMS[name]:
            return f"{name}: there are more than {MAX_ITEMS[name]:,} entries"
        return f"{name}: an entry is longer than {MAX_ITEM_CHARS[name]:,} characters"
    if name in MAX_CHARS or name == "scorer":
        return f"{name} is longer than {MAX_CHARS.get(name, _MAX_SCORER_CHARS):,} characters"
    return _excess_of_key(name, paper.extra[name])


def _excess_of_key(name: str, value: Any) -> str:
    if len(name) > MAX_EXTRA_CHARS:
        return f"the key {cut(name, 40)} is longer than {MAX_EXTRA_CHARS:,} characters"
    short = cut(name, 40)
    if isinstance(value, str) and len(value) > MAX_EXTRA_CHARS:
        return f"{short} is longer than {MAX_EXTRA_CHARS:,} characters"
    if bounded(value, MAX_EXTRA_CHARS, tidy=str) != value:
        return f"{short} has more than {MAX_VALUE_ITEMS:,} entries in one place, or a text of more characters"
    return f"{short}: there are more than {MAX_VALUE_ITEMS:,} keys"
