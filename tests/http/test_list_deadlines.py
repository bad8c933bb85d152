"""One time limit holds for all requests for one list of a source, and the pages received in time are used."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from math import ceil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from broadsheet.http.client import HttpClient
from broadsheet.http.service import Service, WebError
from broadsheet.model.state import DayState
from broadsheet.providers import fetchers
from broadsheet.providers.fetch_result import FetchTask
from broadsheet.settings.fetch import Arxiv, Fetch, Repository
from tests.loopback import Answer, FakeTime, Handler, Loopback, send_answer
from tests.providers.arxiv.test_fetcher import API, OAI, answer, entry
from tests.recorded_replies import endpoints, play
from tests.run_setup import DAY, EXPORT, HF, RunSetup, hf_list
from tests.slow_server import DRIPPED, SlowServer

PAGE = Service(name="pages", interval=1.0, pause=2.0)
HOLD = (("Retry-After", "300"),)
LATER = "2026-09-29"


def slow(fake: FakeTime, seconds: float, reply: Callable[[BaseHTTPRequestHandler], Answer] | Answer) -> Handler:
    """Answer after `seconds` of the clock that stands still."""

    def send(request: BaseHTTPRequestHandler) -> None:
        fake.now += seconds
        send_answer(request, reply(request) if callable(reply) else reply)

    return send


def query(request: BaseHTTPRequestHandler) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


# -- the door ------------------------------------------------------------------------------------------------------


def test_requests_within_a_limit_end_with_it(server: Loopback, web: HttpClient, fake: FakeTime) -> None:
    server.on("/a", slow(fake, 40, Answer(200, b"a")))
    limited = web.within(100)
    for _ in range(3):
        limited.get(PAGE, f"{server.url}/a")
    assert not limited.ran_out
    with pytest.raises(WebError, match="gets no more requests: there is no time left for this source"):
        limited.get(PAGE, f"{server.url}/a")
    assert (limited.ran_out, web.ran_out, len(server.requests)) == (True, False, 3)
    assert web.within(100).get(PAGE, f"{server.url}/a").body == b"a"  # the next list has its own time


@pytest.mark.parametrize(("seconds", "asked"), [(250, 1), (350, 2), (650, 3), (5000, 4)])
def test_pauses_that_a_service_asks_for_count(
    server: Loopback, web: HttpClient, fake: FakeTime, seconds: float, asked: int
) -> None:
    server.on("/a", Answer(503, b"", HOLD))
    start, limited = fake.now, web.within(seconds)
    with pytest.raises(WebError, match="answers 503 Service Unavailable"):
        limited.get(PAGE, f"{server.url}/a")
    assert (len(server.requests), limited.ran_out) == (asked, asked < 4)
    assert fake.now - start < seconds


def test_a_request_is_cut_off_at_the_end_of_its_list() -> None:
    with (
        SlowServer(DRIPPED["body"], pause=0.02) as server,
        HttpClient("test", clock=time.monotonic, sleep=time.sleep) as web,
    ):
        start, limited = time.monotonic(), web.within(0.4)
        with pytest.raises(WebError, match="answers too slowly"):
            limited.get(Service(name="patient"), server.url)
        assert time.monotonic() - start < 5
        assert limited.ran_out


def test_a_limit_inside_of_a_limit_is_no_longer(server: Loopback, web: HttpClient, fake: FakeTime) -> None:
    server.on("/a", slow(fake, 40, Answer(200, b"a")))
    limited = web.within(30).within(1000)
    limited.get(PAGE, f"{server.url}/a")
    with pytest.raises(WebError):
        limited.get(PAGE, f"{server.url}/a")


# -- the sources ---------------------------------------------------------------------------------------------------


def only_task(settings: Fetch) -> FetchTask:
    (ask,) = fetchers.tasks(settings)
    return ask


def one_a_page(request: BaseHTTPRequestHandler) -> Answer:
    """Reply with one new entry a page, without end."""
    return hf_list(f"2609.{30001 + int(query(request).get('p', 0))}")


@pytest.mark.parametrize("seconds", [30, 59])
def test_a_list_that_comes_slowly_is_cut_short_and_asked_for_again(
    tmp_path: Path, server: Loopback, seconds: float
) -> None:
    run_setup = RunSetup(tmp_path, server)
    run_setup.make()
    server.on(HF, slow(run_setup.time, seconds, one_a_page))
    start = run_setup.time.now
    receipt = run_setup.run(today=LATER).receipt
    assert run_setup.time.now - start < 600 + 60 + 60
    assert (receipt.state, receipt.sources["hf"].status) == (DayState.PARTIAL, "ok")
    assert "no time left for this source" in str(receipt.errors)
    assert len(run_setup.listed_ids()) == len(server.requests) == ceil(600 / seconds)
    assert "could not be read to the end in time" in receipt.sources["hf"].open
    server.on(HF, hf_list("2609.30001", "2609.39999"))
    again = run_setup.run(today=LATER).receipt
    assert (again.state, again.sources["hf"].open) == (DayState.OK, "")
    assert "2609.39999" in run_setup.listed_ids()


def test_a_source_that_is_cut_short_and_then_fails_stays_open(tmp_path: Path, server: Loopback) -> None:
    run_setup = RunSetup(tmp_path, server)
    run_setup.make()
    server.on(HF, slow(run_setup.time, 50, one_a_page))
    run_setup.run(today=LATER)
    server.on(HF, Answer(404))
    assert run_setup.run(today=LATER).receipt.sources["hf"].open


def test_waits_between_pages_share_the_time_of_their_list(tmp_path: Path, server: Loopback) -> None:
    """Each page is there at the second try, after the five minutes that the server asks for."""
    run_setup = RunSetup(tmp_path, server)
    run_setup.make()
    tries: dict[str, int] = {}

    def busy(request: BaseHTTPRequestHandler) -> Answer:
        tries[request.path] = tries.get(request.path, 0) + 1
        return one_a_page(request) if tries[request.path] == 2 else Answer(503, b"", HOLD)

    server.on(HF, slow(run_setup.time, 0, busy))
    start = run_setup.time.now
    receipt = run_setup.run().receipt
    assert run_setup.time.now - start < 600 + 60
    assert (receipt.state, run_setup.listed_ids()) == (DayState.PARTIAL, {"2609.30001"})


def test_the_days_after_have_their_own_time(server: Loopback, web: HttpClient, fake: FakeTime) -> None:
    server.on(HF, slow(fake, 59, one_a_page))
    ask = only_task(Fetch(huggingface=True, endpoints=endpoints(server)))
    counts = [len(ask.fetch(web.within(ask.longest_s), date, LATER).papers) for date in ("2026-09-23", DAY)]
    assert counts == [11, 11]


def test_a_window_of_the_api_that_breaks_off_keeps_its_pages(server: Loopback, web: HttpClient, fake: FakeTime) -> None:
    def page(request: BaseHTTPRequestHandler) -> Answer:
        start = int(query(request)["start"])
        return answer([entry(20000 + start, "2026-09-22T20:00:00Z")], 50)

    server.on(API, slow(fake, 100, page))
    ask = only_task(Fetch(arxiv=Arxiv(categories=("cs.LG",), replacements=False), endpoints=endpoints(server)))
    limited = web.within(ask.longest_s)
    day = ask.fetch(limited, DAY, LATER)
    assert (len(day.papers), len(server.requests), limited.ran_out) == (12, 12, True)
    assert [problem.hint for problem in day.problems if not problem.is_note] == ["fetch the day again for the rest"]


def test_a_full_day_of_arxiv_with_its_waits_is_in_time(server: Loopback, web: HttpClient, fake: FakeTime) -> None:
    """Three thousand papers: three pages at a minute each, after a wait of five minutes, once for the API."""
    pages = [[entry(10000 + 1000 * page + n, "2026-09-22T20:00:00Z") for n in range(1000)] for page in range(3)]
    server.on(API, Answer(503, b"", HOLD), *(slow(fake, 60, answer(entries, 3000)) for entries in pages))
    ask = only_task(Fetch(arxiv=Arxiv(categories=("cs.LG",), replacements=False), endpoints=endpoints(server)))
    limited = web.within(ask.longest_s)
    assert len(ask.fetch(limited, DAY, LATER).papers) == 3000
    assert not limited.ran_out


def oai(number: int) -> Answer:
    """Reply with one replaced record, and a token for the next list."""
    return Answer(
        200,
        f"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>
        <identifier>oai:arXiv.org:2601.{number:05}</identifier><datestamp>{DAY}</datestamp></header><metadata>
        <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2601.{number:05}</id><title>T</title>
        <version version="v1"><date>Mon, 5 Jan 2026 10:00:00 GMT</date></version>
        <version version="v2"><date>Wed, 23 Sep 2026 10:00:00 GMT</date></version>
        <authors>A B</authors><categories>cs.LG</categories><abstract>W.</abstract></arXivRaw></metadata></record>
        <resumptionToken>{number}</resumptionToken></ListRecords></OAI-PMH>""".encode(),
    )


def test_lists_of_replacements_that_break_off_keep_their_records(
    server: Loopback, web: HttpClient, fake: FakeTime
) -> None:
    server.on(API, answer([entry(20001, "2026-09-22T20:00:00Z")]))
    server.on(OAI, slow(fake, 100, lambda request: oai(1 + int(query(request).get("resumptionToken", 0)))))
    ask = only_task(Fetch(arxiv=Arxiv(categories=("cs.LG",), replacements=True), endpoints=endpoints(server)))
    day = ask.fetch(web.within(ask.longest_s), DAY, LATER)
    assert (len(day.papers), len(day.replaced)) == (1, 12)
    assert [problem.hint for problem in day.problems if not problem.is_note] == ["fetch the day again for the rest"]


def test_details_that_take_too_long_leave_the_day_open(tmp_path: Path, server: Loopback) -> None:
    run_setup = RunSetup(tmp_path, server)
    run_setup.make(arxiv={"categories": ["cs.LG", "stat.ML"]})
    play(server, "arxiv_feed")
    server.on(API, slow(run_setup.time, 500, Answer(503, b"", HOLD)))
    start = run_setup.time.now
    receipt = run_setup.run().receipt
    assert run_setup.time.now - start < 1200 + 500
    tally = receipt.sources["arxiv"]
    assert (tally.status, tally.announced, receipt.state, len(receipt.errors)) == ("ok", 4, DayState.PARTIAL, 1)
    assert "could not be read to the end in time" in tally.open


def test_a_repository_that_comes_slowly_keeps_its_records(server: Loopback, web: HttpClient, fake: FakeTime) -> None:
    def page(request: BaseHTTPRequestHandler) -> Answer:
        start = int(query(request)["start"])
        record = f"- _id: '{70000 + start}'\n  title: T\n  type: journal_article\n  year: '2026'\n"
        return Answer(200, f"---\n{record}".encode())

    server.on(EXPORT, slow(fake, 100, page))
    export = Repository(url=f"{server.url}{EXPORT}", query="", name="ista")
    ask = only_task(Fetch(librecat=(export,)))
    day = ask.fetch(web.within(ask.longest_s), DAY, DAY)
    assert day.publications is not None
    assert len(day.publications.publications) == 12
    assert "breaks off after 12 records" in day.problems[-1].message
