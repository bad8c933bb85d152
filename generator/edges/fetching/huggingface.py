"""Hugging Face Daily Papers of one day.

Source: https://huggingface.co/docs/hub/api (``GET /api/daily_papers``)
"""

import datetime
import json
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from generator.edges.fetching.outcome import Ask, Condition, Fetched
from generator.edges.sources import huggingface, payload
from generator.edges.sources.harvest import refused
from generator.edges.sources.payload import Json
from generator.ground.arxiv_calendar import Calendar
from generator.ground.errors import Problem
from generator.ground.fetch_settings import Fetch
from generator.ground.model import Paper
from generator.web.door import Web
from generator.web.service import Service, shown

NAME = "hf"
SERVICE = Service(name="Hugging Face", interval=1.0, domain="huggingface.co", largest=32 << 20)
_PAGE = 100
_MOST_PAGES = 20
_OPEN_DAYS = 2  # papers join a list until its day is over in UTC, and some after it
_RENEWED_DAYS = 7  # votes and comments go on for about a week


def asks(settings: Fetch) -> Iterator[Ask]:
    """The list of a day, if it is wanted."""
    if settings.huggingface:
        yield Ask(NAME, partial(fetch, settings.endpoints.huggingface), renewed_days=_RENEWED_DAYS)


def fetch(endpoint: str, web: Web, date: str, today: str) -> Fetched:
    """Return the list of `date`, empty on most weekends; `today` is the newest day there can be. Raises DigestError."""
    done = Fetched(source=NAME, date=date)
    papers: dict[str, Paper] = {}
    for number in range(_MOST_PAGES):
        read = _page(web, endpoint, date, number)
        before = len(papers)
        if read.value:
            harvest = huggingface.parse(read, date)
            done.repairs += harvest.repairs
            done.problems += harvest.problems
            for row in harvest.rows:
                papers.setdefault(row.paper.arxiv_id, row.paper)
        if len(read.value) < _PAGE or len(papers) == before:
            break
    done.papers, done.announced = tuple(papers.values()), len(papers)
    done.condition = Condition.OK if papers else Condition.QUIET
    _note_whether_over(done, today)
    return done


def _note_whether_over(done: Fetched, today: str) -> None:
    """Say whether papers may still join the list, and whether it is empty though it should not be."""
    age = (datetime.date.fromisoformat(today) - datetime.date.fromisoformat(done.date)).days
    if age <= _OPEN_DAYS:
        done.open = "papers join the list of a day until it is over in UTC, and some after it"
    if not done.papers and age > 0 and Calendar().announces(done.date):
        done.condition, done.absent = Condition.STALE, True
        what = f"an empty list for {done.date}, a working day"
        done.problems.append(Problem("Hugging Face", what, "run again on another day: a second look settles it"))


def _page(web: Web, endpoint: str, date: str, number: int) -> Json:
    query = {"date": date, "limit": _PAGE} | ({"p": number} if number else {})
    reply = web.get(SERVICE, f"{endpoint}?{urlencode(query)}")
    read = payload.read(reply.body, shown(reply.url))
    if isinstance(read, Json) and (read.value == [] or huggingface.recognise(read)):
        return Json(read.where, read.value if isinstance(read.value, list) else read.value["data"], read.data)
    if isinstance(read, Json) and isinstance(read.value, dict) and "error" in read.value:
        raise refused(read.where, f"answers with an error: {json.dumps(read.value['error'])[:200]}", "try again later")
    raise refused(read.where, "answers with something that is no list of papers", "try again later")
