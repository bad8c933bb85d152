"""A simulation of a world from its first day to its last, and the findings."""

import datetime
import gc
import json
import random
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from broadsheet.build.build import build
from broadsheet.checks.check import check
from tests.example import make_digest
from tests.soak import comparison, receipts
from tests.soak.archive import Archive
from tests.soak.arxiv import Arxiv
from tests.soak.comparison import KINDS, Evidence, Finding
from tests.soak.model import Model
from tests.soak.other_services import hugging_face, librecat
from tests.soak.runs import Operator, Run, plan
from tests.soak.services import Answer, Services
from tests.soak.world import World

_SETTINGS = """\
topics:
  - {id: theory, name: Theory, words: [bound, proof, convex, lattice, limit]}
  - {id: practice, name: Practice, words: [pruning, cache, noise, market]}
sources: {arxiv: arXiv, hf: Hugging Face Daily Papers}
prompt: {system: You read preprints., user: "{rubric}\\n{topics}\\nPapers\\n{papers}"}
llm: {model: model-1, timeout: 300, batch: 6, prices: {model-1: {prompt: 2.5, completion: 10}}}
run: {min_relevance: 5}
"""


class Outcome(NamedTuple):
    """The outcome of one seed."""

    seed: int
    days: int
    findings: list[Finding]
    facts: dict[str, int]
    seconds: float
    evidence: Evidence

    @property
    def line(self) -> str:
        """The number of findings in one line."""
        counts = Counter(finding.kind for finding in self.findings)
        return ", ".join(f"{kind} {counts[kind]}" for kind in KINDS) + f", days {self.days}"


def first_day(seed: int) -> datetime.date:
    """The day on which the world of a seed begins: in 2026, whose holidays arXiv has published."""
    return datetime.date(2026, 1, 1) + datetime.timedelta(days=random.Random(f"first {seed}").randrange(330))


def simulate(seed: int, days: int, folder: Path, first: datetime.date | None = None) -> Outcome:
    """Simulate the world of `seed` for so many `days` in `folder`; return the findings."""
    start = time.monotonic()
    first = first or first_day(seed)
    world = World(seed, first, days)
    setup = _Setup(world, folder)
    gc.freeze()  # children share it
    try:
        runs = [setup.run(number, planned) for number, planned in enumerate(plan(seed, first, days), 1)]
    finally:
        setup.services.close()
        gc.unfreeze()
    build(setup.root)
    evidence = Evidence(world, setup.arxiv, setup.model, runs, Archive(setup.root))
    findings = [finding for item in (*comparison.CHECKS, *receipts.CHECKS) for finding in item(evidence)]
    findings += _missing_on_pages(evidence) + _check_findings(setup.root)
    return Outcome(seed, days, findings, _facts(evidence), time.monotonic() - start, evidence)


class _Setup:
    """The digest and the services around it."""

    def __init__(self, world: World, folder: Path) -> None:
        self._now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        self.arxiv, self.model = Arxiv(world), Model(world)
        answers: dict[str, Answer] = {
            "feed": lambda request, fault: self.arxiv.feed(request, self._now, fault),
            "api": lambda request, fault: self.arxiv.api(request, self._now, fault),
            "oai": lambda request, fault: self.arxiv.oai(request, self._now, fault),
            "hf": lambda request, fault: hugging_face(world, request, self._now, fault),
            "librecat": lambda request, fault: librecat(world, request, self._now, fault),
            "model": self.model.answer,
        }
        self.services = Services(
            answers, f"127.{random.randint(1, 250)}.{random.randint(0, 250)}.{random.randint(1, 250)}"
        )
        self.root = folder / "digest"
        shutil.rmtree(self.root, ignore_errors=True)
        make_digest(self.root, None, f"{_SETTINGS}fetch: {json.dumps(self._fetch(world))}\n")
        key = {"DIGEST_LLM_URL": f"{self.services.url('model')}/v1", "DIGEST_LLM_KEY": "sk-soak-0123456789"}
        self._operator = Operator(self.root, self.services, key)

    def _fetch(self, world: World) -> dict[str, Any]:
        url = self.services.url
        places = {"arxiv_feed": url("feed"), "arxiv_api": url("api"), "arxiv_oai": url("oai"), "huggingface": url("hf")}
        return {
            "contact": "lab@uni.edu",
            "endpoints": places,
            "huggingface": True,
            "arxiv": {"categories": list(world.followed), "cross_lists": world.cross_lists},
            "librecat": [{"url": url("librecat"), "query": "department=DaAl", "name": "ista"}],
        }

    def run(self, number: int, planned: Any) -> Run:
        """One run."""
        self._now, self.model.run = planned.now, number
        return self._operator.run(number, planned)


def _missing_on_pages(evidence: Evidence) -> list[Finding]:
    """Every paper that data/ shows is on the page of its day."""
    findings = []
    for date, rows in evidence.archive.shown.items():
        page = evidence.archive.page(date)
        missing = [row["arxiv_id"] for row in rows if f'id="{row["arxiv_id"]}"' not in page]
        findings += [Finding("lost", f"{paper_id}: not on the page of {date}") for paper_id in missing]
    return findings


def _check_findings(root: Path) -> list[Finding]:
    """What `broadsheet check` finds."""
    problems = [problem for problem in check(root, root / "site").problems if not problem.is_note]
    return [Finding("wrong sums", f"broadsheet check: {problem}") for problem in problems]


def _facts(evidence: Evidence) -> dict[str, int]:
    dates = {i: {place.date for place in places} for i, places in evidence.archive.places.items()}
    papers = [paper for paper in evidence.world.papers.values() if dates.get(paper.id)]
    return {
        "runs": len(evidence.runs),
        "killed": sum(run.killed for run in evidence.runs),
        "papers": len(papers),
        "on the day announced": sum(bool(dates[p.id] & set(evidence.world.events(p))) for p in papers),
        "on a list's day": sum(not dates[p.id] & set(evidence.world.events(p)) for p in papers),
        "unscored": sum(not any("relevance" in place.row for place in evidence.archive.of(p.id)) for p in papers),
        "seen by no run": comparison.unseen(evidence),
        "requests to the model": len(evidence.model.calls),
    }
