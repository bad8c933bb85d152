"""``/papers/ID/``: all that the digest knows of a paper, and how to cite it.

One key is a day: the papers it was the first to show. So one more day makes its own papers' pages, and those of the
older ones it shows again. Functions instead of a template, as for the papers of a day's page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from generator.catalogue.days import Entry, day_address
from generator.catalogue.index import Catalogue
from generator.catalogue.relatives import Related
from generator.catalogue.tallies import Standing
from generator.ground import text
from generator.ground.author_names import name_key
from generator.ground.bibliography import bibtex, csl_json
from generator.ground.characters import escaped
from generator.ground.config import Rubric, Settings
from generator.ground.doi import doi_url
from generator.ground.model import Links, Paper, Scorer
from generator.ground.publication import Publication
from generator.ground.ris import ris
from generator.views import wording
from generator.views.arxiv import addresses
from generator.views.page import Page, relative
from generator.views.paper import Link, Sheet, authors, other_links, published_notes
from generator.views.permalink import author_address, has_page, paper_address
from generator.views.scholar import tags
from generator.views.score import grades_in_full, place_in_full, scorer_words, standings_of
from generator.views.twins.beside import is_recent, twinned
from generator.views.twins.twin import Twin

ABOUT = 200  # characters of a description
# What a later sighting of a paper knows better, whichever version of its text is the newest.
CHANGING = ("updated", "doi", "journal_ref", "arxiv_comment", "upvotes", "comments", "announce_type")


class Story(NamedTuple):
    """A paper as it is by now, the days that showed it (oldest first), and what became of it.

    `standings` has the scores that those of each of these days are held against; `authors` the pages of authors, by
    the name's key.
    """

    paper: Paper
    shown: Sequence[Entry]
    published: Sequence[Publication]
    standings: Mapping[str, Standing]
    related: Related
    authors: Mapping[str, str]


class EarlierScore(msgspec.Struct, frozen=True):
    """A score from before the paper was scored anew, as `generator.pipeline.scoring` keeps it in the paper's line."""

    relevance: int | float | None = None
    novelty: int | float | None = None
    comment: str | None = None
    scorer: Scorer | None = None


def keys(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Every day that may be the first to show a paper with a page."""
    if settings.paper_pages == "none":
        return []
    return [date for date in catalogue.listed() if (head := catalogue.head(date)) and head.papers]


def pages(catalogue: Catalogue, settings: Settings, date: str) -> Iterator[Page]:
    """The pages of the papers that were first shown on `date`."""
    first = [entry for entry in catalogue.day(date) if entry.first_seen == date and has_page(entry, settings)]
    again = catalogue.shown_again(date) if first else []
    dates = [date, *sorted({entry.date for entry in again})] if first else []
    published: dict[str, dict[str, Publication]] = {}
    for day in dates:
        for name, works in catalogue.published_on(day).items():
            published.setdefault(name, {}).update({work.id: work for work in works})
    standings = standings_of(catalogue, [*first, *again])
    related = catalogue.related(date) if first else {}
    pages_of = catalogue.author_links(date) if first else {}
    for entry in first:
        name = entry.paper.arxiv_id
        shown = [entry, *(other for other in again if other.paper.arxiv_id == name)]
        works = [*published.get(name, {}).values()]
        near = related.get(name, Related([], []))
        story = Story(_by_now(shown), shown, works, standings, near, pages_of)
        page = _page(story, settings)
        recent = is_recent(catalogue, settings, page.updated)
        yield twinned(page, _twin(story), settings) if recent else page


def _twin(story: Story) -> Twin:
    became = {story.paper.arxiv_id: story.published}
    return Twin("paper", paper=story.paper, papers=story.shown, published=became)


def _by_now(shown: Sequence[Entry]) -> Paper:
    """One paper out of what its days say: the text of the newest version, and what was learned last."""
    if len(shown) == 1:
        return shown[0].paper
    newest_first = [entry.paper for entry in reversed(shown)]
    base = max((entry.paper for entry in shown), key=lambda paper: paper.version or 0)
    found: dict[str, Any] = {}
    for field in Paper.__struct_fields__:
        told = newest_first if field in CHANGING else (base, *newest_first)
        found[field] = next((it for paper in told if (it := getattr(paper, field)) not in (None, (), "")), None)
    links = [paper.links for paper in newest_first if paper.links]
    found["links"] = Links(
        **{n: next((u for x in links if (u := getattr(x, n))), None) for n in Links.__struct_fields__}
    )
    found["extra"] = {key: value for paper in reversed(newest_first) for key, value in paper.extra.items()}
    return msgspec.structs.replace(base, **{name: it for name, it in found.items() if it is not None})


def _page(story: Story, settings: Settings) -> Page:
    it = story.paper
    address = paper_address(story.shown[0], settings)
    link = partial(relative, base=address)
    title = text.plain(it.title) or it.arxiv_id
    marked = text.title(it.title)
    about = _about(it)
    first = story.shown[0].date
    back = f'<a href="{link(day_address(first))}">‹ {wording.day(first)}</a>'
    return Page(
        address=address,
        title=title,
        description=about,
        lead=f'<nav class="days" aria-label="Where you are">\n{back}\n</nav>',
        body="".join(_body(story, settings, link)),
        updated=story.shown[-1].date,
        head=tuple(tags(it, story.published, address, about, settings)),
        heading=marked if "<math" in marked else "",
        script="assets/paper.js",
    )


def _about(it: Paper) -> str:
    """The first author and the beginning of the abstract, in so many characters."""
    names = text.name(it.authors[0]) + (" and others" if len(it.authors) > 1 else "") if it.authors else ""
    said = ". ".join(filter(None, (names, text.plain(it.abstract or it.comment or ""))))
    return said if len(said) <= ABOUT else said[:ABOUT].rpartition(" ")[0] + " …"


def _body(story: Story, settings: Settings, link: Link) -> Iterator[str]:
    it, sheet = story.paper, Sheet(settings, link)
    by = "Authors not given"
    if it.authors:
        by = authors(it.authors, settings.pages.authors, partial(_author, pages_of=story.authors, link=link))
    named = f'data-paper="{escaped(it.arxiv_id)}" data-title="{escaped(text.plain(it.title))}"'
    yield f'<div class="digest sheet">\n<article class="column pub" {named}>\n<div class="by">{by}</div>\n'
    yield f'<p class="links">{"".join(_links(it))}</p>\n'
    if it.extra.get("withdrawn"):
        yield _withdrawal(it.arxiv_comment)
    yield from published_notes(story.published, link)
    yield from _verdicts(story, settings.rubric)
    topics = {topic for entry in story.shown for topic in entry.topics}
    if listed := sheet.topics(msgspec.structs.replace(story.shown[0], topics=tuple(topics))):
        yield f'<p class="meta">{listed}</p>\n'
    if it.abstract:
        yield f'<h2>Abstract</h2>\n<p class="abstract">{text.html(it.abstract)}</p>\n'
    yield from _shown(story.shown, settings, link)
    yield from _related(story.related, settings, link)
    yield from _citations(it)
    yield '</article>\n<aside class="rail" aria-label="Facts">\n<dl class="facts">\n'
    yield from (f"<div><dt>{name}</dt><dd>{fact}</dd></div>\n" for name, fact in _facts(it) if fact)
    yield "</dl>\n</aside>\n</div>"


def _author(name: str, pages_of: Mapping[str, str], link: Link) -> str:
    slug = pages_of.get(name_key(name))
    return f'<a href="{link(author_address(slug))}">{escaped(name)}</a>' if slug else escaped(name)


def _withdrawal(comment: str | None) -> str:
    from generator.ground.withdrawal import is_by_arxiv  # noqa: PLC0415 - few papers are withdrawn, its patterns large

    reason = f": {text.html(comment)}" if comment else ""
    by = "arXiv" if is_by_arxiv(comment or "") else "its authors"
    return f'<p class="note"><span class="state failed">Withdrawn</span> by {by}{reason}</p>\n'


def _links(it: Paper) -> Iterator[str]:
    arxiv = addresses(it.arxiv_id)
    if arxiv is None:
        yield f"{escaped(it.arxiv_id)}, an id that has lost its archive and cannot be followed"
    else:
        places = [("arXiv", arxiv.abstract), ("PDF", arxiv.pdf), ("HTML", arxiv.html)]
        yield " · ".join([f'<a href="{escaped(url)}">{label}</a>' for label, url in places if url])
    yield from other_links(it)


def _verdicts(story: Story, rubric: Rubric) -> Iterator[str]:
    """Each score in full, with its comment and who gave it, newest first; the same words on several days, once."""
    said = {(e.paper.relevance, e.paper.novelty, e.paper.comment, e.paper.scorer): e for e in reversed(story.shown)}
    given = [entry for entry in said.values() if entry.paper.score is not None or entry.paper.comment]
    for entry in given or story.shown[:1]:
        it = entry.paper
        if it.comment:
            yield f'<p class="why">{text.html(it.comment)}</p>\n'
        if it.score is not None:
            yield from grades_in_full(it, rubric)
        facts = [
            "" if it.score is not None else "not scored",
            place_in_full(it, story.standings[entry.date], entry.date),
            f"by {scorer_words(it.scorer)}" if it.scorer else "",
            f"on {wording.long_date(entry.date)}" if len(given) > 1 else "",
        ]
        if any(facts):
            yield f'<p class="meta">{" ".join([f"<span>{fact}</span>" for fact in facts if fact])}</p>\n'
        yield from _earlier_scores(it)


def _earlier_scores(it: Paper) -> Iterator[str]:
    """What the paper was given before it was scored anew, the last first, as far as the line can be understood."""
    try:
        earlier = msgspec.convert(it.extra.get("earlier_scores", []), list[EarlierScore])
    except msgspec.ValidationError:
        return
    for score in reversed(earlier):
        given = f"{wording.number(score.relevance)}/{wording.number(score.novelty)}"
        by = f" by {scorer_words(score.scorer)}" if score.scorer else ""
        said = f": {text.html(score.comment)}" if score.comment else ""
        yield f'<p class="note">Earlier: relevance/novelty {given}{by}{said}</p>\n'


def _shown(shown: Iterable[Entry], settings: Settings, link: Link) -> Iterator[str]:
    yield "<h2>In the digest</h2>\n<ul>\n"
    for entry in shown:
        names = " and ".join(settings.sources.get(source, source) for source in entry.sources)
        day = f'<a href="{escaped(link(entry.address))}">{wording.day(entry.date)}</a>'
        yield f'<li>{day} <span class="dim">place {entry.rank}, from {escaped(names)}</span></li>\n'
    yield "</ul>\n"


def _related(related: Related, settings: Settings, link: Link) -> Iterator[str]:
    """Papers about the same: those from before, and those that came since."""
    named = {entry.paper.arxiv_id for entry in related.earlier}
    later = [entry for entry in related.later if entry.paper.arxiv_id not in named]
    for heading, entries in (("Related papers", related.earlier), ("Related papers since", later)):
        if entries:
            yield f'<section class="related">\n<h2>{heading}</h2>\n<ul>\n'
            for entry in entries:
                to = escaped(link(paper_address(entry, settings)))
                day = f'<span class="dim">{wording.long_date(entry.date)}</span>'
                yield f'<li><a href="{to}">{text.title(entry.paper.title)}</a> {day}</li>\n'
            yield "</ul>\n</section>\n"


def _citations(it: Paper) -> Iterator[str]:
    yield '<section class="cite">\n<h2>Cite</h2>\n'
    for name, said in (("BibTeX", bibtex(it)), ("RIS", ris(it)), ("CSL-JSON", csl_json(it))):
        yield f"<details><summary>{name}</summary><pre><code>{_quoted(said)}</code></pre></details>\n"
    yield "</section>\n"


def _quoted(said: str) -> str:
    """Escaped for content alone, where quotes may stay: CSL-JSON is full of them."""
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _facts(it: Paper) -> Iterator[tuple[str, str]]:
    """What became of it, as far as the data say."""
    changed = wording.long_date(it.updated) if it.updated else ""
    yield "Id", escaped(it.arxiv_id)
    yield "Submitted", escaped(wording.long_date(it.published)) if it.published else ""
    yield "Version", " of ".join(filter(None, (f"v{it.version}" if it.version else "", escaped(changed))))
    yield "Announced as", escaped(it.announce_type or "")
    yield "Categories", escaped(" ".join(it.categories))
    yield "Published in", str(text.html(it.journal_ref or ""))
    doi = doi_url(it.doi)
    yield "DOI", f'<a href="{escaped(doi)}" rel="noopener nofollow">{escaped(it.doi or "")}</a>' if doi else ""
    yield "Comments", str(text.html(it.arxiv_comment or ""))
    yield "Upvotes", wording.number(it.upvotes) if it.upvotes is not None else ""
    yield "Discussion", wording.count(it.comments, "comment") if it.comments is not None else ""
