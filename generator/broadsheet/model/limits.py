"""Limits of the lengths of fields. Longer fields are cut, so that no page is too long for browsers.

The limits are far above real lengths: the longest list of authors has some 5,000 names, an abstract on arXiv 1,920
characters.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any

import msgspec

from broadsheet.model.paper import Paper
from broadsheet.model.scorer import Scorer
from broadsheet.text.sanitize import clean

LONGEST = {"title": 2_000, "abstract": 20_000, "comment": 20_000, "arxiv_comment": 5_000, "journal_ref": 2_000,
           "doi": 500, "announce_type": 100, "source": 200}  # fmt: skip
LONGEST_IN_LIST = {"authors": 500, "categories": 100, "topics": 200, "reasons": 1_000}
MOST_IN_LIST = {"authors": 6_000, "categories": 100, "topics": 100, "reasons": 100}
LONGEST_EXTRA = 20_000  # of any text under an unknown key
MOST_IN_VALUE = 20_000
LONGEST_IN_RECORD = 20_000  # of a repository
MOST_IN_RECORD = 6_000
LONGEST_IN_RECEIPT = 2_000
LONGEST_SETTING = 200_000  # a prompt is one
_LONGEST_SCORER = 400


def cut(text: str, longest: int) -> str:
    """Return `text` cut to `longest` characters, with an ellipsis at the end if it was longer."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def bounded(value: Any, longest: int, *, tidy: Callable[[str], str] = clean) -> Any:
    """Return a JSON value with clean texts of at most `longest` characters, and with cut lists and objects."""
    if isinstance(value, str):
        return cut(tidy(value), longest)
    if isinstance(value, dict):
        items = list(value.items())[:MOST_IN_VALUE]
        return {bounded(name, longest, tidy=tidy): bounded(part, longest, tidy=tidy) for name, part in items}
    return [bounded(part, longest, tidy=tidy) for part in value[:MOST_IN_VALUE]] if isinstance(value, list) else value


def capped(paper: Paper) -> tuple[Paper, tuple[str, ...]]:
    """Return `paper` within the limits, and the names of the fields and keys that were cut."""
    changes = _capped_fields(paper)
    extra = bounded(paper.extra, LONGEST_EXTRA, tidy=str)
    keys = _changed_keys(paper.extra, extra) if extra != paper.extra else []
    names = (*changes, *keys)
    return (msgspec.structs.replace(paper, **changes, extra=extra), names) if names else (paper, ())


def _capped_fields(paper: Paper) -> dict[str, Any]:
    """Return the fields that are too long, cut."""
    changes: dict[str, Any] = {}
    for name, longest in LONGEST.items():
        text = getattr(paper, name)
        if text is not None and len(text) > longest:
            changes[name] = cut(text, longest)
    for name, longest in LONGEST_IN_LIST.items():
        texts = getattr(paper, name)
        if len(texts) > MOST_IN_LIST[name] or max(map(len, texts), default=0) > longest:
            changes[name] = tuple(cut(text, longest) for text in texts[: MOST_IN_LIST[name]])
    if paper.scorer and len(paper.scorer.model + (paper.scorer.rubric or "")) > _LONGEST_SCORER:
        changes["scorer"] = msgspec.convert(bounded(msgspec.to_builtins(paper.scorer), _LONGEST_SCORER // 2), Scorer)
    return changes


def _changed_keys(extra: dict[str, Any], limited: dict[str, Any]) -> list[str]:
    """Return the keys whose values `limited` cuts; of the keys beyond the limit only the first."""
    keys = islice(extra, MOST_IN_VALUE + 1)
    return [key for key in keys if key not in limited or limited[key] != extra[key]]


def restored(paper: Paper, whole: Paper) -> Paper:
    """Return `paper` with the parts that `capped` cut off `whole`, in all fields that have not changed since."""
    limited, _ = capped(whole)
    changes = {
        name: getattr(whole, name)
        for name in (*LONGEST, *LONGEST_IN_LIST, "scorer")
        if getattr(paper, name) == getattr(limited, name)
    }
    old = {key: value for key, value in whole.extra.items() if key in paper.extra or key not in limited.extra}
    new = {key: value for key, value in paper.extra.items() if key not in limited.extra or limited.extra[key] != value}
    return msgspec.structs.replace(paper, **changes, extra=old | new)


def excess(paper: Paper, name: str) -> str:
    """Return the reason why `capped` cuts the field or key `name`, in words."""
    if name in LONGEST_IN_LIST:
        if len(getattr(paper, name)) > MOST_IN_LIST[name]:
            return f"{name}: there are more than {MOST_IN_LIST[name]:,} entries"
        return f"{name}: an entry is longer than {LONGEST_IN_LIST[name]:,} characters"
    if name in LONGEST or name == "scorer":
        return f"{name} is longer than {LONGEST.get(name, _LONGEST_SCORER):,} characters"
    return _excess_of_key(name, paper.extra[name])


def _excess_of_key(name: str, value: Any) -> str:
    if len(name) > LONGEST_EXTRA:
        return f"the key {cut(name, 40)} is longer than {LONGEST_EXTRA:,} characters"
    short = cut(name, 40)
    if isinstance(value, str) and len(value) > LONGEST_EXTRA:
        return f"{short} is longer than {LONGEST_EXTRA:,} characters"
    if bounded(value, LONGEST_EXTRA, tidy=str) != value:
        return f"{short} has more than {MOST_IN_VALUE:,} entries in one place, or a text of more characters"
    return f"{short}: there are more than {MOST_IN_VALUE:,} keys"
