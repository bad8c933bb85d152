"""A digest and `broadsheet run`, with services and a language model on loopback."""

import datetime
import json
from pathlib import Path
from typing import Any

from broadsheet.daily.run import DayResult, RunContext, days_to_run, run_day
from broadsheet.http.client import HttpClient
from broadsheet.model.receipt import Receipt
from broadsheet.settings import config
from broadsheet.store.store import Store
from tests.example import SETTINGS, make_digest
from tests.loopback import Answer, FakeTime, Loopback
from tests.model_server import KEY, ModelServer
from tests.recorded_replies import endpoints

DAY = "2026-09-24"
WEEKS_LATER = "2026-11-02T12:00+00:00"  # at this time the day is long over
HF = "/huggingface.co/api/daily_papers"
FEED, API, OAI = "/rss.arxiv.org/rss/cs.LG+stat.ML", "/export.arxiv.org/api/query", "/oaipmh.arxiv.org/oai"
EXPORT = "/research-explorer.ista.ac.at/export"
SCORER = """\
prompt: {system: You read preprints., user: "{rubric}\\n{topics}\\nPapers\\n{papers}"}
llm: {model: model-1, timeout: 2, prices: {model-1: {prompt: 2.5, completion: 10}}}
"""


def hf_list(*ids: str, **fields: Any) -> Answer:
    """Hugging Face's reply with these papers."""
    papers = [{"id": i, "title": f"On low-rank paper {i}", "summary": "Words.", "upvotes": 1} | fields for i in ids]
    return Answer(200, json.dumps([{"paper": paper} for paper in papers]).encode())


class RunSetup:
    """One digest on one day; `model` None leaves the local scorer."""

    def __init__(self, root: Path, server: Loopback, model: ModelServer | None = None) -> None:
        self.root, self.server, self.model, self.store = root, server, model, Store(root)
        self.environment = {"DIGEST_LLM_URL": model.url, "DIGEST_LLM_KEY": KEY} if model else {}
        self.time = FakeTime()
        self.hour = 4

    def make(self, settings: str = "", papers: dict[str, list[dict[str, Any]]] | None = None, **fetch: Any) -> None:
        """Write the digest; without `fetch` it asks Hugging Face."""
        at = endpoints(self.server)
        places = {name: getattr(at, name) for name in at.__struct_fields__}
        wanted = {"contact": "lab@uni.edu", "endpoints": places, **(fetch or {"huggingface": True})}
        scorer = SCORER if self.model else ""
        make_digest(self.root, papers, f"{SETTINGS}{scorer}{settings}fetch: {json.dumps(wanted)}\n")

    def make_all(self, settings: str = "", **papers: Any) -> None:
        """Write a digest that fetches from every source."""
        repository = {"url": f"{self.server.url}{EXPORT}", "query": "department=DaAl", "name": "ista"}
        arxiv = {"categories": ["cs.LG", "stat.ML"]}
        self.make(settings, arxiv=arxiv, huggingface=True, librecat=[repository], **papers)

    def now(self) -> datetime.datetime:
        """Return the time, a second later at each call."""
        self.time.now += 1
        return datetime.datetime(2026, 9, 24, self.hour, tzinfo=datetime.UTC) + datetime.timedelta(
            seconds=self.time.now - 1000
        )

    def work(self, web: HttpClient, today: str = DAY) -> RunContext:
        """Return the context of a run."""
        return RunContext(
            root=self.root,
            settings=config.load(self.root),
            environment=self.environment,
            web=web,
            today=today,
            now=self.now,
            clock=self.time.clock,
        )

    def run(self, date: str = DAY, today: str = DAY) -> DayResult:
        """Run a day."""
        with HttpClient("test", clock=self.time.clock, sleep=self.time.sleep) as web:
            return run_day(self.work(web, today), date)

    def run_all(self, today: str) -> list[DayResult]:
        """Run today, and the earlier days that need it."""
        with HttpClient("test", clock=self.time.clock, sleep=self.time.sleep) as web:
            work = self.work(web, today)
            return [run_day(work, date) for date in days_to_run(self.root, work.settings, today)]

    def receipt(self, date: str = DAY) -> Receipt:
        """Return the receipt of a day."""
        receipt = self.store.receipt(date)
        assert receipt is not None
        return receipt

    def listed_ids(self, date: str = DAY) -> set[str]:
        """Return the ids that the day shows."""
        return {row.arxiv_id for row in self.store.papers(date)}

    def drop_reasons(self, date: str = DAY) -> dict[str, Any]:
        """Return the reasons for the papers that the day does not show, by id."""
        return {row.arxiv_id: row.extra["dropped"] for row in self.store.dropped(date)}
