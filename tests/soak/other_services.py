"""Hugging Face's daily lists and an institution's LibreCat, with their replies at a time."""

import datetime
import json
from typing import Any

from tests.soak.faults import Fault
from tests.soak.schedule import utc_midnight
from tests.soak.services import Request, Response
from tests.soak.world import Listing, Record, World

_YAML = (("Content-Type", "text/x-yaml; charset=utf-8"),)
_RECORDS_A_PAGE = 10
_FOREIGN_ENTRY = {
    "paper": {"id": "blog-post", "title": "Not on arXiv", "summary": "", "upvotes": 1},
    "title": "Not on arXiv",
}


def hugging_face(world: World, request: Request, now: datetime.datetime, fault: Fault) -> Response:
    """Return the list of a day so far; a page may hold fewer entries than the limit."""
    day = datetime.date.fromisoformat(request.query["date"])
    if utc_midnight(day) > now:
        return Response(400, b'{"error": "date must not be in the future"}')
    listings = sorted(
        (item for item in world.listings[day] if item.visible <= now), key=lambda item: -item.votes_at(now)
    )
    entries = [_entry(item, now) for item in listings]
    if has_foreign_entry(world, day):
        entries.insert(len(entries) // 2, _FOREIGN_ENTRY)
    most = min(int(request.query.get("limit", 50)), 4 if fault is Fault.SHORT else 100)
    start = int(request.query.get("p", 0)) * most
    return Response(body=json.dumps(entries[start : start + most]).encode())


def has_foreign_entry(world: World, day: datetime.date) -> bool:
    """Return whether a list has an entry that is not a paper of arXiv."""
    return (day.toordinal() + world.seed) % 97 == 0


def _entry(listing: Listing, now: datetime.datetime) -> dict[str, Any]:
    paper = listing.paper
    about = {
        "id": paper.id,
        "authors": [{"name": name, "hidden": False} for name in paper.authors],
        "publishedAt": f"{paper.submitted:%Y-%m-%dT%H:%M:%S.000Z}",
        "submittedOnDailyAt": f"{listing.listed:%Y-%m-%dT%H:%M:%S.000Z}",
        "title": paper.title,
        "summary": paper.abstract,
        "upvotes": listing.votes_at(now),
    }
    return {"paper": about, "title": paper.title, "numComments": listing.votes_at(now) // 20}


def librecat(world: World, request: Request, now: datetime.datetime, fault: Fault) -> Response:
    """Return a page of the records."""
    most = 3 if fault is Fault.SHORT else min(int(request.query.get("limit", 10)), _RECORDS_A_PAGE)
    start = int(request.query.get("start", 0))
    records = [record for record in world.records if record.changes[0] <= now]
    return Response(body="".join(_yaml(r, now) for r in records[start : start + most]).encode(), headers=_YAML)


def _yaml(record: Record, now: datetime.datetime) -> str:
    times = [f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in record.changes if time <= now]
    return f"""---
_id: '{record.id}'
author:
- first_name: Ada
  full_name: Example, Ada
  last_name: Example
date_created: {times[0]}
date_updated: {times[-1]}
status: public
title: {record.title}, revision {len(times)}
type: preprint
year: '2026'
...
"""
