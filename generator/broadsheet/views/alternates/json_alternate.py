"""A page as JSON: records as they are in the data, and beside each what the digest knows of it.

The shape is `views/scripts/twin-1.schema.json`, which the site serves: another shape is another number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from broadsheet.index.days import DayHead, Entry
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.store import records
from broadsheet.views import formatting as wording
from broadsheet.views.alternates.page_content import Place, Twin, day_place
from broadsheet.views.feeds.registry import absolute
from broadsheet.views.page import Page
from broadsheet.views.permalink import paper_address

SCHEMA = "assets/twin-1.schema.json"


def json_twin(twin: Twin, page: Page, settings: Settings) -> bytes:
    """The file's bytes: one object, on one line."""
    said: dict[str, Any] = {
        "$schema": absolute(settings, SCHEMA),
        "kind": twin.kind,
        "url": absolute(settings, page.address),
        "title": page.title,
        "description": page.description,
        "updated": page.updated,
        "record": twin.paper and msgspec.Raw(records.encode_paper(twin.paper)),
        "days": [_day(head, twin.receipts, settings) for head in twin.days],
        "lists": [_list(place, settings) for place in twin.lists],
        "papers": [_paper(entry, twin.published, settings) for entry in twin.papers],
        "publications": [_publication(it, twin.shown.get(it.id, ()), settings) for it in twin.publications],
    }
    return msgspec.json.encode({key: value for key, value in said.items() if value not in (None, [], "")}) + b"\n"


def _day(head: DayHead, with_receipt: bool, settings: Settings) -> dict[str, Any]:
    said: dict[str, Any] = {"date": head.date, "state": head.state, "papers": head.papers}
    label = wording.label(head)
    said |= {"label": label.word, "explanation": label.text}
    if place := day_place(head):
        said["url"] = absolute(settings, place.address)
    if with_receipt and head.receipt:
        said["receipt"] = msgspec.Raw(msgspec.json.format(records.encode_receipt(head.receipt), indent=-1))
    return said


def _list(place: Place, settings: Settings) -> dict[str, Any]:
    said: dict[str, Any] = {"title": place.title, "url": absolute(settings, place.address)}
    return said if place.number is None else said | {"count": place.number}


def _paper(entry: Entry, published: Mapping[str, Sequence[Publication]], settings: Settings) -> dict[str, Any]:
    names = {topic.id: topic.name for topic in settings.topics}
    became = published.get(entry.paper.arxiv_id, ())
    said = {
        "url": absolute(settings, paper_address(entry, settings)),
        "date": entry.date,
        "rank": entry.rank,
        "first_seen": entry.first_seen or entry.date,
        "sources": entry.sources,
        "topics": [{"id": topic, "name": names[topic]} for topic in entry.topics],
        "record": msgspec.Raw(records.encode_paper(entry.paper)),
    }
    return said | {"publications": [_work(it, settings) for it in became]} if became else said


def _work(it: Publication, settings: Settings) -> dict[str, str]:
    return {"id": it.id, "title": it.title, "url": absolute(settings, it.address)}


def _publication(it: Publication, shown: Sequence[Entry], settings: Settings) -> dict[str, Any]:
    # Where the record stands in data/ is nothing to others.
    record = msgspec.structs.replace(it, where="")
    said = {"url": absolute(settings, it.address), "record": record}
    places = [{"date": entry.date, "url": absolute(settings, entry.address)} for entry in shown]
    return said | {"shown": places} if places else said
