"""Editions: a day or week as one self-contained feed item, which `broadsheet mail` sends.

The body is a paragraph on the day or week, one on the layout if not all papers follow, a list of contents, then an
``<h3>`` with a link for each of the best papers: everything up to the next ``<h3>`` belongs to the paper. If the day or
week is not complete, its state (``quiet``, ``partial``, ``failed``) is the only category of the edition; else there is
none.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import DayHead, Entry, day_address
from broadsheet.index.periods import week_of, week_span
from broadsheet.index.totals import Totals, totals
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.text import formats, rendering
from broadsheet.text.tex_names import readable_name
from broadsheet.translations import gettext
from broadsheet.views import formatting
from broadsheet.views.calendar import week_address
from broadsheet.views.feeds.edition_words import outcome
from broadsheet.views.feeds.feed import FeedItem
from broadsheet.views.feeds.items import changes, html, midnight, scores_in_words, summary, times, topic_names
from broadsheet.views.feeds.registry import absolute, tag_uri
from broadsheet.views.permalink import lasting_address

GAPS = (DayState.PARTIAL, DayState.FAILED, DayState.MISSING)


def finished_weeks(catalogue: Catalogue, limit: int) -> list[str]:
    """Return the newest finished weeks, newest first. A week is finished, and final, once a later week has begun."""
    newest = catalogue.newest_day()
    weeks = catalogue.periods("week")[: -limit - 2 : -1]
    return [week for week in weeks if newest and week < week_of(newest)][:limit]


def appearance(catalogue: Catalogue, week: str) -> dt.datetime:
    """Return the day on which a finished week appears in feeds: the first with a page in a later week."""
    days = catalogue.periods("day")
    return midnight(days[bisect_right(days, week_span(week)[1])])


def daily_edition(catalogue: Catalogue, settings: Settings, date: str) -> FeedItem:
    """Return the edition of a day that has a page."""
    head = catalogue.head(date)
    assert head is not None
    entries = catalogue.day(date)
    return _edition(
        settings,
        name=f"daily/{date}",
        address=day_address(date),
        date=midnight(date),
        title=f"{formats.day(date)}: {_outcome(formatting.label(head), head.papers, entries)}",
        lead=_day_in_words(head),
        state=head.state,
        entries=entries,
        papers=head.papers,
        updated=_last_change([head], entries),
    )


def weekly_edition(catalogue: Catalogue, settings: Settings, week: str) -> FeedItem:
    """Return the edition of a finished week, dated by the day on which it appears."""
    first, last = week_span(week)
    heads = [head for head in catalogue.span(first, last) if head]
    sums = totals(heads)
    best = catalogue.best(first, last, settings.feeds.edition_papers)
    state = _week_state(heads, sums.papers)
    label = formatting.state_label(state)
    return _edition(
        settings,
        name=f"weekly/{week}",
        address=week_address(week),
        date=appearance(catalogue, week),
        title=f"{formats.week(week)}: {_outcome(label, sums.papers, best)}",
        lead=_week_in_words(heads, sums),
        state=state,
        entries=best,
        papers=sums.papers,
        updated=_last_change(heads, [entry for head in heads if head.papers for entry in catalogue.day(head.date)]),
    )


def _last_change(heads: Iterable[DayHead], entries: Iterable[Entry]) -> dt.datetime | None:
    """Return the end of the last run that changed one of the days, or a later change of a paper."""
    runs = (time for head in heads if head.receipt for time in times(head.receipt.finished))
    return max([*runs, *changes(entries)], default=None)


def _edition(
    settings: Settings,
    *,
    name: str,
    address: str,
    date: dt.datetime,
    title: str,
    lead: str,
    state: DayState,
    entries: Sequence[Entry],
    papers: int,
    updated: dt.datetime | None,
) -> FeedItem:
    link = absolute(settings, address)
    limits = settings.feeds
    context = {
        "lead": lead,
        "link": link,
        "papers": papers,
        "contents": [_line_of_contents(entry, settings) for entry in entries],
        "sections": [_section(entry, settings) for entry in entries[: limits.edition_papers]],
        "abstracts": limits.edition_abstracts,
    }
    return FeedItem(
        id=tag_uri(settings, "edition", name),
        title=title,
        link=link,
        date=date,
        summary=summary(lead),
        html=html("feed_edition.html.j2", **context),
        categories=() if state in formatting.UNREMARKED else (state.value,),
        updated=updated,
    )


def _line_of_contents(entry: Entry, settings: Settings) -> tuple[str, str, str]:
    """Return title, address and scores: every paper has them here, and only the best a section."""
    paper = entry.paper
    scores = "" if paper.score is None else formatting.scores_inline(paper.relevance, paper.novelty)
    return rendering.plain(entry.paper.title), absolute(settings, lasting_address(entry, settings)), scores


def _section(entry: Entry, settings: Settings) -> dict[str, object]:
    names = list(map(readable_name, entry.paper.authors[: settings.pages.authors]))
    more = len(entry.paper.authors) - len(names)
    return {
        "paper": entry.paper,
        "link": absolute(settings, lasting_address(entry, settings)),
        "authors": formats.names_and_more(names, more),
        "scores": scores_in_words(entry.paper),
        "topics": topic_names(entry, settings),
    }


def _outcome(label: formatting.Label, papers: int, entries: Sequence[Entry]) -> str:
    return outcome(label, papers, rendering.plain(entries[0].paper.title) if entries else None)


def _day_in_words(head: DayHead) -> str:
    label = formatting.label(head)
    parts = [
        formats.quantity(head.papers, "%(number)s paper.", "%(number)s papers.") if head.papers else "",
        f"{label.word}: {rendering.plain(label.text)}" if head.state != DayState.UNKNOWN else "",
    ]
    parts += [_receipt_in_words(head.receipt), rendering.plain(head.receipt.note or "")] if head.receipt else []
    return " ".join(part for part in parts if part) or gettext("No papers.")


def _receipt_in_words(receipt: Receipt) -> str:
    """Return ``1,691 announced, 1,027 scanned; gpt-4o, 124,807 tokens, $0.42.`` without unknown figures."""
    announced, scanned = receipt.announced, receipt.scanned
    counts = (
        [formats.quantity(announced, "%(number)s announced", "%(number)s announced")] if announced is not None else []
    )
    counts += [formats.quantity(scanned, "%(number)s scanned", "%(number)s scanned")] if scanned is not None else []
    costs = [formatting.scorers(receipt)] if receipt.model or receipt.scorers else []
    costs += [formats.tokens(receipt.tokens.total)] if receipt.tokens else []
    costs += [formatting.cost(receipt.cost)] if receipt.cost and receipt.cost.total is not None else []
    words = "; ".join(", ".join(part) for part in (counts, costs) if part)
    return f"{words}." if words else ""


def _week_state(heads: Sequence[DayHead], papers: int) -> DayState:
    """Return the state of a week: partial or failed if a day is incomplete, quiet if nothing was announced."""
    gaps = any(head.state in GAPS for head in heads)
    if not papers:
        return DayState.FAILED if gaps else DayState.QUIET
    return DayState.PARTIAL if gaps else DayState.OK


def _week_in_words(heads: Sequence[DayHead], sums: Totals) -> str:
    # Translators: papers is "84 papers on 5 days".
    counts = gettext("%(papers)s, from %(first)s to %(last)s.") % {
        "papers": formats.papers_on_days(sums.papers, sums.days),
        "first": formats.long_date(heads[0].date),
        "last": formats.long_date(heads[-1].date),
    }
    gaps = [
        f"{formatting.state_label(head.state).word}: {formats.day(head.date)}." for head in heads if head.state in GAPS
    ]
    return " ".join([counts, *gaps])
