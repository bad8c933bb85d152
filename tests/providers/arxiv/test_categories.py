"""Categories of arXiv with two names, and their effects."""

from urllib.parse import parse_qs, urlsplit

import pytest

from broadsheet.daily.dedupe import stale_categories
from broadsheet.http.client import HttpClient
from broadsheet.index.days import Entry
from broadsheet.model.arxiv_categories import canonical, distinct, is_in
from broadsheet.model.paper import Paper
from broadsheet.providers.arxiv.fetcher import fetch
from broadsheet.providers.fetch_result import FetchResult, SourceStatus
from broadsheet.settings.fetch import Arxiv, Fetch
from broadsheet.views.data_attributes import DataAttributes
from tests.loopback import Answer, Loopback
from tests.recorded_replies import endpoints

DAY, LATER = "2026-09-24", "2026-11-20"  # a Thursday
API, OAI = "/export.arxiv.org/api/query", "/oaipmh.arxiv.org/oai"
SUBMITTED = "2026-09-22T20:00:00Z"  # in the window of DAY
LONG_AGO = "2026-09-17T20:00:00Z"
ALIASES = [
    ("cs.SY", "eess.SY"),
    ("cs.NA", "math.NA"),
    ("math.IT", "cs.IT"),
    ("math.MP", "math-ph"),
    ("stat.TH", "math.ST"),
    ("q-fin.EC", "econ.GN"),
]


def entry(number: int, *codes: str, submitted: str = SUBMITTED) -> str:
    terms = "".join(f'<category term="{code}"/>' for code in codes)
    return (
        f"<entry><id>http://arxiv.org/abs/2609.{number:05}v1</id><title>Paper {number}</title><summary>Words.</summary>"
        f"<published>{submitted}</published><author><name>Ada Example</name></author>"
        f'<primary_category term="{codes[0]}"/>{terms}</entry>'
    )


def answer(*entries: str) -> Answer:
    return Answer(200, f"<feed><totalResults>{len(entries)}</totalResults>{''.join(entries)}</feed>".encode())


def item(number: int, *codes: str) -> str:
    terms = "".join(f"<category>{code}</category>" for code in codes)
    return (
        f"<item><guid>oai:arXiv.org:2609.{number:05}v1</guid><title>T</title><description>Words.</description>{terms}"
        "<pubDate>Thu, 24 Sep 2026 00:00:00 -0400</pubDate><announce_type>new</announce_type></item>"
    )


def feed(*items: str) -> Answer:
    head = "<rss><channel><pubDate>Thu, 24 Sep 2026 00:00:00 -0400</pubDate>"
    return Answer(200, f"{head}{''.join(items)}</channel></rss>".encode())


def ask(server: Loopback, web: HttpClient, *categories: str, today: str = LATER, **settings: object) -> FetchResult:
    arxiv = Arxiv(categories=categories, replacements=False, **settings)  # type: ignore[arg-type]
    return fetch(Fetch(arxiv=arxiv, endpoints=endpoints(server)), web, DAY, today)


@pytest.mark.parametrize(("alias", "code"), [*ALIASES, ("cmp-lg", "cs.CL"), ("alg-geom", "math.AG")])
def test_two_names_of_one_category(alias: str, code: str) -> None:
    assert canonical(alias) == canonical(alias.upper()) == canonical(code) == code
    assert distinct([code, alias, "hep-th", alias]) == (code, "hep-th")
    assert is_in([code], alias)
    assert is_in([alias], code)
    assert is_in([code], alias.partition(".")[0])
    assert is_in([alias], code.partition(".")[0])


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("math.AG", "math-ph"),
        ("math-ph", "physics"),
        ("math.AG", "cs"),
        ("cs.LG", "cs.L"),
        ("eess.AS", "cs"),
        ("", "cs"),
    ],
)
def test_categories_that_are_two(code: str, wanted: str) -> None:
    assert not is_in([code], wanted)


@pytest.mark.parametrize(("alias", "code"), ALIASES)
def test_the_papers_of_an_alias_are_its_own(server: Loopback, web: HttpClient, alias: str, code: str) -> None:
    server.on(API, answer(entry(1, code, alias), entry(2, code), entry(3, "hep-th", code, alias)))
    day = ask(server, web, alias, cross_lists=False)
    assert [(paper.arxiv_id, paper.announce_type) for paper in day.papers] == [
        ("2609.00001", "new"),
        ("2609.00002", "new"),
    ]
    asked = parse_qs(urlsplit(server.requests[0].path).query)["search_query"][0]
    assert {f"cat:{alias}"} < set(asked.replace("(", " ").replace(")", " ").split())


@pytest.mark.parametrize(("alias", "code"), ALIASES)
def test_an_archive_has_what_is_in_it_by_an_alias(server: Loopback, web: HttpClient, alias: str, code: str) -> None:
    server.on(API, answer(entry(1, code, alias)))
    day = ask(server, web, alias.partition(".")[0], cross_lists=False)
    assert [paper.announce_type for paper in day.papers] == ["new"]


@pytest.mark.parametrize("wanted", ["cs.SY", "eess.SY", "cs"])
def test_an_old_feed_is_noticed_by_any_name(server: Loopback, web: HttpClient, wanted: str) -> None:
    old = [entry(number, "eess.SY", "cs.SY", submitted=LONG_AGO) for number in range(1, 8)]
    server.on(f"/rss.arxiv.org/rss/{wanted}", feed(*(item(number, "eess.SY", "cs.SY") for number in range(1, 8))))
    server.on(API, answer(*old), answer(*(entry(number, "eess.SY", "cs.SY") for number in (8, 9))))
    day = ask(server, web, wanted, today=DAY)
    assert [paper.arxiv_id for paper in day.papers] == ["2609.00008", "2609.00009"]
    assert day.status is SourceStatus.OK


def test_papers_that_were_announced_before_are_counted_under_one_name() -> None:
    codes = (("eess.SY", "cs.SY"), ("cs.SY", "eess.SY"), ("eess.SY",))
    papers = [
        Paper(arxiv_id=f"2609.0000{number}", title="T", categories=code, announce_type="new")
        for number, code in enumerate(codes)
    ]
    assert stale_categories(papers, {paper.arxiv_id: "2026-09-01" for paper in papers}) == ["eess.SY"]


def test_a_list_offers_a_category_once() -> None:
    papers = [
        Paper(arxiv_id="2609.00001", title="T", categories=("eess.SY", "cs.SY")),
        Paper(arxiv_id="2609.00002", title="T", categories=("math.MP", "hep-th")),
    ]
    entries = [
        Entry(paper=paper, date=DAY, rank=rank, sources=("arxiv",), topics=()) for rank, paper in enumerate(papers)
    ]
    marks = [str(DataAttributes(entries)(entry)) for entry in entries]
    assert 'data-categories="eess.SY"' in marks[0]
    assert 'data-categories="math-ph hep-th"' in marks[1]


# -- a feed without room for more ------------------------------------------------------------------------------------


def full_feed(first: int, count: int = 2000) -> Answer:
    return feed(*(item(number, "cs.LG") for number in range(first, first + count)))


@pytest.mark.parametrize("wanted", ["cs.LG", "cs"])
def test_a_full_feed_of_one_is_completed(server: Loopback, web: HttpClient, wanted: str) -> None:
    server.on(f"/rss.arxiv.org/rss/{wanted}", full_feed(1))
    server.on(API, answer(*(entry(number, "cs.LG") for number in (1999, 2000, 2001, 2002))))
    server.on(OAI, records(record(2002, "cs.LG", "Tue, 22 Sep 2026 20:00:00 GMT")))
    day = ask(server, web, wanted, today=DAY, details=False)
    assert len(day.papers) == day.announced == 2002
    assert day.status is SourceStatus.OK
    assert [(problem.message, problem.is_note) for problem in day.problems] == [
        (f"the feed of {wanted} is full (2,000 items): 2 more papers added from the archive", True)
    ]


def record(number: int, codes: str, *versions: str) -> str:
    """A record of OAI-PMH whose versions came at these times."""
    dates = "".join(f'<version version="v{n}"><date>{time}</date></version>' for n, time in enumerate(versions, 1))
    return (
        f"<record><header><identifier>oai:arXiv.org:2609.{number:05}</identifier></header><metadata><arXivRaw>"
        f"<id>2609.{number:05}</id>{dates}<title>Paper {number}</title><authors>Ada Example</authors>"
        f"<categories>{codes}</categories><abstract>Words.</abstract></arXivRaw></metadata></record>"
    )


def records(*parts: str) -> Answer:
    return Answer(200, f"<OAI-PMH><ListRecords>{''.join(parts)}</ListRecords></OAI-PMH>".encode())


@pytest.mark.parametrize("reply", [answer(entry(2001, "cs.LG")), answer(), Answer(404, b"gone")])
def test_a_full_feed_is_completed_with_what_was_on_hold(server: Loopback, web: HttpClient, reply: Answer) -> None:
    server.on("/rss.arxiv.org/rss/cs.LG", full_feed(1))
    server.on(API, reply)
    on_hold = record(3001, "cs.LG stat.ML", "Thu, 10 Sep 2026 08:00:00 GMT")
    cross_listed = record(3002, "math.OC cs.LG", "Mon, 31 Aug 2026 08:00:00 GMT")
    corrected = record(3003, "cs.LG", "Mon, 4 Aug 2025 08:00:00 GMT")
    replaced = record(3004, "cs.LG", "Mon, 14 Sep 2026 08:00:00 GMT", "Tue, 22 Sep 2026 21:00:00 GMT")
    server.on(OAI, records(on_hold, cross_listed, corrected, replaced))
    day = ask(server, web, "cs.LG", today=DAY, details=False)
    kinds = {paper.arxiv_id: paper.announce_type for paper in day.papers}
    assert (kinds.get("2609.03001"), kinds.get("2609.03002")) == ("new", "cross")
    assert not {"2609.03003", "2609.03004"} & set(kinds)
    assert day.open


def test_without_oai_pmh_a_note_names_what_a_full_feed_may_lack(server: Loopback, web: HttpClient) -> None:
    server.on("/rss.arxiv.org/rss/cs.LG", full_feed(1))
    server.on(API, answer(entry(2001, "cs.LG")))
    server.on(OAI, Answer(404, b"gone"))
    day = ask(server, web, "cs.LG", today=DAY, details=False)
    assert len(day.papers) == 2001
    assert any("oaipmh" in problem.location and not problem.is_note for problem in day.problems)


def test_one_of_two_categories_is_full_by_itself(server: Loopback, web: HttpClient) -> None:
    server.on("/rss.arxiv.org/rss/cs.LG+cs.SY", full_feed(1))
    server.on("/rss.arxiv.org/rss/cs.LG", full_feed(1))
    server.on("/rss.arxiv.org/rss/cs.SY", feed(item(3001, "eess.SY", "cs.SY")))
    server.on(API, answer(entry(2001, "cs.LG")))
    day = ask(server, web, "cs.LG", "cs.SY", today=DAY, details=False)
    assert len(day.papers) == 2002
    assert "cs.SY" not in server.paths()[-1]


def test_an_unreadable_item_counts_in_a_full_feed(server: Loopback, web: HttpClient) -> None:
    broken = item(1, "cs.LG").replace("oai:arXiv.org:2609.00001v1", "nothing")
    whole = full_feed(1, 1999).body.decode().replace("</channel>", f"{broken}</channel>")
    server.on("/rss.arxiv.org/rss/cs.LG", Answer(200, whole.encode()))
    server.on(API, answer(entry(2001, "cs.LG")))
    assert len(ask(server, web, "cs.LG", today=DAY, details=False).papers) == 2000


@pytest.mark.parametrize("reply", [answer(), Answer(404, b"gone")])
def test_a_full_feed_that_cannot_be_completed_has_a_note(server: Loopback, web: HttpClient, reply: Answer) -> None:
    server.on("/rss.arxiv.org/rss/cs.LG", full_feed(1))
    server.on(API, reply)
    day = ask(server, web, "cs.LG", today=DAY, details=False)
    assert len(day.papers) == 2000
    said = [problem.message for problem in day.problems if not problem.is_note]
    assert "the feed of cs.LG is full, and the API has no papers to complete it" in said


def test_a_feed_that_is_not_full_needs_no_other_request(server: Loopback, web: HttpClient) -> None:
    server.on("/rss.arxiv.org/rss/cs.LG", full_feed(1, 1999))
    day = ask(server, web, "cs.LG", today=DAY, details=False)
    assert (len(day.papers), day.problems) == (1999, [])
