"""arXiv and Hugging Face with their own clocks, and an operator that runs the digest at any hour.

arXiv announces at 20:00 US Eastern; the API has the papers from then on, the feed from midnight Eastern until the next
(https://info.arxiv.org/help/availability.html, https://info.arxiv.org/help/rss.html). A list of Hugging Face grows.
"""

import contextlib
import datetime
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from broadsheet.checks.check import check
from broadsheet.daily.run import DayResult, RunContext, days_to_run, run_day
from broadsheet.http.client import HttpClient
from broadsheet.model.receipt import Receipt
from broadsheet.providers.arxiv.calendar import current_day
from broadsheet.settings import config
from broadsheet.store.store import Store
from tests.example import SETTINGS, make_digest
from tests.loopback import Answer, FakeTime, Loopback
from tests.model_server import KEY, ModelServer
from tests.recorded_replies import endpoints
from tests.run_setup import HF, SCORER

EASTERN = ZoneInfo("America/New_York")
ARXIV = {"categories": ["cs.LG"], "replacements": False}
FEED, API = "/rss.arxiv.org/rss/cs.LG", "/export.arxiv.org/api/query"
_ITEM = """<item><title>On low-rank paper {id}</title><link>https://arxiv.org/abs/{id}</link>
<description>arXiv:{id}v1 Announce Type: {kind}\nAbstract: Words.</description>
<guid isPermaLink="false">oai:arXiv.org:{id}v1</guid><category>{category}</category><category>cs.LG</category>
<pubDate>{date}</pubDate><arxiv:announce_type>{kind}</arxiv:announce_type><dc:creator>Ada Example</dc:creator></item>"""
_ENTRY = """<entry><id>http://arxiv.org/abs/{id}v1</id><title>On low-rank paper {id}</title><summary>Words.</summary>
<published>{submitted}</published><updated>{submitted}</updated><category term="{category}"/><category term="cs.LG"/>
<author><name>Ada Example</name></author></entry>"""


class ArxivPaper(NamedTuple):
    """A paper of arXiv, announced for the morning of `day`; times are UTC. A cross-list was submitted long before."""

    id: str
    submitted: str
    day: str
    kind: str = "new"


class HfPaper(NamedTuple):
    """A paper of Hugging Face's list of `day`, on it since `listed` (UTC)."""

    id: str
    day: str
    listed: str
    upvotes: int = 1


class World:
    """The services and their answers at `now`; an empty reply is valid, and has no papers."""

    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.now = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
        self.arxiv: list[ArxivPaper] = []
        self.hf: list[HfPaper] = []
        self.empty = self.feed_down = self.hf_down = self.api_down = False
        server.on(FEED, self._play(self._feed))
        server.on(API, self._play(self._api))
        server.on(HF, self._play(self._list))

    def read(self, categories: str) -> None:
        """Serve the feed of these categories, too; it is the same one."""
        self.server.on(f"/rss.arxiv.org/rss/{categories}", self._play(self._feed))

    def votes(self, upvotes: int) -> None:
        """Give every paper of Hugging Face so many."""
        self.hf = [paper._replace(upvotes=upvotes) for paper in self.hf]

    def _play(self, answer: Any) -> Any:
        def handler(request: BaseHTTPRequestHandler) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
            reply = answer(query)
            request.send_response(reply.status)
            request.send_header("Content-Type", "application/xml")
            request.send_header("Content-Length", str(len(reply.body)))
            request.end_headers()
            request.wfile.write(reply.body)

        return handler

    def _announced(self) -> list[ArxivPaper]:
        newest = current_day(self.now)
        return [paper for paper in self.arxiv if paper.day <= newest and not self.empty]

    def _feed(self, query: dict[str, str]) -> Answer:
        if self.feed_down:
            return Answer(404)
        day = self.now.astimezone(EASTERN).date()
        date = datetime.datetime.combine(day, datetime.time(), EASTERN).strftime("%a, %d %b %Y %H:%M:%S %z")
        items = "".join(
            _ITEM.format(id=paper.id, kind=paper.kind, date=date, category="cs.LG" if paper.kind == "new" else "cs.CV")
            for paper in self._announced()
            if paper.day == day.isoformat()
        )
        spaces = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        head = f"<title>cs.LG updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.LG</link><pubDate>{date}"
        return Answer(200, f'<rss {spaces} version="2.0"><channel>{head}</pubDate>{items}</channel></rss>'.encode())

    def _api(self, query: dict[str, str]) -> Answer:
        if self.api_down:
            return Answer(404)
        if "id_list" in query:
            papers = [paper for paper in self._announced() if paper.id in query["id_list"].split(",")]
        else:
            first, last = query["search_query"].rpartition("[")[2].rstrip("]").split(" TO ")
            papers = [paper for paper in self._announced() if first <= _minutes(paper.submitted) <= last]
        start = int(query.get("start", 0))
        entries = "".join(
            _ENTRY.format(id=p.id, submitted=p.submitted, category="cs.LG" if p.kind == "new" else "cs.CV")
            for p in papers[start:]
        )
        spaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
        total = f"<opensearch:totalResults>{len(papers)}</opensearch:totalResults>"
        return Answer(200, f"<feed {spaces}><title>arXiv Query</title>{total}{entries}</feed>".encode())

    def _list(self, query: dict[str, str]) -> Answer:
        if self.hf_down:
            return Answer(404)
        now = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        listed = [paper for paper in self.hf if paper.day == query["date"] and paper.listed <= now and not self.empty]
        papers = [{"id": p.id, "title": f"On low-rank paper {p.id}", "upvotes": p.upvotes} for p in listed]
        return Answer(200, json.dumps([{"paper": paper} for paper in papers] if not query.get("p") else []).encode())


def _minutes(time: str) -> str:
    return "".join(character for character in time if character.isdigit())[:12]


def later(date: str, days: int) -> str:
    """Return the date so many days after another."""
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()


def usual(world: World, first: str, days: int) -> None:
    """Announce a paper for each working day."""
    for number in range(days):
        day = later(first, number)
        if datetime.date.fromisoformat(day).weekday() < 5:
            back = 3 if datetime.date.fromisoformat(day).weekday() == 0 else 1
            world.arxiv.append(ArxivPaper(f"2509.2{number:04}", f"{later(day, -back)}T12:00:00Z", day))


class Operator:
    """The operator of a digest of one category, and of Hugging Face's list."""

    def __init__(self, root: Path, world: World, model: ModelServer | None = None, **fetch: Any) -> None:
        self.root, self.world, self.store, self.time = root, world, Store(root), FakeTime()
        self.environment = {"DIGEST_LLM_URL": model.url, "DIGEST_LLM_KEY": KEY} if model else {}
        at = endpoints(world.server)
        places = {name: getattr(at, name) for name in at.__struct_fields__}
        wanted = {"contact": "lab@uni.edu", "endpoints": places, **fetch}
        make_digest(
            root, None, f"{SETTINGS}{SCORER if model else ''}run: {{min_relevance: 1}}\nfetch: {json.dumps(wanted)}\n"
        )

    def run(self, at: str) -> dict[str, DayResult]:
        """Run at a minute, UTC, as the command does."""
        with self._work(at) as work:
            dates = days_to_run(self.root, work.settings, work.today)
            return {date: run_day(work, date, newest=date == dates[-1]) for date in dates}

    def run_alone(self, date: str, at: str) -> DayResult:
        """Run one day, as the command does with ``--date``."""
        with self._work(at) as work:
            return run_day(work, date, whole=True)

    @contextlib.contextmanager
    def _work(self, at: str) -> Iterator[RunContext]:
        self.world.now = datetime.datetime.fromisoformat(f"{at}:00+00:00")
        with HttpClient("test", clock=self.time.clock, sleep=self.time.sleep) as web:
            yield RunContext(
                root=self.root,
                settings=config.load(self.root),
                environment=self.environment,
                web=web,
                today=current_day(self.world.now),
                now=lambda: self.world.now,
                clock=self.time.clock,
            )

    def day(self, date: str) -> set[str]:
        """Return the papers that a day shows."""
        return {row.arxiv_id for row in self.store.papers(date)}

    def everywhere(self) -> list[str]:
        """Return the papers of all days; a paper of two days is in it twice."""
        return sorted(arxiv_id for date in self.store.dates() for arxiv_id in self.day(date))

    def receipt(self, date: str) -> Receipt:
        """Return the receipt of a day."""
        receipt = self.store.receipt(date)
        assert receipt is not None
        return receipt

    def faults(self) -> list[str]:
        """Return the faults that `broadsheet check` finds in ``data/``."""
        problems = [str(problem) for problem in check(self.root).problems if not problem.is_note]
        return [problem for problem in problems if problem.startswith("data/")]
