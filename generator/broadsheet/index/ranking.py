"""The order of papers, best first, as one key: the index stores it, pages and the browser compare it. Pure.

Scored papers are sorted by relevance plus novelty. Ties are broken by the local scorer's estimate, then by relevance,
then by votes; what is still equal takes turns by topic, drawn by lot. The order of files and of ids plays no part.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from broadsheet.model.paper import Paper

# Ranges of the parts of a key, which stays below 2**53: JavaScript's whole numbers are exact up to there.
_TOTALS = 18_001  # thousandths, from 20 down to 2
_RELEVANCES = 901  # hundredths, from 10 down to 1
_LOCAL_SCORES = 18_002  # thousandths, from 20 down to 2, then unknown
_VOTES = 400
_TURNS = 64
_TOTAL_STEP = _RELEVANCES * _LOCAL_SCORES * _VOTES * _TURNS
# The sort key of an unscored paper without upvotes: it comes after every scored one.
UNSCORED = 9 * 10**15
_MAX_VOTES = (UNSCORED - _TOTALS * _TOTAL_STEP) // _TURNS - 1  # of an unscored paper


class RankedPaper(NamedTuple):
    """A paper of a day with its sort key and the ids of its topics."""

    sort_key: int
    paper: Paper
    topics: tuple[str, ...]


def rank(date: str, papers: Iterable[Paper], match: Callable[[Paper], tuple[str, ...]]) -> list[RankedPaper]:
    """Return the papers of a day, best first, with the topics that `match` finds."""
    ties: dict[int, list[tuple[Paper, tuple[str, ...]]]] = {}
    for paper in sorted(papers, key=_lot):
        ties.setdefault(sort_key(paper), []).append((paper, match(paper)))
    day = dt.date.fromisoformat(date).toordinal()
    return [ranked for key in sorted(ties) for ranked in _take_turns(key, ties[key], day)]


def sort_key(paper: Paper) -> int:
    """Return the key of a paper, without its turn among equal ones.

    An unscored paper whose source has only a total is sorted by that.
    """
    total = paper.total
    votes = paper.upvotes or 0
    if total is None:
        return UNSCORED - min(votes, _MAX_VOTES) * _TURNS
    local = paper.local_score
    key = round((20 - total) * 1000)
    key = key * _LOCAL_SCORES + (_LOCAL_SCORES - 1 if local is None else round((20 - local) * 1000))
    key = key * _RELEVANCES + round((10 - (paper.relevance or 1)) * 100)
    return (key * _VOTES + _VOTES - 1 - min(votes, _VOTES - 1)) * _TURNS


def _lot(paper: Paper) -> bytes:
    """Return the paper's lot, by which equals of one topic are drawn: files are in the order of ids."""
    return hashlib.sha256(paper.arxiv_id.encode()).digest()


def _take_turns(key: int, tied: Sequence[tuple[Paper, tuple[str, ...]]], day: int) -> Iterator[RankedPaper]:
    """Yield tied papers, one of each topic in turn; each day another topic is first, and papers without one last."""
    by_topic: dict[str, list[tuple[Paper, tuple[str, ...]]]] = {}
    for paper, topics in tied:
        by_topic.setdefault(topics[0] if topics else "", []).append((paper, topics))
    others = [by_topic.pop("")] if "" in by_topic else []
    first = day % len(by_topic) if by_topic else 0
    groups = [by_topic[topic] for topic in sorted(by_topic)]
    for turn, row in enumerate(zip_longest(*groups[first:], *groups[:first], *others)):
        yield from (RankedPaper(key + min(turn, _TURNS - 1), *item) for item in row if item)
