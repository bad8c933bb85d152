"""``/about/``: how papers are chosen and scored: topics, rubric, exact prompt, models and costs to date."""

from collections.abc import Iterator

from broadsheet import HOMEPAGE
from broadsheet.index.catalogue import Catalogue
from broadsheet.index.totals import totals
from broadsheet.settings.config import Settings
from broadsheet.settings.prompt import compose
from broadsheet.translations import gettext
from broadsheet.views.alternates.json_alternate import SCHEMA
from broadsheet.views.downloads import FIELDS, FORMATS, INDEX_PATH, LICENCE, TABLES, Download, download_names
from broadsheet.views.feeds.registry import absolute
from broadsheet.views.page import Page
from broadsheet.views.pages.embed import PAPERS, PUBLICATIONS, SCRIPT
from broadsheet.views.pages.publications import OVERVIEW
from broadsheet.views.render import render
from broadsheet.views.structured_data import dataset, json_ld

ADDRESS = "about/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the page."""
    system, user = compose(settings)
    scales = ((gettext("Relevance"), settings.rubric.relevance), (gettext("Novelty"), settings.rubric.novelty))
    downloads = [Download(name, ()) for name in download_names(catalogue, settings)]
    context = {
        "settings": settings,
        "scales": scales,
        "system": system,
        "user": user,
        "total": totals(catalogue.days()),
        "papers": catalogue.paper_count(),
        "newest": catalogue.newest_day(),
        "downloads": [(download, FORMATS) for download in downloads],
        "downloads_index": INDEX_PATH,
        "licence": gettext(LICENCE),
        "tables": {name: gettext(words) for name, words in TABLES.items()},
        "fields": {name: gettext(words) for name, words in FIELDS.items()},
        "schema": SCHEMA,
        "homepage": HOMEPAGE,
        "embed_script": absolute(settings, SCRIPT),
        "embed_lists": _embed_lists(catalogue, settings),
    }
    yield Page(
        address=ADDRESS,
        title=gettext("About"),
        description=gettext("How papers are chosen and scored, and what it has cost"),
        body=render("about.html.j2", ADDRESS, **context),
        head=(json_ld(dataset(downloads, _days(catalogue), settings)),) if downloads else (),
    )


def _days(catalogue: Catalogue) -> tuple[str, str] | None:
    """Return the first and the last day with a page."""
    days = catalogue.periods()
    return (days[0], days[-1]) if days else None


def _embed_lists(catalogue: Catalogue, settings: Settings) -> list[tuple[str, str, str]]:
    """Return the lists for other pages: name, address of the page, and title."""
    lists = [(PAPERS, absolute(settings, ""), gettext("The newest papers"))]
    has_publications = bool(catalogue.newest_publications(1))
    ours = (PUBLICATIONS, absolute(settings, OVERVIEW), gettext("Our publications"))
    return [*lists, ours] if has_publications else lists
