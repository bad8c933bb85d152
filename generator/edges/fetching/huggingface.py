"""Hugging Face Daily Papers of one day.

Source: https://huggingface.co/docs/hub/api (``GET /api/daily_papers``)
"""

import json
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from generator.edges.fetching.outcome import Ask, Condition, Fetched
from generator.edges.sources import huggingface, payload
from generator.edges.sources.harvest import refused
from generator.edges.sources.payload import Json
from generator.ground.fetch_settings import Fetch
from generator.ground.model import Paper
from generator.web.door import Web
from generator.web.service import Service, shown

NAME = "hf"
SERVICE = Service(name="Hugging Face", interval=1.0, domain="huggingface.co", largest=32 << 20)
_PAGE = 100
_MOST_PAGES = 20


def asks(settings: Fetch) -> Iterator[Ask]:
    """The list of a day, if it is wanted."""
    if settings.huggingface:
        yield Ask(NAME, partial(fetch, settings.endpoints.huggingface))


def fetch(endpoint: str, web: Web, date: str, today: str) -> Fetched:
    """The list of `date`, empty on weekends; that of `today` grows until the evening. Raises DigestError."""
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
    return done


def _page(web: Web, endpoint: str, date: str, number: int) -> Json:
    query = {"date": date, "limit": _PAGE} | ({"p": number} if number else {})
    reply = web.get(SERVICE, f"{endpoint}?{urlencode(query)}")
    read = payload.read(reply.body, shown(reply.url))
    if isinstance(read, Json) and (read.value == [] or huggingface.recognise(read)):
        return Json(read.where, read.value if isinstance(read.value, list) else read.value["data"], read.data)
    if isinstance(read, Json) and isinstance(read.value, dict) and "error" in read.value:
        what = f"answers with an error: {json.dumps(read.value['error'])[:200]}"
        raise refused(read.where, what, "try again later", kind="answers with an error")
    raise refused(read.where, "answers with something that is no list of papers", "try again later")
