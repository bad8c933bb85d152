"""The state, the sources and the scorers of a day as English text."""

from typing import TYPE_CHECKING, NamedTuple

from broadsheet.index.states import TROUBLED, is_open
from broadsheet.model.receipt import Cost, Receipt, ScorerShare, SourceStats
from broadsheet.model.scorer import LOCAL_MODEL, UNTRAINED, ScorerName
from broadsheet.model.state import DayState
from broadsheet.text.formats import count, day, long_date, money

if TYPE_CHECKING:  # few of the commands that import this module need the index
    from broadsheet.index.days import DayHead
    from broadsheet.index.scorer_changes import ScorerChange

STATE_WORDS = {
    DayState.OK: ("Complete", "Everything that was announced is accounted for."),
    DayState.QUIET: ("Quiet", "Nothing was announced on this day."),
    DayState.PARTIAL: (
        "Partial",
        "Part of this day could not be fetched or scored; what is here is right, but not all.",
    ),
    DayState.FAILED: (
        "Failed",
        "The run of this day failed: the sources gave no papers, or none of their papers was scored.",
    ),
    DayState.MISSING: ("Missing", "There is no record of this day: it may have had papers that were never read."),
    DayState.UNKNOWN: (
        "No receipt",
        "No receipt says what was announced on this day: there may have been more papers.",
    ),
}
# A list of days shows the number of papers alone for these states.
UNREMARKED = frozenset({DayState.OK, DayState.UNKNOWN})
OPEN = "open"
STATE_KEYS = {str(state): words for state, words in STATE_WORDS.items()} | {
    OPEN: ("Open", "More papers may come: a source has not finished its list of this day.")
}
_SOURCES = {"arxiv": "arXiv", "hf": "Hugging Face"}


class Label(NamedTuple):
    """A day's state as pages show it: the `key` for styles and scripts, the badge's `word`, a sentence or two."""

    key: str
    word: str
    text: str


def day_at_a_glance(head: "DayHead") -> str:
    """Return ``Tuesday, 27 May 2025: complete, 84 papers``."""
    return f"{day(head.date)}: {label(head).word.lower()}, {count(head.papers, 'paper')}"


def label(head: "DayHead") -> Label:
    """Return the label of a day. A day that is ok or quiet is open while a source may bring more papers."""
    more = _more(head.receipt)
    if more and head.state in (DayState.OK, DayState.QUIET):
        return Label(OPEN, STATE_KEYS[OPEN][0], more)
    word, text = STATE_WORDS[head.state]
    if not head.papers and head.state in (DayState.PARTIAL, DayState.FAILED):
        text = _nothing(head.receipt) or text
    return Label(head.state, word, f"{text} {more}".rstrip())


def source(name: str) -> str:
    """Return ``arXiv`` for ``arxiv``, ``Hugging Face`` for ``hf``, other names unchanged."""
    return _SOURCES.get(name, name)


def _more(receipt: Receipt | None) -> str:
    tallies = receipt.sources.values() if receipt else ()
    reasons = "; ".join(dict.fromkeys(tally.open for tally in tallies if is_open(tally)))
    return f"More papers may come: {reasons}." if reasons else ""


def _nothing(receipt: Receipt | None) -> str:
    """Return a sentence on the sources that left a day without papers; empty if none did."""
    sources = receipt.sources.items() if receipt else ()
    troubles = [f"{source(name)} {trouble(tally)}" for name, tally in sources if tally.status in TROUBLED]
    return f"No papers are shown: {', and '.join(troubles)}. Runs of the following days ask again." if troubles else ""


def trouble(tally: SourceStats) -> str:
    """Return the reason why a source gave no papers, for a sentence that begins with its name."""
    if tally.status == "failed":
        return "could not be read"
    return "gave an old list" if tally.announced else "gave none"


def scorer(model: str) -> str:
    """Return the name of a scorer by its model: ``gpt-4o``, ``the local scorer``."""
    return "the local scorer" if model == LOCAL_MODEL else model


def scorers(receipt: Receipt) -> str:
    """Return the scorers of a day: ``gpt-4o``; of several, ``gpt-4o (78 papers, $0.36) and gpt-x (2 papers)``."""
    return " and ".join(_share(share) for share in receipt.scorers) or scorer(receipt.model or "")


def _share(share: ScorerShare) -> str:
    facts = [count(share.scored, "paper"), *([cost(share.cost)] if share.cost else [])]
    return f"{scorer(share.model) or 'a scorer that is not on record'} ({', '.join(facts)})"


def scorer_name(name: ScorerName) -> str:
    """Return ``gpt-4o, rubric 2025-05``; the local scorer's own words for its two rubrics."""
    if name.model == LOCAL_MODEL:
        return scorer(name.model) + (" by the topics' words" if name.rubric == UNTRAINED else "")
    model = scorer(name.model) or "a model that is not on record"
    return f"{model}, rubric {name.rubric}" if name.rubric else model


def scorer_change(change: "ScorerChange") -> str:
    """Return a sentence on a change of the model or the rubric, with what it means for readers."""
    last = long_date(change.last_date)
    return (
        f"The scorer changed on this day to {scorer_name(change.after)}; until {last} it was"
        f" {scorer_name(change.before)}. Scores before and after it may not be comparable."
    )


def scorer_change_in_brief(change: "ScorerChange") -> str:
    """Return ``27 May 2025: gpt-4o, then the local scorer``."""
    return f"{long_date(change.date)}: {scorer_name(change.before)}, then {scorer_name(change.after)}"


def cost(value: Cost | None) -> str:
    """Return the total of a cost in words."""
    return money(value.total, value.currency) if value else "unknown"
