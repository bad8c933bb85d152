"""A page as JSON: records as they are in the data, each with the facts that the digest adds.

Its schema is `views/scripts/alternate-1.schema.json`, which the site serves.
An incompatible change gets another number.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from broadsheet.index.days import DayHead, Entry
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.store import records
from broadsheet.views import formatting
from broadsheet.views.alternates.page_content import ListLink, PageContent, day_link
from broadsheet.views.feeds.registry import absolute
from broadsheet.views.page import Page
from broadsheet.views.permalink import lasting_address
from broadsheet.views.place import entry_place, place_words

SCHEMA = "assets/alternate-1.schema.json"


def json_alternate(content: PageContent, page: Page, settings: Settings) -> bytes:
    """Return the file's bytes: one object, on one line."""
    values: dict[str, Any] = {
        "$schema": absolute(settings, SCHEMA),
        "kind": content.kind,
        "url": absolute(settings, page.address),
        "title": page.title,
        "description": page.description,
        "updated": page.updated,
        "record": content.paper and msgspec.Raw(records.encode_paper(content.paper)),
        "days": [_day(head, content.receipts, settings) for head in content.days],
        "lists": [_list(link, settings) for link in content.lists],
        "papers": [_paper(entry, content, settings) for entry in content.papers],
        "publications": [
            _publication(work, content.entries.get(work.id, ()), settings) for work in content.publications
        ],
    }
    return msgspec.json.encode({key: value for key, value in values.items() if value not in (None, [], "")}) + b"\n"


def _day(head: DayHead, with_receipt: bool, settings: Settings) -> dict[str, Any]:
    values: dict[str, Any] = {"date": head.date, "state": head.state, "papers": head.papers}
    label = formatting.label(head)
    values |= {"label": label.word, "explanation": label.text}
    if link := day_link(head):
        values["url"] = absolute(settings, link.address)
    if with_receipt and head.receipt:
        values["receipt"] = msgspec.Raw(msgspec.json.format(records.encode_receipt(head.receipt), indent=-1))
    return values


def _list(link: ListLink, settings: Settings) -> dict[str, Any]:
    values: dict[str, Any] = {"title": link.title, "url": absolute(settings, link.address)}
    return values if link.number is None else values | {"count": link.number}


def _paper(entry: Entry, content: PageContent, settings: Settings) -> dict[str, Any]:
    names = {topic.id: topic.name for topic in settings.topics}
    publications = content.published.get(entry.paper.arxiv_id, ())
    place = entry_place(content.places, entry)
    values = {
        "url": absolute(settings, lasting_address(entry, settings)),
        "date": entry.date,
        "rank": entry.rank,
        "first_seen": entry.first_seen or entry.date,
        "sources": entry.sources,
        "topics": [{"id": topic, "name": names[topic]} for topic in entry.topics],
        "record": msgspec.Raw(records.encode_paper(entry.paper)),
    }
    if words := place_words(place):
        values["place"] = msgspec.to_builtins(place) | {"words": words}
    return values | {"publications": [_work(work, settings) for work in publications]} if publications else values


def _work(publication: Publication, settings: Settings) -> dict[str, str]:
    return {"id": publication.id, "title": publication.title, "url": absolute(settings, publication.address)}


def _publication(publication: Publication, entries: Sequence[Entry], settings: Settings) -> dict[str, Any]:
    # The record's place in data/ is not public.
    record = msgspec.structs.replace(publication, where="")
    values = {"url": absolute(settings, publication.address), "record": record}
    shown_on = [{"date": entry.date, "url": absolute(settings, entry.address)} for entry in entries]
    return values | {"shown": shown_on} if shown_on else values
