"""The interests of readers beside topics: names to follow, words to avoid, and the share of a day to score and show."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated

import msgspec

from broadsheet.settings.document import Fault

LIKED_FOLDER = "data/liked"


class Follow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names whose papers are always kept: `authors` as they sign, `institutions` as affiliations name them."""

    authors: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of `broadsheet run`.

    A day shows papers of at least `min_relevance`. Failed days of the last `backfill_days` days are run again. `budget`
    is the most that the language model may cost on each day, in the currency of its price.
    """

    min_relevance: Annotated[float, msgspec.Meta(ge=1, le=10)] = 5
    backfill_days: Annotated[int, msgspec.Meta(ge=0, le=60)] = 7
    budget: Decimal | None = None


class Prefilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of a day that the local model passes on to the language model: a share (`keep`) or a `recall`.

    `recall` is the share of the good papers that must not be lost. With neither, all papers are passed on.
    A day's page lists `near_misses` of the other papers.
    """

    keep: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None
    recall: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None
    near_misses: Annotated[int, msgspec.Meta(ge=0, le=100)] = 10


def faults(run: Run, prefilter: Prefilter, follow: Follow, negative_keywords: Sequence[str]) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    if run.budget is not None and not (run.budget.is_finite() and run.budget >= 0):
        yield Fault(("run", "budget"), f"run: budget is {run.budget}", "write an amount of money, such as 0.50")
    if prefilter.keep is not None and prefilter.recall is not None:
        yield Fault(("prefilter", "keep"), "prefilter has both keep and recall", "leave one of them out")
    lists = {
        ("follow", "authors"): follow.authors,
        ("follow", "institutions"): follow.institutions,
        ("negative_keywords",): negative_keywords,
    }
    for path, names in lists.items():
        for index, name in enumerate(names):
            if not re.search(r"\w", name):  # would match no text, or all
                yield Fault((*path, str(index)), f"{'.'.join(path)}: {name!r} has no letters", "write a name or a word")


def liked_faults(paths: Sequence[str]) -> Iterator[Fault]:
    """Yield the paths of liked papers that are not in the digest."""
    for index, path in enumerate(paths):
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts:
            yield Fault(
                ("liked", str(index)), f"liked: {path!r} is not in the digest", "write a path such as data/liked"
            )
