"""The lengths of fields. Longer ones are cut, so that no row, record or receipt makes a page that browsers cannot show.

The limits are far beyond what is real: the longest list of authors has some 5,000 names, an abstract on arXiv 1,920
characters.
"""

from collections.abc import Callable, Iterable, Sequence, Sized
from itertools import chain, islice
from operator import attrgetter
from typing import Any

import msgspec

from generator.ground.characters import clean
from generator.ground.model import Paper, Scorer

LONGEST = {"title": 2_000, "abstract": 20_000, "comment": 20_000, "arxiv_comment": 5_000, "journal_ref": 2_000,
           "doi": 500, "announce_type": 100, "source": 200}  # fmt: skip
LONGEST_IN_LIST = {"authors": 500, "categories": 100, "topics": 200, "reasons": 1_000}
MOST_IN_LIST = {"authors": 6_000, "categories": 100, "topics": 100, "reasons": 100}
LONGEST_EXTRA = 20_000  # of any text under a key that is not ours
MOST_IN_VALUE = 20_000
LONGEST_IN_RECORD = 20_000  # of a repository
MOST_IN_RECORD = 6_000
LONGEST_IN_RECEIPT = 2_000
LONGEST_SETTING = 200_000  # a prompt is one
_LONGEST_SCORER = 400


def cut(text: str, longest: int) -> str:
    """Return `text`, with an ellipsis at the end if it is longer than `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def bounded(value: Any, longest: int, *, tidy: Callable[[str], str] = clean) -> Any:
    """Return a JSON value whose texts are clean and at most `longest`, and whose lists and objects are not endless."""
    if isinstance(value, str):
        return cut(tidy(value), longest)
    if isinstance(value, dict):
        items = list(value.items())[:MOST_IN_VALUE]
        return {bounded(name, longest, tidy=tidy): bounded(part, longest, tidy=tidy) for name, part in items}
    return [bounded(part, longest, tidy=tidy) for part in value[:MOST_IN_VALUE]] if isinstance(value, list) else value


def are_within(papers: Sequence[Paper], fields: Iterable[str] = (*LONGEST, *LONGEST_IN_LIST)) -> bool:
    """Return whether `capped` changes none of `papers`; it looks field by field at all of them, six times as fast.

    Only `fields` are looked at, and what `capped` finds in the scorer and in keys that are not ours.
    """
    for name in fields:
        values = list(map(attrgetter(name), papers))
        if _longest(values) > (LONGEST.get(name) or MOST_IN_LIST[name]):
            return False
        if name in LONGEST_IN_LIST and _longest(chain.from_iterable(values)) > LONGEST_IN_LIST[name]:
            return False
    return not any(capped(paper)[1] for paper in papers if paper.scorer or paper.extra)


def _longest(values: Iterable[Sized | None]) -> int:
    return max(map(len, filter(None, values)), default=0)


def capped(paper: Paper) -> tuple[Paper, tuple[str, ...]]:
    """Return `paper` within the limits, and the names of the fields and keys that were cut."""
    changes: dict[str, Any] = {}
    for name, longest in LONGEST.items():
        text = getattr(paper, name)
        if text is not None and len(text) > longest:
            changes[name] = cut(text, longest)
    for name, longest in LONGEST_IN_LIST.items():
        words = getattr(paper, name)
        if len(words) > MOST_IN_LIST[name] or _longest(words) > longest:
            changes[name] = tuple(cut(word, longest) for word in words[: MOST_IN_LIST[name]])
    if paper.scorer and len(paper.scorer.model + (paper.scorer.rubric or "")) > _LONGEST_SCORER:
        changes["scorer"] = msgspec.convert(bounded(msgspec.to_builtins(paper.scorer), _LONGEST_SCORER // 2), Scorer)
    keys: list[str] = []
    if paper.extra and _may_be_long(paper.extra):
        extra = bounded(paper.extra, LONGEST_EXTRA, tidy=str)
        keys = _changed_keys(paper.extra, extra)
        changes |= {"extra": extra} if keys else {}
    names = (*(name for name in changes if name != "extra"), *keys)
    return (msgspec.structs.replace(paper, **changes), names) if changes else (paper, ())


def _changed_keys(extra: dict[str, Any], within: dict[str, Any]) -> list[str]:
    """Return the keys of which `within` has less; of those that it lacks for want of room, the first."""
    first = dict(islice(extra.items(), MOST_IN_VALUE + 1))
    return [key for key, value in first.items() if key not in within or within[key] != value]


def restored(paper: Paper, whole: Paper) -> Paper:
    """Return `paper` with what `capped` cut off `whole`, in all that was not changed since."""
    within, _ = capped(whole)
    changes = {
        name: getattr(whole, name)
        for name in (*LONGEST, *LONGEST_IN_LIST, "scorer")
        if getattr(paper, name) == getattr(within, name)
    }
    there = {key: value for key, value in whole.extra.items() if key in paper.extra or key not in within.extra}
    new = {key: value for key, value in paper.extra.items() if key not in within.extra or within.extra[key] != value}
    return msgspec.structs.replace(paper, **changes, extra=there | new)


def excess(paper: Paper, name: str) -> str:
    """Return in words why `capped` cuts the field or key `name`."""
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


def _may_be_long(extra: dict[str, Any]) -> bool:
    # No text in it is longer than all of it as Python writes it, and every part takes a letter: a third of the time.
    return len(repr(extra)) > min(LONGEST_EXTRA, MOST_IN_VALUE)
