"""Lists of arXiv's services that break off after a page: the page is kept, and a problem says what is missing."""

import datetime

import pytest

from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import DigestError
from broadsheet.providers.arxiv.services import ArxivServices
from tests.loopback import Answer, Loopback
from tests.providers.arxiv.test_categories import API, DAY, OAI, entry, record
from tests.recorded_replies import endpoints

TIME = "Tue, 22 Sep 2026 20:00:00 GMT"
WINDOW = (
    datetime.datetime(2026, 9, 22, 18, tzinfo=datetime.UTC),
    datetime.datetime(2026, 9, 23, 18, tzinfo=datetime.UTC),
)


def page(*records: str, token: str = "") -> Answer:
    more = f"<resumptionToken>{token}</resumptionToken>" if token else ""
    return Answer(200, f"<OAI-PMH><ListRecords>{''.join(records)}{more}</ListRecords></OAI-PMH>".encode())


FIRST = page(record(1, "cs.LG", TIME), token="next")
EXPIRED = Answer(200, b'<OAI-PMH><error code="badResumptionToken">expired</error></OAI-PMH>')
NO_ID = (
    "<record><header><identifier>nothing</identifier></header><metadata><arXivRaw><id>nothing</id></arXivRaw>"
    "</metadata></record>"
)


@pytest.mark.parametrize(
    "answers",
    [
        (FIRST, EXPIRED, FIRST, EXPIRED),
        (FIRST, page(record(2, "cs.LG", TIME), token="next")),
        (FIRST, page(NO_ID, NO_ID)),
        (FIRST, Answer(200, b"<html>")),
        (FIRST, Answer(200, b"{}")),
        (FIRST, Answer(404, b"gone")),
        (FIRST, Answer(200, b'<OAI-PMH><error code="badArgument">no</error></OAI-PMH>')),
    ],
)
def test_a_list_of_changes_keeps_the_pages_that_came(
    server: Loopback, web: HttpClient, answers: tuple[Answer, ...]
) -> None:
    server.on(OAI, *answers)
    result = ArxivServices(web, endpoints(server)).modified("cs.LG", DAY)
    assert "2609.00001" in {row.paper.arxiv_id for row in result.rows}
    assert {problem.hint for problem in result.problems if not problem.is_note} == {"fetch the day again for the rest"}


@pytest.mark.parametrize("reply", [EXPIRED, page(NO_ID), Answer(200, b"{}"), Answer(404, b"gone")])
def test_a_list_without_a_page_is_a_failure(server: Loopback, web: HttpClient, reply: Answer) -> None:
    server.on(OAI, reply)
    with pytest.raises(DigestError):
        ArxivServices(web, endpoints(server)).modified("cs.LG", DAY)


@pytest.mark.parametrize(
    "reply",
    [
        Answer(200, b"<feed><totalResults>2</totalResults><entry><id>nothing</id><title>T</title></entry></feed>"),
        Answer(200, b"<html>"),
        Answer(200, b"{}"),
    ],
)
def test_a_window_of_submission_keeps_the_pages_that_came(server: Loopback, web: HttpClient, reply: Answer) -> None:
    first = f"<feed><totalResults>2</totalResults>{entry(1, 'cs.LG')}</feed>"
    server.on(API, Answer(200, first.encode()), reply)
    result = ArxivServices(web, endpoints(server)).submitted(["cs.LG"], WINDOW, DAY)
    assert [row.paper.arxiv_id for row in result.rows] == ["2609.00001"]
    assert {problem.hint for problem in result.problems} == {"fetch the day again for the rest"}
