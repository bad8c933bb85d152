"""``/papers/ID/``: a paper with all its scores, days, publications, related papers and citations.

A key is a day, for the papers that it was the first to show. So one more day renders the pages of its new papers, and
of the older ones that it shows again. Functions replace a template, as in `views.paper`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry, day_address
from broadsheet.index.places import Places
from broadsheet.index.related import RelatedPapers
from broadsheet.model.author_names import name_key
from broadsheet.model.doi import doi_url
from broadsheet.model.paper import Links, Paper
from broadsheet.model.publication import Publication
from broadsheet.model.scorer import Scorer
from broadsheet.settings.config import Settings
from broadsheet.settings.rubric import Rubric
from broadsheet.text import formats, rendering
from broadsheet.text.sanitize import escaped
from broadsheet.text.tex_names import readable_name
from broadsheet.translations import SOURCE, gettext, pgettext
from broadsheet.views.alternates.attach import has_alternates, with_alternates
from broadsheet.views.alternates.page_content import PageContent
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.citation_meta import paper_tags
from broadsheet.views.citations import FORMATS, Citation
from broadsheet.views.data_attributes import scores_and_topics
from broadsheet.views.foreign_text import attributes, isolated
from broadsheet.views.page import Page, relative
from broadsheet.views.paper import (
    MakeLink,
    author_list,
    from_sources,
    other_links,
    publication_notes,
    topic_link,
)
from broadsheet.views.permalink import author_address, has_page, paper_address
from broadsheet.views.place import entry_place, place_sentence, places_of
from broadsheet.views.score import ScoreRenderer, by_scorer, grade_paragraphs
from broadsheet.views.share.card import CARD, has_card
from broadsheet.views.signposting import paper_links
from broadsheet.views.structured_data import json_ld, paper_data
from broadsheet.views.topic_colours import hue_of, topic_hues

DESCRIPTION_CHARS = 200
# The last day decides these fields, whichever day has the newest version of the text.
LATEST_FIELDS = ("updated", "doi", "journal_ref", "arxiv_comment", "upvotes", "comments", "announce_type")


class PaperHistory(NamedTuple):
    """A paper as it is now, its entries (oldest first), its publications and related papers.

    `places` has those of scores, by day; `author_slugs` has the pages of authors, by a name's key.
    `citation_key` is empty if no other work has the paper's own.
    """

    paper: Paper
    entries: Sequence[Entry]
    publications: Sequence[Publication]
    places: Mapping[str, Places]
    related: RelatedPapers
    author_slugs: Mapping[str, str]
    citation_key: str


class EarlierScore(msgspec.Struct, frozen=True):
    """A score that a later one replaced, as `broadsheet.daily.score` keeps it in the paper's line."""

    relevance: int | float | None = None
    novelty: int | float | None = None
    comment: str | None = None
    scorer: Scorer | None = None


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return every day that may be the first to show a paper with a page."""
    if settings.paper_pages == "none":
        return []
    return [date for date in catalogue.periods() if (head := catalogue.head(date)) and head.papers]


def pages(catalogue: Catalogue, settings: Settings, key: str) -> Iterator[Page]:
    """Yield the pages of the papers that were first shown on the day `key`."""
    papers = entries_of_papers(catalogue, settings, key)
    if not papers:
        return
    all_entries = [entry for entries in papers for entry in entries]
    publications = _publications(catalogue, sorted({entry.date for entry in all_entries}))
    places = places_of(catalogue, all_entries)
    related, author_slugs = catalogue.related(key), catalogue.author_links(key)
    citation_keys = catalogue.paper_keys(key)
    is_shared = has_card(catalogue, settings, key)
    for entries in papers:
        name = entries[0].paper.arxiv_id
        history = PaperHistory(
            paper=latest(entries),
            entries=entries,
            publications=[*publications.get(name, {}).values()],
            places=places,
            related=related.get(name, RelatedPapers([], [])),
            author_slugs=author_slugs,
            citation_key=citation_keys.get(name, ""),
        )
        page = _page(history, settings)
        if is_shared:
            page = page._replace(card=page.address + CARD)
        is_recent = has_alternates(catalogue, settings, page.updated)
        yield with_alternates(page, _content(history), settings) if is_recent else page


def entries_of_papers(catalogue: Catalogue, settings: Settings, date: str) -> list[list[Entry]]:
    """Return the entries, oldest first, of each paper with a page that was first shown on a day."""
    first = [entry for entry in catalogue.day(date) if entry.first_seen == date and has_page(entry, settings)]
    later = catalogue.later_entries(date) if first else []
    return [[entry, *(other for other in later if other.paper.arxiv_id == entry.paper.arxiv_id)] for entry in first]


def _publications(catalogue: Catalogue, dates: Iterable[str]) -> dict[str, dict[str, Publication]]:
    """Return the publications of the papers of `dates`, by paper and by id."""
    publications: dict[str, dict[str, Publication]] = {}
    for date in dates:
        for name, works in catalogue.publications_on(date).items():
            publications.setdefault(name, {}).update({work.id: work for work in works})
    return publications


def _content(history: PaperHistory) -> PageContent:
    published = {history.paper.arxiv_id: history.publications}
    return PageContent("paper", paper=history.paper, papers=history.entries, published=published, places=history.places)


def latest(entries: Sequence[Entry]) -> Paper:
    """Return one paper out of its entries: the text of the newest version, other facts of the last day."""
    if len(entries) == 1:
        return entries[0].paper
    newest_first = [entry.paper for entry in reversed(entries)]
    base = max((entry.paper for entry in entries), key=lambda paper: paper.version or 0)
    fields: dict[str, Any] = {}
    for field in Paper.__struct_fields__:
        papers = newest_first if field in LATEST_FIELDS else (base, *newest_first)
        values = (getattr(paper, field) for paper in papers)
        fields[field] = next((value for value in values if value not in (None, (), "")), None)
    links = [paper.links for paper in newest_first if paper.links]
    fields["links"] = Links(
        **{name: next(filter(None, (getattr(link, name) for link in links)), None) for name in Links.__struct_fields__}
    )
    fields["extra"] = {key: value for paper in reversed(newest_first) for key, value in paper.extra.items()}
    return msgspec.structs.replace(base, **{name: value for name, value in fields.items() if value is not None})


def _page(history: PaperHistory, settings: Settings) -> Page:
    paper = history.paper
    address = paper_address(history.entries[0], settings)
    link = partial(relative, base=address)
    title = rendering.plain(paper.title) or paper.arxiv_id
    heading = rendering.title(paper.title)
    about = _description(paper)
    first = history.entries[0].date
    back = f'<a href="{link(day_address(first))}">‹ {formats.day(first)}</a>'
    where = escaped(gettext("You are here"))
    return Page(
        address=address,
        title=title,
        description=about,
        lead=f'<nav class="page-nav" aria-label="{where}">\n{back}\n</nav>',
        body="".join(_body(history, settings, link)),
        updated=history.entries[-1].date,
        head=(
            *paper_tags(paper, history.publications),
            *paper_links(paper),
            json_ld(paper_data(paper, address, settings)),
        ),
        heading=heading if "<math" in heading else "",
        title_language=SOURCE,
        script="assets/paper-page.js",
        reader=True,
    )


def _description(paper: Paper) -> str:
    """Return the first author and the beginning of the abstract, in at most `DESCRIPTION_CHARS` characters."""
    names = formats.first_author(list(map(readable_name, paper.authors)))
    description = ". ".join(filter(None, (names, rendering.plain(paper.abstract or paper.comment or ""))))
    if len(description) <= DESCRIPTION_CHARS:
        return description
    return description[:DESCRIPTION_CHARS].rpartition(" ")[0] + " …"


def _body(history: PaperHistory, settings: Settings, link: MakeLink) -> Iterator[str]:
    paper = history.paper
    by = gettext("Authors not given")
    if paper.authors:
        by = author_list(paper.authors, settings.pages.authors, partial(_author, slugs=history.author_slugs, link=link))
    hues = topic_hues(settings.topics)
    hue = hue_of(history.entries[-1], hues)
    scores = ScoreRenderer(settings.rubric, (), {})
    data = f'data-paper="{escaped(paper.arxiv_id)}" data-title="{escaped(rendering.plain(paper.title))}"'
    data += f" {scores_and_topics([*history.entries[-1:], *_rated(history)[:1]][-1])}"
    yield f'<div class="digest layout">\n<article class="column paper-page hue-{hue}" {data}>\n'
    yield from (f"{scores.mark(entry)}\n" for entry in _rated(history)[:1] if entry.paper.score is not None)
    yield f'<div class="authors">{by}</div>\n<p class="links">{" ".join(_links(paper))}</p>\n'
    if paper.extra.get("withdrawn"):
        yield _withdrawal(paper.arxiv_comment)
    yield from publication_notes(history.publications, link)
    yield from _ratings(history, settings.rubric)
    topics = {topic for entry in history.entries for topic in entry.topics}
    if links := "".join([topic_link(topic, hues[topic.id], link) for topic in settings.topics if topic.id in topics]):
        yield f'<p class="meta">{links}</p>\n'
    if paper.abstract:
        start = f'<h2>{gettext("Abstract")}</h2>\n<p class="abstract"{attributes(paper.abstract)}>'
        yield f"{start}{rendering.html(paper.abstract)}</p>\n"
    yield from _related(history.related, settings, link)
    yield from _citations(paper, history.citation_key)
    label = escaped(gettext("Facts"))
    yield f'</article>\n<aside class="sidebar" aria-label="{label}">\n<dl class="facts">\n'
    yield from (f"<div><dt>{name}</dt><dd>{fact}</dd></div>\n" for name, fact in _facts(paper) if fact)
    yield "</dl>\n"
    yield from _days(history.entries, settings, link)
    yield "</aside>\n</div>"


def _author(name: str, slugs: Mapping[str, str], link: MakeLink) -> str:
    slug = slugs.get(name_key(name))
    return f'<a href="{link(author_address(slug))}">{isolated(name)}</a>' if slug else isolated(name)


def _withdrawal(comment: str | None) -> str:
    from broadsheet.providers.arxiv.withdrawal import is_by_arxiv  # noqa: PLC0415 - its package takes 40 ms

    remark = f": {rendering.html(comment)}" if comment else ""
    if is_by_arxiv(comment or ""):
        words = gettext('<span class="state failed">Withdrawn</span> by arXiv')
    else:
        words = gettext('<span class="state failed">Withdrawn</span> by its authors')
    return f'<p class="note">{words}{remark}</p>\n'


def _links(paper: Paper) -> Iterator[str]:
    arxiv = arxiv_urls(paper.arxiv_id)
    if arxiv is None:
        words = gettext("%(id)s, an id that has lost its archive and cannot be followed")
        yield words % {"id": escaped(paper.arxiv_id)}
    else:
        urls = [("arXiv", arxiv.abstract), ("PDF", arxiv.pdf), ("HTML", arxiv.html)]
        yield from (f'<a href="{escaped(url)}">{label}</a>' for label, url in urls if url)
    yield from other_links(paper)


def _rated(history: PaperHistory) -> list[Entry]:
    """Return the entries with different ratings, newest first."""
    papers = ((entry, entry.paper) for entry in reversed(history.entries))
    ratings = {(paper.relevance, paper.novelty, paper.comment, paper.scorer): entry for entry, paper in papers}
    return [entry for entry in ratings.values() if entry.paper.score is not None or entry.paper.comment]


def _ratings(history: PaperHistory, rubric: Rubric) -> Iterator[str]:
    """Yield each rating with its comment and scorer."""
    rated = _rated(history)
    for entry in rated or history.entries[:1]:
        facts = _rating_facts(entry, history.places, with_date=len(rated) > 1)
        yield f'<section class="rating">\n{"".join(_rating(entry.paper, rubric, facts))}</section>\n'


def _rating(paper: Paper, rubric: Rubric, facts: Sequence[str]) -> Iterator[str]:
    if paper.comment:
        yield f'<p class="comment">{rendering.html(paper.comment)}</p>\n'
    if paper.score is not None:
        yield from grade_paragraphs(paper, rubric)
    if facts:
        yield f'<p class="meta">{" ".join([f"<span>{fact}</span>" for fact in facts])}</p>\n'
    yield from _earlier_scores(paper)


def _rating_facts(entry: Entry, places: Mapping[str, Places], with_date: bool) -> list[str]:
    paper = entry.paper
    facts = [
        "" if paper.score is not None else gettext("not scored"),
        place_sentence(entry_place(places, entry), entry.date),
        by_scorer(paper.scorer) if paper.scorer else "",
        gettext("on %(day)s") % {"day": formats.long_date(entry.date)} if with_date else "",
    ]
    return [fact for fact in facts if fact]


def _earlier_scores(paper: Paper) -> Iterator[str]:
    """Yield the scores that later ones replaced, newest first; nothing if the line has them in another form."""
    try:
        earlier = msgspec.convert(paper.extra.get("earlier_scores", []), list[EarlierScore])
    except msgspec.ValidationError:
        return
    for score in reversed(earlier):
        numbers = f"{formats.number(score.relevance)}/{formats.number(score.novelty)}"
        words = gettext("Earlier: relevance/novelty %(numbers)s") % {"numbers": numbers}
        by = f" {by_scorer(score.scorer)}" if score.scorer else ""
        comment = f": {rendering.html(score.comment)}" if score.comment else ""
        yield f'<p class="note">{words}{by}{comment}</p>\n'


def _days(entries: Iterable[Entry], settings: Settings, link: MakeLink) -> Iterator[str]:
    yield f'<h2>{gettext("In the digest")}</h2>\n<ul class="titles">\n'
    for entry in entries:
        day = f'<a href="{escaped(link(entry.address))}">{formats.day(entry.date)}</a>'
        yield f'<li>{day} <span class="muted">{from_sources(entry, settings)}</span></li>\n'
    yield "</ul>\n"


def _related(related: RelatedPapers, settings: Settings, link: MakeLink) -> Iterator[str]:
    """Yield the sections of related papers: older ones, then newer ones."""
    older = {entry.paper.arxiv_id for entry in related.earlier}
    later = [entry for entry in related.later if entry.paper.arxiv_id not in older]
    headings = (gettext("Related papers"), gettext("Newer related papers"))
    for heading, entries in zip(headings, (related.earlier, later), strict=True):
        if entries:
            yield f'<section class="related">\n<h2>{heading}</h2>\n<ul>\n'
            for entry in entries:
                to = escaped(link(paper_address(entry, settings)))
                day = f'<span class="muted">{formats.long_date(entry.date)}</span>'
                title = f'<a href="{to}"{attributes(entry.paper.title)}>{rendering.title(entry.paper.title)}</a>'
                yield f"<li>{title} {day}</li>\n"
            yield "</ul>\n</section>\n"


def _citations(paper: Paper, key: str) -> Iterator[str]:
    yield f'<section class="cite">\n<h2>{pgettext("heading", "Cite")}</h2>\n'
    citation = Citation.of(msgspec.structs.replace(paper, abstract=None), key)  # the page has it; cite.js copies it
    for form in FORMATS:
        text = _escape_content(form.join([citation]))
        yield f"<details><summary>{form.name}</summary><pre><code>{text}</code></pre></details>\n"
    yield "</section>\n"


def _escape_content(text: str) -> str:
    """Return `text` escaped for element content, with its quotes unchanged: CSL-JSON has many."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _facts(paper: Paper) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the paper's facts; a value may be empty."""
    yield gettext("Id"), escaped(paper.arxiv_id)
    yield gettext("Submitted"), escaped(formats.long_date(paper.published)) if paper.published else ""
    yield gettext("Version"), _version(paper)
    yield gettext("Announced as"), escaped(paper.announce_type or "")
    yield gettext("Categories"), escaped(" ".join(paper.categories))
    yield gettext("Published in"), str(rendering.html(paper.journal_ref or ""))
    doi = doi_url(paper.doi)
    yield "DOI", f'<a href="{escaped(doi)}" rel="noopener nofollow">{escaped(paper.doi or "")}</a>' if doi else ""
    yield gettext("Remarks"), str(rendering.html(paper.arxiv_comment or ""))
    yield gettext("Upvotes"), formats.number(paper.upvotes) if paper.upvotes is not None else ""
    yield gettext("Discussion"), formats.comments(paper.comments) if paper.comments is not None else ""


def _version(paper: Paper) -> str:
    """Return ``v2 of 27 May 2025``, or the part of it that is known."""
    version = f"v{paper.version}" if paper.version else ""
    changed = escaped(formats.long_date(paper.updated)) if paper.updated else ""
    if version and changed:
        return gettext("%(version)s of %(day)s") % {"version": version, "day": changed}
    return version or changed
