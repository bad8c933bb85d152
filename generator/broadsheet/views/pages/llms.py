"""``/llms.txt``: a description of the site and its data for programs, after https://llmstxt.org."""

from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import day_address
from broadsheet.index.periods import week_of
from broadsheet.settings.config import Settings
from broadsheet.text import markdown as md
from broadsheet.views.alternates.json_alternate import SCHEMA
from broadsheet.views.calendar import month_address, week_address
from broadsheet.views.downloads import FORMATS, INDEX_PATH, LICENCE, Download, download_names
from broadsheet.views.feeds.registry import ALL, DAILY, JSON, OPML_PATH, WEEKLY, absolute
from broadsheet.views.page import File
from broadsheet.views.pages.embed import FOLDER, PAPERS, PUBLICATIONS
from broadsheet.views.pages.publications import OVERVIEW
from broadsheet.views.permalink import AUTHORS

PATH = "llms.txt"
LINES = {
    "all": "Every page has alternates",
    "recent": "Lists, and pages of the last 90 days, have alternates",
}


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[File]:
    """Yield the file. It is in the built site alone, as are the files that it links to."""
    yield File(PATH, "\n".join(_lines(catalogue, settings)).encode(), site_only=True)


def _lines(catalogue: Catalogue, settings: Settings) -> Iterator[str]:
    site = settings.site
    yield f"# {md.escaped(site.site_name)}\n"
    yield f"> {md.escaped(site.site_description or 'The new papers of each day, scored and sorted.')}\n"
    yield (
        "Each day lists papers, best first, by relevance and novelty (1 to 10 each, the score is their sum); a comment"
        " says why. Days, weeks and months stand at `daily/YYYY/MM/DD/`, `weekly/YYYY-Www/` and `monthly/YYYY-MM/`.\n"
    )
    if settings.alternates != "none":
        yield (
            f"{LINES[settings.alternates]}: add `index.md` to its address for Markdown, `index.json` for JSON;"
            " `papers.bib` is the BibTeX of a day, a month or a topic. A paper is at `papers/ARXIV_ID/`, a"
            " publication at `publications/ID/`, with `citation.bib`, `.ris` and `.json` (CSL) beside it.\n"
        )
    yield f"{LICENCE}\n"
    yield "## Lists\n"
    yield from (_item(*link, settings) for link in _lists(catalogue, settings))
    yield "\n## Feeds\n"
    for path, name in ((ALL, "All papers"), (DAILY, "One item a day"), (WEEKLY, "One item a week")):
        yield _item(path + JSON.suffix, name, "JSON Feed; the same as .xml (RSS) and .atom", settings)
    yield _item(OPML_PATH, "Every feed", "OPML", settings)
    if catalogue.has_authors():
        yield _item(AUTHORS, "Authors", "a page of each, with a feed beside it: `authors/SLUG/feed.xml`", settings)
    yield "\n## Questions\n"
    yield from (_item(*link, settings) for link in _answers(catalogue, settings))
    yield "\n## Data\n"
    yield from (_item(*link, settings) for link in _data(catalogue, settings))


def _lists(catalogue: Catalogue, settings: Settings) -> Iterator[tuple[str, str, str]]:
    page = "" if settings.alternates == "none" else "index.md"
    yield page, "The newest day", "its best papers, the last two weeks, the topics"
    for topic in settings.topics:
        yield f"topics/{topic.id}/{page}", topic.name, topic.relevant or "its newest papers"
    if catalogue.newest_publications(1):
        yield f"publications/{page}", "Publications", "of the group itself"
    yield "archive/", "Archive", "every day, week and month"
    yield "about/", "About", "how papers are scored, the shape of the data"


def _answers(catalogue: Catalogue, settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield the file that answers a question, the question, and how."""
    newest, months = catalogue.newest_day(True), catalogue.periods("month")
    has_alternates = settings.alternates != "none"
    if newest and has_alternates:
        yield f"{day_address(newest)}index.json", "Which papers are new?", "every paper of the newest day, best first"
    yield f"{FOLDER}{PAPERS}.json", "What are today's five best papers?", "titles, authors and addresses"
    yield ALL + JSON.suffix, "What is new since a date?", "each item has `date_published`; older ones are in the data"
    if newest and has_alternates:
        yield (
            f"{week_address(week_of(newest))}index.json",
            "Which papers of a topic scored over 16 in a week?",
            "`days` has the pages of its days: add `index.json` to each, then filter `topics`, `relevance` + `novelty`;"
            " the week itself lists its best papers alone, a topic its newest",
        )
    if months and has_alternates:
        address = month_address(months[-1])
        yield f"{address}index.json", "What were the best papers of a month?", "and the state of each day"
        yield f"{address}papers.bib", "How do I cite the papers of a month?", "BibTeX, with a key that stays"
    if catalogue.newest_publications(1):
        yield f"{FOLDER}{PUBLICATIONS}.json", "What has the group published lately?", "the newest publications"
        if has_alternates:
            yield f"{OVERVIEW}publications.json", "What has the group published at all?", "CSL-JSON; .bib and .ris too"
    yield "about/", "What does a score mean, and who gave it?", "the grades, the prompt, the models"


def _data(catalogue: Catalogue, settings: Settings) -> Iterator[tuple[str, str, str]]:
    for name in download_names(catalogue, settings):
        for form in FORMATS:
            yield Download(name, ()).path(form), f"{name}{form.suffix}", form.name
    if settings.downloads != "none":
        yield INDEX_PATH, "The list of the downloads", "JSON"
    if settings.alternates != "none":
        yield SCHEMA, "JSON Schema of the alternates", "JSON"
    yield "sitemap.xml", "Every page", "XML, with the date of its newest fact"


def _item(address: str, name: str, about: str, settings: Settings) -> str:
    return f"- {md.link(md.title(name), absolute(settings, address))}: {md.text(about)}"
