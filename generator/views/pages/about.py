"""``/about/``: how papers are chosen: topics, rubric, the prompt exactly as used, models and costs to date."""

from collections.abc import Iterator

from generator.catalogue.index import Catalogue
from generator.catalogue.totals import totals
from generator.ground.config import Settings
from generator.ground.prompt import compose
from generator.views.downloads import CONTENTS, FIELDS, FORMATS, LICENCE, TABLES, Volume, volume_names
from generator.views.page import Page
from generator.views.render import render
from generator.views.twins.json_twin import SCHEMA

ADDRESS = "about/"


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[Page]:
    """The one page."""
    system, user = compose(settings)
    scales = (("Relevance", settings.rubric.relevance), ("Novelty", settings.rubric.novelty))
    context = {
        "settings": settings,
        "scales": scales,
        "system": system,
        "user": user,
        "total": totals(catalogue.days()),
        "newest": catalogue.newest_day(),
        "downloads": [(Volume(name, ()), FORMATS) for name in volume_names(catalogue, settings)],
        "contents": CONTENTS,
        "licence": LICENCE,
        "tables": TABLES,
        "fields": FIELDS,
        "schema": SCHEMA,
    }
    yield Page(
        address=ADDRESS,
        title="About",
        description="How papers are chosen and scored, and what it has cost",
        body=render("about.html.j2", ADDRESS, **context),
    )
