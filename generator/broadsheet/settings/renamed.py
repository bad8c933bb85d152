"""Old names of settings. They are errors whose message has the new name."""

from collections.abc import Iterator, Sequence
from typing import Any

from broadsheet.settings.document import Fault

RENAMED = {
    "scorer": "llm",
    "negative": "negative_keywords",
    "twins": "alternates",
    "run.least": "min_relevance",
    "run.repair": "backfill_days",
    "pages.open_abstracts": "expanded_abstracts",
    "feeds.megabytes": "max_mb",
    "mail.kilobytes": "max_kb",
    "rubric.relevance.*.means": "description",
    "rubric.novelty.*.means": "description",
}


def renamed(value: Any) -> Iterator[Fault]:
    """Yield a fault for each setting in `value`, the whole file, that has an old name or form."""
    for pattern, name in RENAMED.items():
        for path in _paths(value, pattern.split(".")):
            yield Fault(path, f"{path[-1]!r} is now {name!r}", "rename it")
    for path in _paths(value, ["prefilter", "keep"]):
        share = value["prefilter"]["keep"]
        if isinstance(share, str) and "%" in share:
            yield Fault(path, f"prefilter.keep: {share!r} is a percentage", "write a share, like 0.5")


def _paths(value: Any, pattern: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the paths in `value` that match `pattern`, where ``*`` is each item of a list."""
    if not pattern:
        yield ()
        return
    step, *rest = pattern
    parts: dict[str, Any] = {}
    if isinstance(value, dict):
        parts = {step: value[step]} if step in value else {}
    elif isinstance(value, list) and step == "*":
        parts = {str(index): part for index, part in enumerate(value)}
    for key, part in parts.items():
        yield from ((key, *path) for path in _paths(part, rest))
