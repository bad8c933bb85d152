"""The state, the sources and the scorers of a day as text."""

from typing import TYPE_CHECKING, NamedTuple

from broadsheet.index.states import TROUBLED, is_open
from broadsheet.model.receipt import Cost, Receipt, ScorerShare, SourceStats
from broadsheet.model.scorer import LOCAL_MODEL, UNTRAINED, ScorerName
from broadsheet.model.state import DayState
from broadsheet.text import formats
from broadsheet.text.formats import day, long_date, money
from broadsheet.translations import gettext, gettext_noop, pgettext, pgettext_noop

if TYPE_CHECKING:  # few of the commands that import this module need the index
    from broadsheet.index.days import DayHead
    from broadsheet.index.scorer_changes import ScorerChange
    from broadsheet.index.totals import Totals

OPEN = "open"
# Of the state of a day: a badge, the same within a sentence, and an explanation.
_STATES = {
    DayState.OK: (
        pgettext_noop("of a day", "Complete"),
        pgettext_noop("of a day", "complete"),
        gettext_noop("Everything that was announced is accounted for."),
    ),
    DayState.QUIET: (
        pgettext_noop("of a day", "Quiet"),
        pgettext_noop("of a day", "quiet"),
        gettext_noop("Nothing was announced on this day."),
    ),
    DayState.PARTIAL: (
        pgettext_noop("of a day", "Partial"),
        pgettext_noop("of a day", "partial"),
        gettext_noop("Part of this day could not be fetched or scored; what is here is right, but not all."),
    ),
    DayState.FAILED: (
        pgettext_noop("of a day", "Failed"),
        pgettext_noop("of a day", "failed"),
        gettext_noop("The run of this day failed: the sources gave no papers, or none of their papers was scored."),
    ),
    DayState.MISSING: (
        pgettext_noop("of a day", "Missing"),
        pgettext_noop("of a day", "missing"),
        gettext_noop("There is no record of this day: it may have had papers that were never read."),
    ),
    DayState.UNKNOWN: (
        pgettext_noop("of a day", "No receipt"),
        pgettext_noop("of a day", "no receipt"),
        gettext_noop("No receipt says what was announced on this day: there may have been more papers."),
    ),
    # Translators: the state of a day whose list may still grow.
    OPEN: (
        pgettext_noop("of a day", "Open"),
        pgettext_noop("of a day", "open"),
        gettext_noop("More papers may come: a source has not finished its list of this day."),
    ),
}
# A list of days shows the number of papers alone for these states.
UNREMARKED = frozenset({DayState.OK, DayState.UNKNOWN})
_SOURCES = {"arxiv": "arXiv", "hf": "Hugging Face"}


class Label(NamedTuple):
    """A day's state as pages show it: `key` for styles and scripts, the badge's `word`, a sentence or two, `inline`.

    `inline` is the word within a sentence.
    """

    key: str
    word: str
    text: str
    inline: str


def state_label(key: str) -> Label:
    """Return the label of a state."""
    word, inline, text = _STATES[key]
    return Label(key, pgettext("of a day", word), gettext(text), pgettext("of a day", inline))


def state_words() -> dict[str, tuple[str, str]]:
    """Return the word and the text of each state."""
    return {str(key): state_label(key)[1:3] for key in _STATES}


def day_at_a_glance(head: "DayHead") -> str:
    """Return ``Tuesday, 27 May 2025: complete, 84 papers``."""
    words = {"day": day(head.date), "state": label(head).inline, "papers": formats.papers(head.papers)}
    return gettext("%(day)s: %(state)s, %(papers)s") % words


def label(head: "DayHead") -> Label:
    """Return the label of a day. A day that is ok or quiet is open while a source may bring more papers."""
    more = _more(head.receipt)
    if more and head.state in (DayState.OK, DayState.QUIET):
        return state_label(OPEN)._replace(text=more)
    plain = state_label(head.state)
    text = plain.text
    if not head.papers and head.state in (DayState.PARTIAL, DayState.FAILED):
        text = _nothing(head.receipt) or text
    return plain._replace(text=f"{text} {more}".rstrip())


def source(name: str) -> str:
    """Return ``arXiv`` for ``arxiv``, ``Hugging Face`` for ``hf``, other names unchanged."""
    return _SOURCES.get(name, name)


def _more(receipt: Receipt | None) -> str:
    tallies = receipt.sources.values() if receipt else ()
    reasons = "; ".join(dict.fromkeys(tally.open for tally in tallies if is_open(tally)))
    return gettext("More papers may come: %(reasons)s.") % {"reasons": reasons} if reasons else ""


def _nothing(receipt: Receipt | None) -> str:
    """Return a sentence on the sources that left a day without papers; empty if none did."""
    sources = receipt.sources.items() if receipt else ()
    troubles = [trouble(name, tally) for name, tally in sources if tally.status in TROUBLED]
    words = gettext("No papers are shown: %(reasons)s. Runs of the following days ask again.")
    return words % {"reasons": formats.joined_clauses(troubles)} if troubles else ""


def trouble(name: str, tally: SourceStats) -> str:
    """Return the reason why the source `name` gave no papers."""
    if tally.status == "failed":
        words = gettext("%(source)s could not be read")
    elif tally.announced:
        words = gettext("%(source)s gave an old list")
    else:
        # Translators: a source gave no papers.
        words = gettext("%(source)s gave none")
    return words % {"source": source(name)}


def scorer(model: str) -> str:
    """Return the name of a scorer by its model: ``gpt-4o``, ``the local scorer``."""
    return gettext("the local scorer") if model == LOCAL_MODEL else model


def scorers(receipt: Receipt) -> str:
    """Return the scorers of a day: ``gpt-4o``; of several, ``gpt-4o (78 papers, $0.36) and gpt-x (2 papers)``."""
    return formats.joined([_share(share) for share in receipt.scorers]) or scorer(receipt.model or "")


def _share(share: ScorerShare) -> str:
    facts = [formats.papers(share.scored), *([cost(share.cost)] if share.cost else [])]
    return f"{scorer(share.model) or gettext('a scorer that is not on record')} ({', '.join(facts)})"


def scorer_name(name: ScorerName) -> str:
    """Return ``gpt-4o, rubric 2025-05``; the local scorer's own words for its two rubrics."""
    if name.model == LOCAL_MODEL:
        by_words = name.rubric == UNTRAINED
        return gettext("the local scorer by the topics' words") if by_words else scorer(name.model)
    model = scorer(name.model) or gettext("a model that is not on record")
    return with_rubric(model, name.rubric)


def with_rubric(scorer: str, rubric: str | None) -> str:
    """Return ``gpt-4o, rubric 2025-05``, or the scorer alone if there is no rubric."""
    return gettext("%(scorer)s, rubric %(rubric)s") % {"scorer": scorer, "rubric": rubric} if rubric else scorer


def scorer_change(change: "ScorerChange") -> str:
    """Return a sentence on a change of the model or the rubric, with what it means for readers."""
    words = gettext(
        "The scorer changed on this day to %(after)s; until %(date)s it was %(before)s."
        " Scores before and after it may not be comparable."
    )
    after, before = scorer_name(change.after), scorer_name(change.before)
    return words % {"after": after, "date": long_date(change.last_date), "before": before}


def scorer_change_in_brief(change: "ScorerChange") -> str:
    """Return ``27 May 2025: gpt-4o, then the local scorer``."""
    words = {"before": scorer_name(change.before), "after": scorer_name(change.after)}
    return gettext("%(date)s: %(before)s, then %(after)s") % {"date": long_date(change.date), **words}


def scores_inline(relevance: float | None, novelty: float | None) -> str:
    """Return ``relevance 9, novelty 8.5``."""
    return scores_words() % {"relevance": formats.number(relevance), "novelty": formats.number(novelty)}


def scores_words() -> str:
    """Return the message of two scores within a sentence."""
    return gettext("relevance %(relevance)s, novelty %(novelty)s")


def cost(value: Cost | None) -> str:
    """Return the total of a cost in words."""
    return money(value.total, value.currency) if value else gettext("unknown")


def total_costs(total: "Totals") -> str:
    """Return the costs of some days, one for each currency: ``$12.34 and 5.60 EUR``."""
    if not total.costs:
        return gettext("unknown") if total.unpriced or not total.days else "0"
    return formats.joined([money(value, currency) for currency, value in total.costs.items()])
