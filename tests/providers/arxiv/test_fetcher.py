"""arXiv's papers of a day, from a local server with recorded and faulty answers."""

import datetime
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.providers.arxiv.fetcher import fetch, is_withdrawn
from broadsheet.providers.arxiv.services import ArxivServices, oai_set
from broadsheet.providers.fetch_result import FetchResult, SourceStatus
from broadsheet.settings.fetch import Arxiv, Fetch
from tests.loopback import Answer, FakeTime, Loopback
from tests.recorded_replies import endpoints, play, read

DAY = "2026-09-24"
NO_PAPERS = (
    f"no papers for {DAY}, a working day: the next run asks again; two empty answers settle it as quiet, once papers of"
    " a later day came"
)
FEED, API, OAI = "/rss.arxiv.org/rss/cs.LG+stat.ML", "/export.arxiv.org/api/query", "/oaipmh.arxiv.org/oai"
BOTH = ("cs.LG", "stat.ML")
NOTHING = Answer(200, b'<feed xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title></feed>')
NONE_MATCH = Answer(200, b'<OAI-PMH><error code="noRecordsMatch">none</error></OAI-PMH>')


def ask(server: Loopback, web: HttpClient, date: str = DAY, today: str = DAY, **settings: object) -> FetchResult:
    arxiv = Arxiv(**{"categories": BOTH, **settings})  # type: ignore[arg-type]
    return fetch(Fetch(arxiv=arxiv, endpoints=endpoints(server)), web, date, today)


def ids(papers: tuple[Paper, ...]) -> list[str]:
    return [paper.arxiv_id for paper in papers]


def problems_of(fetched: FetchResult) -> list[str]:
    return [f"{problem.message}: {problem.hint}" for problem in fetched.problems]


def feed(change: tuple[str, str], *more: tuple[str, str]) -> Answer:
    """The recorded feed, changed."""
    answer = read("arxiv_feed").answer
    body = answer.body.decode()
    for before, after in (change, *more):
        assert before in body
        body = body.replace(before, after)
    return answer._replace(body=body.encode())


def entry(number: int, submitted: str, category: str = "cs.LG") -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/2609.{number:05}v1</id><title>Paper {number}</title><summary>Words.</summary>"
        f"<published>{submitted}</published><updated>{submitted}</updated><author><name>Ada Example</name></author>"
        f'<primary_category term="{category}"/><category term="{category}"/></entry>'
    )


def item(number: int, category: str = "cs.LG") -> str:
    return (
        f"<item><guid>oai:arXiv.org:2609.{number:05}v1</guid><title>T</title><description>Words.</description>"
        f"<category>{category}</category><pubDate>Thu, 24 Sep 2026 00:00:00 -0400</pubDate>"
        "<announce_type>new</announce_type></item>"
    )


def answer(entries: list[str], total: int | None = None) -> Answer:
    total = len(entries) if total is None else total
    body = f"<feed><totalResults>{total}</totalResults>{''.join(entries)}</feed>"
    return Answer(200, body.encode())


# -- the daily feed ------------------------------------------------------------------------------------------------


def test_a_day_from_the_feed_with_its_details(server: Loopback, web: HttpClient, fake: FakeTime) -> None:
    play(server, "arxiv_feed", "arxiv_details")
    day = ask(server, web)
    assert day.status is SourceStatus.OK
    assert problems_of(day) == []
    assert day.announced == 4
    assert ids(day.papers) == ["2609.20001", "2609.20002", "2609.20003", "2609.20005"]
    assert ids(day.replaced) == ["2608.10006", "2609.20004"]
    assert day.withdrawn == ("2608.10006",)
    assert day.papers[0] == Paper(
        arxiv_id="2609.20001",
        title="A Bound on Everything",
        authors=("Ada Example", "José Muñoz"),
        abstract="Words about a bound on everything.",
        categories=("cs.LG", "stat.ML"),
        published="2026-09-22T18:30:11Z",
        updated="2026-09-22T18:30:11Z",
        version=1,
        arxiv_comment="12 pages, 3 figures",
        announce_type="new",
    )
    assert day.papers[2].authors == ("Cy Test", "Di Proof")
    assert fake.slept == [3.0]


ATOM = """<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <updated>2026-09-24T04:00:12.1+00:00</updated>
  <entry><id>oai:arXiv.org:2609.20001v1</id><title>A Bound on Everything</title>
    <summary>arXiv:2609.20001v1 Announce Type: new
Abstract: Words.</summary><category term="cs.LG"/><published>2026-09-24T00:00:00-04:00</published>
    <arxiv:announce_type>new</arxiv:announce_type></entry>
</feed>"""


def test_the_atom_feed_will_do_as_well(server: Loopback, web: HttpClient) -> None:
    server.on(FEED, Answer(200, ATOM.encode()))
    day = ask(server, web, details=False)
    assert (day.status, ids(day.papers)) == (SourceStatus.OK, ["2609.20001"])


def test_cross_lists_and_replacements_can_be_left_out(server: Loopback, web: HttpClient) -> None:
    play(server, "arxiv_feed")
    server.on(API, read("arxiv_details").answer)
    day = ask(server, web, cross_lists=False, replacements=False)
    assert (len(day.papers), day.replaced, day.announced) == (3, (), 4)
    asked = parse_qs(urlsplit(server.requests[-1].path).query)
    assert asked == {"id_list": ["2609.20001,2609.20002,2609.20003"], "max_results": ["3"]}


def test_a_feed_that_is_full_is_asked_for_category_by_category(server: Loopback, web: HttpClient) -> None:
    whole = read("arxiv_feed").answer
    head = whole.body.decode().partition("    <item>")[0]
    items = "".join(item(number) for number in range(1, 2001))
    server.on(FEED, whole._replace(body=f"{head}{items}</channel></rss>".encode()))
    server.on(
        FEED.replace("+stat.ML", ""), whole._replace(body=f"{head}{item(1)}{item(2001)}</channel></rss>".encode())
    )
    server.on(FEED.replace("cs.LG+", ""), whole._replace(body=f"{head}{item(2002)}</channel></rss>".encode()))
    day = ask(server, web, details=False)
    assert (day.announced, len(set(ids(day.papers)))) == (2002, 2002)


def test_unavailable_details_add_a_note_only(server: Loopback, web: HttpClient) -> None:
    play(server, "arxiv_feed")
    server.on(API, Answer(503))
    day = ask(server, web)
    assert len(day.papers) == 4
    assert problems_of(day) == [
        "answers 503 Service Unavailable: try again later",
        "the feed's papers are kept without details: fetch again to fill them in",
    ]
    assert all(problem.is_note for problem in day.problems)


def test_a_weekend_is_quiet_and_needs_one_request(server: Loopback, web: HttpClient) -> None:
    play(server, "arxiv_feed_weekend")
    day = ask(server, web, "2026-09-26", "2026-09-26", categories=("cs.LG",))
    assert (day.status, day.papers, problems_of(day)) == (SourceStatus.QUIET, (), [])
    assert len(server.requests) == 1


def test_an_empty_feed_on_a_working_day_is_no_holiday_even_if_the_api_agrees(server: Loopback, web: HttpClient) -> None:
    empty = read("arxiv_feed_weekend").answer.body.replace(b"Sat, 26 Sep", b"Thu, 24 Sep")
    server.on(FEED, Answer(200, empty))
    server.on(API, NOTHING)
    day = ask(server, web)
    assert (day.status, day.absent) == (SourceStatus.STALE, True)
    assert problems_of(day) == [NO_PAPERS]
    assert server.paths().count(FEED) == 1
    assert len(server.requests) == 4  # the API answers 200 with nothing at times: it was asked three times


def test_the_api_replaces_an_empty_feed(server: Loopback, web: HttpClient) -> None:
    empty = read("arxiv_feed_weekend").answer.body.replace(b"Sat, 26 Sep", b"Thu, 24 Sep")
    server.on(FEED, Answer(200, empty))
    play(server, "arxiv_window")
    day = ask(server, web, replacements=False)
    assert (day.status, len(day.papers)) == (SourceStatus.OK, 3)


@pytest.mark.parametrize(
    "bad",
    [
        Answer(200, b"<html><body>We are busy</body></html>"),
        Answer(200, b"<html>", (("Content-Type", "text/html"),)),
        Answer(200, b"<rss><channel>", (("Content-Type", "application/xml"),)),
        Answer(200, b"busy"),
        Answer(404),
        Answer(200, b"<rss", (("Content-Length", "9000"),)),
    ],
    ids=["HTML called XML", "HTML", "cut XML", "text", "404", "cut reply"],
)
def test_the_api_replaces_a_broken_feed(server: Loopback, web: HttpClient, bad: Answer) -> None:
    server.on(FEED, bad)
    play(server, "arxiv_window")
    day = ask(server, web, replacements=False)
    assert (day.status, ids(day.papers)) == (SourceStatus.OK, ["2609.20001", "2609.20002", "2609.20003"])
    assert [problem.is_note for problem in day.problems] == [True]


def test_an_outage_of_all_services_is_reported(server: Loopback, web: HttpClient) -> None:
    server.on(FEED, Answer(503))
    server.on(API, Answer(503))
    with pytest.raises(DigestError, match="answers 503 Service Unavailable"):
        ask(server, web)


# -- feeds that are not of the day ---------------------------------------------------------------------------------


def test_a_feed_of_the_day_before_is_not_used(server: Loopback, web: HttpClient) -> None:
    server.on(FEED, feed(("24 Sep 2026", "23 Sep 2026")))
    play(server, "arxiv_window")
    assert ids(ask(server, web, replacements=False).papers) == ["2609.20001", "2609.20002", "2609.20003"]


def test_a_new_date_with_items_of_the_day_before_is_not_used(server: Loopback, web: HttpClient) -> None:
    server.on(FEED, feed(("      <pubDate>Thu, 24", "      <pubDate>Wed, 23")))
    play(server, "arxiv_window")
    assert len(ask(server, web, replacements=False).papers) == 3


def test_a_day_without_papers_yet_is_neither_quiet_nor_ok(server: Loopback, web: HttpClient) -> None:
    server.on(FEED, feed(("24 Sep 2026", "23 Sep 2026")))
    server.on(API, NOTHING)
    day = ask(server, web)
    assert day.status is SourceStatus.STALE
    assert problems_of(day) == [NO_PAPERS]
    assert not day.problems[0].is_note


def older(number: int, category: str) -> list[str]:
    """Entries of papers that were submitted in time for the day before."""
    return [entry(number + k, "2026-09-22T10:00:00Z", category) for k in range(6)]


def stale_feed(server: Loopback) -> None:
    """Six papers of cs.LG that are yesterday's under today's date, and the one of stat.ML that is today's."""
    items = "".join(item(number) for number in range(100, 106))
    answer = read("arxiv_feed").answer
    kept = answer.body.decode().partition("    <item>\n      <title>Counting")[2].partition("</item>")[0]
    head = answer.body.decode().partition("    <item>")[0]
    body = f"{head}{items}<item><title>Counting{kept}</item></channel></rss>"
    server.on(FEED, Answer(200, body.encode()))


def test_yesterdays_papers_of_one_category_under_todays_date_are_replaced(server: Loopback, web: HttpClient) -> None:
    stale_feed(server)
    today = [entry(200, "2026-09-23T10:00:00Z")]
    server.on(API, answer([*older(100, "cs.LG"), entry(20003, "2026-09-23T10:00:00Z", "stat.ML")]), answer(today))
    day = ask(server, web)
    assert day.status is SourceStatus.OK
    assert ids(day.papers) == ["2609.20003", "2609.00200"]
    assert problems_of(day) == ["the feed has older papers of cs.LG; those of the API replace them: nothing to do"]
    assert day.open.endswith("taken from its API, whose index may be behind")
    query = parse_qs(urlsplit(server.requests[-1].path).query)["search_query"][0]
    assert query == "(cat:cs.LG) AND submittedDate:[202609221800 TO 202609231759]"


def test_yesterdays_papers_never_become_todays(server: Loopback, web: HttpClient) -> None:
    stale_feed(server)
    details = answer([*older(100, "cs.LG"), entry(20003, "2026-09-23T10:00:00Z", "stat.ML")])
    server.on(API, details, NOTHING)
    day = ask(server, web)
    assert (day.status, ids(day.papers)) == (SourceStatus.STALE, ["2609.20003"])
    assert problems_of(day) == ["the feed has older papers of cs.LG, and the API none of the day: try again later"]


def test_a_paper_held_for_weeks_is_announced(server: Loopback, web: HttpClient) -> None:
    held = entry(20003, "2026-09-01T10:00:00Z", "stat.ML")
    server.on(FEED, read("arxiv_feed").answer)
    listed = entry(20001, "2026-09-23T10:00:00Z").replace('<category term="cs.LG"/>', '<category term="stat.ML"/>')
    server.on(API, answer([entry(20001, "2026-09-23T10:00:00Z"), held]), answer([listed]))
    day = ask(server, web)
    assert (day.status, len(day.papers), problems_of(day)) == (SourceStatus.OK, 4, [])


# -- backfill ------------------------------------------------------------------------------------------------------


def test_an_earlier_day_from_the_api_and_oai(server: Loopback, web: HttpClient, fake: FakeTime) -> None:
    window = read("arxiv_window")
    query = window.path.replace("%28cat%3Acs.LG+OR+cat%3Astat.ML%29", "%28cat%3Acs.LG%29")
    listed = b'<category term="cs.LG"/><category term="stat.ML"'
    body = window.answer.body.replace(b'<category term="stat.ML"', listed)
    server.on(query, window.answer._replace(body=body))
    play(server, "arxiv_oai", "arxiv_oai_rest")
    day = ask(server, web, today="2026-11-20", categories=("cs.LG",))
    assert [(paper.arxiv_id, paper.announce_type) for paper in day.papers] == [
        ("2609.20001", "new"),
        ("2609.20002", "new"),
        ("2609.20003", "cross"),
    ]
    assert [(paper.arxiv_id, paper.version) for paper in day.replaced] == [("2608.10006", 3), ("2607.00008", 2)]
    assert day.withdrawn == ("2608.10006",)
    assert fake.slept == [3.0, 3.0]


def test_pages_that_come_short_or_empty_are_followed_to_the_end(server: Loopback, web: HttpClient) -> None:
    entries = [entry(number, "2026-09-23T10:00:00Z") for number in range(1, 8)]
    server.on(API, answer(entries[:3], 7), NOTHING, answer(entries[3:4], 7), answer(entries[4:], 7))
    day = ask(server, web, today="2026-11-20", replacements=False)
    assert len(day.papers) == 7
    starts = [parse_qs(urlsplit(path).query)["start"][0] for path in server.paths()]
    assert starts == ["0", "3", "3", "4"]


def test_an_archive_is_not_the_one_whose_name_begins_alike(server: Loopback, web: HttpClient) -> None:
    papers = [entry(1, "2026-09-23T10:00:00Z", "math.CO"), entry(2, "2026-09-23T10:00:00Z", "mathematics.XX")]
    server.on(API, answer(papers))
    day = ask(server, web, today="2026-11-20", categories=("math",), replacements=False)
    assert ids(day.papers) == ["2609.00001"]
    assert parse_qs(urlsplit(server.requests[0].path).query)["search_query"][0].startswith("(cat:math*) AND ")


def test_pages_that_stay_away_are_a_failure(server: Loopback, web: HttpClient) -> None:
    server.on(API, answer([entry(1, "2026-09-23T10:00:00Z")], 7), NOTHING)
    with pytest.raises(DigestError, match=r"gives 1 of 7 papers of 2026-09-24: try again later"):
        ask(server, web, today="2026-11-20")


def test_a_query_that_arxiv_refuses(server: Loopback, web: HttpClient) -> None:
    body = b"<feed><entry><id>http://arxiv.org/api/errors#x</id><summary>incorrect id format</summary></entry></feed>"
    server.on(API, Answer(200, body))
    with pytest.raises(DigestError, match="arXiv refused: incorrect id format"):
        ask(server, web, today="2026-11-20")


def test_holidays_are_quiet_without_a_request(server: Loopback, web: HttpClient) -> None:
    assert ask(server, web, "2026-09-08", "2026-11-20").status is SourceStatus.QUIET
    assert ask(server, web, DAY, "2026-11-20", holidays=("2026-09-23",)).status is SourceStatus.QUIET
    assert server.requests == []


def test_a_past_working_day_without_papers_has_a_note(server: Loopback, web: HttpClient) -> None:
    server.on(API, NOTHING)
    server.on(OAI, NONE_MATCH)
    day = ask(server, web, today="2026-11-20")
    assert (day.status, day.absent, problems_of(day)) == (
        SourceStatus.STALE,
        True,
        [NO_PAPERS],
    )


def test_new_versions_alone_are_no_answer_for_a_working_day(server: Loopback, web: HttpClient) -> None:
    server.on(API, NOTHING)
    play(server, "arxiv_oai", "arxiv_oai_rest")
    day = ask(server, web, today="2026-11-20", categories=("cs.LG",))
    assert (day.status, day.absent, day.papers, day.announced) == (SourceStatus.STALE, True, (), 0)
    assert day.replaced


def test_without_oai_pmh_the_papers_are_still_fetched(server: Loopback, web: HttpClient) -> None:
    play(server, "arxiv_window")
    server.on(OAI, Answer(503))
    day = ask(server, web, today="2026-11-20")
    assert len(day.papers) == 3
    assert problems_of(day) == ["answers 503 Service Unavailable: try again later"] * 2


def modified(server: Loopback, web: HttpClient) -> list[str]:
    result = ArxivServices(web, endpoints(server)).modified("cs.LG", DAY)
    return [row.paper.arxiv_id for row in result.rows]


def test_a_list_that_expires_is_asked_for_once_more(server: Loopback, web: HttpClient) -> None:
    expired = Answer(200, b'<OAI-PMH><error code="badResumptionToken">expired</error></OAI-PMH>')
    play(server, "arxiv_oai")
    rest = read("arxiv_oai_rest")
    server.on(rest.path, expired, rest.answer)
    assert modified(server, web) == ["2609.20001", "2608.10006", "2605.00007", "2607.00008"]
    server.on(rest.path, expired)
    result = ArxivServices(web, endpoints(server)).modified("cs.LG", DAY)
    assert [row.paper.arxiv_id for row in result.rows] == ["2609.20001", "2608.10006"]
    assert [problem.message for problem in result.problems] == ["the repository refused: badResumptionToken expired"]


def test_a_list_that_runs_in_a_circle_ends(server: Loopback, web: HttpClient) -> None:
    server.on(OAI, read("arxiv_oai").answer)
    result = ArxivServices(web, endpoints(server)).modified("cs.LG", DAY)
    assert {row.paper.arxiv_id for row in result.rows} == {"2609.20001", "2608.10006"}
    assert [problem.message for problem in result.problems] == ["lists cs.LG without end"]


def test_other_oai_errors_are_reported(server: Loopback, web: HttpClient) -> None:
    server.on(OAI, Answer(200, b'<OAI-PMH><error code="badArgument">no such set</error></OAI-PMH>'))
    with pytest.raises(DigestError, match="the repository refused: badArgument no such set"):
        modified(server, web)


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs.LG", "cs:cs:LG"),
        ("cs", "cs"),
        ("hep-th", "physics:hep-th"),
        ("astro-ph.GA", "physics:astro-ph:GA"),
        ("physics.optics", "physics:physics:optics"),
        ("physics", "physics:physics"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
    ],
)
def test_oai_sets(category: str, name: str) -> None:
    assert oai_set(category) == name


@pytest.mark.parametrize(
    ("text", "withdrawn"),
    [
        ("This paper has been withdrawn by the authors due to an error", True),
        ("Withdrawn: superseded", True),
        ("The article is temporarily withdrawn.", True),
        ("12 pages; Section 3 of v1 is withdrawn", False),
        ("The troops were withdrawn from the model", False),
        (None, False),
    ],
)
def test_withdrawn(text: str | None, withdrawn: bool) -> None:
    assert is_withdrawn(Paper(arxiv_id="2609.00001", title="T", arxiv_comment=text)) is withdrawn


# -- real replies --------------------------------------------------------------------------------------------------


def test_a_real_feed(corpus: Path, server: Loopback, web: HttpClient) -> None:
    body = (corpus / "arxiv/hand_copied/rss_multi_cat_cross_replace.xml").read_bytes()
    server.on("/rss.arxiv.org/rss/cs.LG+cs.AI+cs.CL+stat.ML", Answer(200, body))
    day = ask(server, web, categories=("cs.LG", "cs.AI", "cs.CL", "stat.ML"), details=False)
    kinds = {paper.announce_type for paper in (*day.papers, *day.replaced)}
    assert day.status is SourceStatus.OK
    assert len(day.papers) + len(day.replaced) == body.count(b"<item>")
    assert {"cross", "replace"} <= kinds


def test_real_answers_of_the_api(corpus: Path, server: Loopback, web: HttpClient) -> None:
    saved = json.loads((corpus / "arxiv/arxiv.py/tests/fixtures/q_testing_s0_m10_bc5a6c384fe9.json").read_text("utf-8"))
    body = saved["body"].encode("latin-1").replace(b">214881<", b">10<")
    server.on(API, Answer(200, body))
    window = (datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC))
    rows = ArxivServices(web, endpoints(server)).submitted(("cs.SE",), window, DAY).rows
    assert len(rows) == 10
    assert all(row.paper.authors and row.paper.published for row in rows)
