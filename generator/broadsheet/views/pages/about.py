"""``/about/``: how papers are chosen and scored: topics, rubric, exact prompt, models and costs to date."""

from collections.abc import Iterator

from broadsheet import HOMEPAGE
from broadsheet.index.catalogue import Catalogue
from broadsheet.index.totals import totals
from broadsheet.settings.config import Settings
from broadsheet.settings.prompt import compose
from broadsheet.views.alternates.json_alternate import SCHEMA
from broadsheet.views.downloads import FIELDS, FORMATS, INDEX_PATH, LICENCE, TABLES, Download, download_names
from broadsheet.views.page import Page
from broadsheet.views.render import render

ADDRESS = "about/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """Yield the page."""
    system, user = compose(settings)
    scales = (("Relevance", settings.rubric.relevance), ("Novelty", settings.rubric.novelty))
    context = {
        "settings": settings,
        "scales": scales,
        "system": system,
        "user": user,
        "total": totals(catalogue.days()),
        "newest": catalogue.newest_day(),
        "downloads": [(Download(name, ()), FORMATS) for name in download_names(catalogue, settings)],
        "downloads_index": INDEX_PATH,
        "licence": LICENCE,
        "tables": TABLES,
        "fields": FIELDS,
        "schema": SCHEMA,
        "homepage": HOMEPAGE,
    }
    yield Page(
        address=ADDRESS,
        title="About",
        description="How papers are chosen and scored, and what it has cost",
        body=render("about.html.j2", ADDRESS, **context),
    )
