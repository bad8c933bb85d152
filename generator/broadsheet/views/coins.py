"""COinS: a citation in an empty element, so that Zotero takes several works from a list (https://ocoins.info).

Text that needs no escape stays as it is in the row, and so do names that Zotero splits the same way: compressed, a
list is a twentieth smaller. Zotero's rules are `parseContextObject` in openurl.js and `cleanAuthor` of its utilities.
The keys are the short ones of those that it takes for the same. No key begins like a character reference, so HTML
needs no escape for the ``&`` before it.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from markupsafe import Markup

from broadsheet.bibliography.entry_fields import abstract_url, arxiv_doi, paper_authors, paper_date, preprint_doi
from broadsheet.model import names, vocabulary
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.text.rendering import plain

MAX_AUTHORS = 50
_ESCAPED = re.compile(r"[^\w ,:/.()?!-]")
_GIVEN = re.compile(r"[^\W\d_][^,]*")
_JOURNAL, _BOOK, _THESIS, _PATENT, _OTHER = "journal", "book", "dissertation", "patent", "dc"
# The format of a type, and what its genre (or, in Zotero, its type) is.
_FORMATS = {
    "article-journal": (_JOURNAL, "article"),
    "review": (_JOURNAL, "article"),
    "book": (_BOOK, "book"),
    "chapter": (_BOOK, "bookitem"),
    "paper-conference": (_BOOK, "proceeding"),
    "patent": (_PATENT, ""),
    "report": (_BOOK, "report"),
    "thesis": (_THESIS, ""),
}
_OTHER_TYPES = {
    "article": "preprint",
    "article-newspaper": "newspaperArticle",
    "dataset": "dataset",
    "entry-encyclopedia": "encyclopediaArticle",
    "software": "computerProgram",
}


def coins(work: Paper | Publication, record_url: str | None = None) -> Markup:
    """Return the element of a work; `record_url` is the address of its record in the repository."""
    fields = _paper_fields(work) if isinstance(work, Paper) else _publication_fields(work, record_url)
    pairs = "&".join([f"{key}={_ESCAPED.sub(_percent, value)}" for key, value in fields if value])
    return Markup(f'<span class="Z3988" title="ctx_ver=Z39.88-2004&{pairs}"></span>')


def _percent(match: re.Match[str]) -> str:
    return quote(match[0], safe="")


def _paper_fields(paper: Paper) -> list[tuple[str, str]]:
    doi = preprint_doi(paper)
    page = abstract_url(paper.arxiv_id)
    return [
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{_OTHER}"),
        ("rft.type", "preprint"),
        ("rft.title", plain(paper.title)),
        *_creators("rft.au", map(names.of_text, paper_authors(paper)[:MAX_AUTHORS])),
        ("rft.date", paper_date(paper)),
        ("rft.pub", "arXiv" if page else ""),
        ("rft_id", f"info:doi/{doi}" if doi else ""),
        ("rft_id", "" if doi and doi == arxiv_doi(paper.arxiv_id) else page),  # that DOI leads to the page
    ]


def _publication_fields(work: Publication, record_url: str | None) -> Iterator[tuple[str, str]]:
    kind = vocabulary.CSL_TYPES.get(work.type, "article")
    form, genre = _FORMATS.get(kind, (_OTHER, _OTHER_TYPES.get(kind, "document")))
    yield "rft_val_fmt", f"info:ofi/fmt:kev:mtx:{form}"
    yield "rft.type" if form == _OTHER else "rft.genre", genre
    yield from _titles(work, form, genre)
    yield from _creators("rft.au", map(names.of_person, work.authors[:MAX_AUTHORS]))
    # COinS has no editors: as authors they would be wrong.
    yield from _creators("rft.contributor", map(names.of_person, work.editors[:MAX_AUTHORS]))
    yield "rft.date", work.date or work.year or ""
    yield "rft.volume", work.volume
    yield "rft.issue", work.issue
    yield "rft.pages", work.page.replace("\N{EN DASH}", "-")
    yield "rft.inst" if form == _THESIS else "rft.pub", plain(work.publisher)
    yield "rft.place", work.place
    yield from (("rft.issn", number) for number in work.issn[:1])
    yield from (("rft.isbn", number) for number in work.isbn[:1])
    yield "rft_id", f"info:doi/{work.doi}" if work.doi else ""
    urls = (*filter(None, [record_url]), *work.urls, *map(abstract_url, work.arxiv_ids))
    yield from (("rft_id", url) for url in urls[:1])


def _titles(work: Publication, form: str, genre: str) -> Iterator[tuple[str, str]]:
    """Yield the title, and that of the host, under the names of the format."""
    title, host = plain(work.title), plain(work.venue)
    if form == _JOURNAL:
        yield from (("rft.atitle", title), ("rft.jtitle", host))
    elif genre in ("bookitem", "proceeding"):
        yield from (("rft.atitle", title), ("rft.btitle", host))
    elif form == _BOOK:
        yield from (("rft.btitle", title), ("rft.series", plain(work.series)))
    else:
        yield from (("rft.title", title), ("rft.source", host if form == _OTHER else ""))


def _creators(key: str, people: Iterable[Name]) -> list[tuple[str, str]]:
    return [("rft.aucorp", name.literal) if name.literal else (key, _written(name)) for name in people]


def _written(name: Name) -> str:
    """Return a name for Zotero, which takes the last word for the family name if there is no comma."""
    is_one_word = name.family.replace("-", "").isalpha() and not name.suffix
    return f"{name.given} {name.family}" if is_one_word and _GIVEN.fullmatch(name.given) else name.inverted
