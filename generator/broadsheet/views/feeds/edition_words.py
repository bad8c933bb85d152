"""The words of editions that `broadsheet mail` recognises, to write and to read: outcomes in titles, and scores.

A feed has the language of its site, and so have the mails about it.
"""

import re

from broadsheet.text import formats
from broadsheet.translations import gettext, ngettext
from broadsheet.views import formatting

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_SCORE = r"(\d+(?:[.,]\d+)?)"
_PATTERNS = {
    "number": r"(?P<papers>\d(?:[^\w()]?\d)*)",
    "state": r"(?P<state>[^()]+)",
    "title": "",
    "relevance": _SCORE,
    "novelty": _SCORE,
}
_EACH_FORM = range(1, 200)  # numbers that have every form of the plural


def outcome(label: formatting.Label, papers: int, best: str | None) -> str:
    """Return ``84 papers, best: …``, with the state of an incomplete day or week; `best` is the first title, if any."""
    is_complete = label.key in formatting.UNREMARKED
    if best is None:
        return _no_papers() if is_complete else _no_papers_so_far() if label.key == formatting.OPEN else label.inline
    words = _best(papers) if is_complete else _best_of_state(papers)
    return words % {"number": formats.number(papers), "state": label.inline, "title": best}


def read_outcome(title: str) -> re.Match[str] | None:
    """Return the match of a title with `papers` and `state`; None for any other title."""
    forms = dict.fromkeys(form for number in _EACH_FORM for form in (_best(number), _best_of_state(number)))
    # The day or week has no colon.
    matches = (re.match(f"[^:]+: {_pattern(form)}", title) for form in forms)
    return next(filter(None, matches), None)


def has_no_papers(title: str) -> bool:
    """Return whether a title says that there are no papers, or none so far."""
    return title.partition(": ")[2] == _no_papers() or may_come(title)


def may_come(title: str) -> bool:
    """Return whether a title says that there are no papers so far."""
    return title.partition(": ")[2] == _no_papers_so_far()


def contents_title() -> str:
    """Return the heading of the list of titles."""
    return gettext("Contents")


def read_scores(text: str) -> re.Match[str] | None:
    """Return the match of a paragraph that begins with the sentence of two scores."""
    return re.match(rf"{_pattern(scores_sentence())}(?!\S)", text)


def read_listed_scores(text: str) -> re.Match[str] | None:
    """Return the match of two scores in parentheses, at the end of a line of the contents."""
    return re.search(rf" \({_pattern(formatting.scores_words())}\)$", text)


def scores_sentence() -> str:
    """Return the message of the sentence of two scores."""
    return gettext("Relevance %(relevance)s, novelty %(novelty)s.")


def _best(papers: int) -> str:
    return ngettext("%(number)s paper, best: %(title)s", "%(number)s papers, best: %(title)s", papers)


def _best_of_state(papers: int) -> str:
    return ngettext(
        "%(number)s paper (%(state)s), best: %(title)s", "%(number)s papers (%(state)s), best: %(title)s", papers
    )


def _no_papers() -> str:
    return gettext("no papers")


def _no_papers_so_far() -> str:
    return gettext("no papers so far")


def _pattern(message: str) -> str:
    """Return a regular expression that matches a message with any values."""
    parts = _PLACEHOLDER.split(message)
    return "".join(_PATTERNS[part] if place % 2 else re.escape(part) for place, part in enumerate(parts))
