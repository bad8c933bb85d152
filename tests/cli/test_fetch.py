"""``broadsheet fetch``: papers from the services to ``data/``."""

import json
from pathlib import Path
from typing import Any

import pytest

from broadsheet.daily.fetch import DayReport, fetch_days
from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.providers.fetch_result import SourceStatus
from broadsheet.settings import config
from broadsheet.store.store import Store
from tests.example import SETTINGS, digest, make_digest, paper, tree
from tests.loopback import Answer, FakeTime, Loopback
from tests.recorded_replies import endpoints, play, read
from tests.run_setup import WEEKS_LATER

DAY = "2026-09-24"
HF = "/huggingface.co/api/daily_papers"
FEED, API, OAI = "/rss.arxiv.org/rss/cs.LG+stat.ML", "/export.arxiv.org/api/query", "/oaipmh.arxiv.org/oai"
EXPORT = "/research-explorer.ista.ac.at/export"


def settings(server: Loopback, **fetch: Any) -> str:
    """digest.yml with what is to be fetched; JSON is YAML."""
    at = endpoints(server)
    places = {name: getattr(at, name) for name in at.__struct_fields__}
    return SETTINGS + f"fetch: {json.dumps({'contact': 'lab@uni.edu', 'endpoints': places, **fetch})}\n"


def all_of_it(server: Loopback) -> str:
    repository = {"url": f"{server.url}{EXPORT}", "query": "department=DaAl", "name": "ista"}
    return settings(server, arxiv={"categories": ["cs.LG", "stat.ML"]}, huggingface=True, librecat=[repository])


def run(root: Path, *dates: str, today: str = DAY) -> list[DayReport]:
    fake = FakeTime()
    with HttpClient("test", clock=fake.clock, sleep=fake.sleep) as web:
        return fetch_days(root, config.load(root), dates, web, today)


def play_all(server: Loopback) -> None:
    play(server, "arxiv_feed", "arxiv_details", "hf", "librecat", "librecat_end")


def test_a_day_of_everything(server: Loopback, tmp_path: Path) -> None:
    play_all(server)
    root = make_digest(tmp_path, settings=all_of_it(server))
    (report,) = run(root, DAY)
    rows = [(row.arxiv_id, row.source) for row in Store(root).papers(DAY)]
    assert rows == [
        ("2609.20001", "arxiv"),
        ("2609.20002", "arxiv"),
        ("2609.20003", "arxiv"),
        ("2609.20005", "arxiv"),
        ("2609.19009", "hf"),
        ("2609.20001", "hf"),
    ]
    assert [(source.source, source.status, source.papers) for source in report.sources] == [
        ("arxiv", SourceStatus.OK, 4),
        ("hf", SourceStatus.OK, 2),
        ("librecat ista", SourceStatus.OK, 0),
    ]
    assert (report.new, report.duplicates, report.changed, report.problems) == (5, {}, [DAY], [])
    assert report.publications == {"added": 2}
    assert (root / "data/publications/ista.yml").read_bytes() == read("librecat").answer.body


def test_a_second_time_changes_nothing_and_scores_stay(server: Loopback, tmp_path: Path) -> None:
    play_all(server)
    root = make_digest(tmp_path, settings=all_of_it(server))
    run(root, DAY)
    before = tree(root / "data")
    assert run(root, DAY)[0].changed == []
    assert tree(root / "data") == before
    file = root / f"data/papers/2026/{DAY}.jsonl"
    scored = file.read_text("utf-8").replace(
        '"announce_type":"new"', '"relevance":9,"novelty":8,"comment":"Read it.","announce_type":"new"'
    )
    file.write_text(scored, "utf-8")
    server.on(
        f"{HF}?date={DAY}&limit=100", Answer(200, read("hf").answer.body.replace(b'"upvotes": 12', b'"upvotes": 40'))
    )
    assert run(root, DAY)[0].changed == [DAY]
    papers = {(row.arxiv_id, row.source): row for row in Store(root).papers(DAY)}
    assert papers["2609.20001", "arxiv"].comment == "Read it."
    assert papers["2609.20001", "arxiv"].score == 17
    assert papers["2609.20001", "hf"].upvotes == 40


def test_a_paper_of_an_earlier_day_is_not_listed_again_but_added_to(server: Loopback, tmp_path: Path) -> None:
    play_all(server)
    earlier = {
        "2026-09-10": [paper("2608.10006", version=1, upvotes=1)],
        "2026-09-23": [paper("2609.19009"), paper("2609.20005")],
        "2026-09-25": [paper("2609.20002")],  # a paper stands on one day, if it is a later one
    }
    root = make_digest(tmp_path, earlier, all_of_it(server))
    (report,) = run(root, DAY)
    earlier_days = {"2609.19009": "2026-09-23", "2609.20005": "2026-09-23"}
    assert report.duplicates == earlier_days | {"2609.20002": "2026-09-25"}
    assert (report.new, report.updated) == (2, 4)
    assert report.changed == ["2026-09-10", "2026-09-23", DAY, "2026-09-25"]
    store = Store(root)
    assert {row.arxiv_id for row in store.papers(DAY)} == {"2609.20001", "2609.20003"}
    (gone,) = store.papers("2026-09-10")
    assert (gone.version, gone.extra, gone.doi, gone.score) == (3, {"withdrawn": True}, "10.1000/example.6", 15)
    assert gone.announce_type is None  # on that day it was no replacement
    day = [(row.arxiv_id, row.source, row.score) for row in store.papers("2026-09-23")]
    assert day == [("2609.19009", "arxiv", 15), ("2609.20005", "arxiv", 15), ("2609.19009", "hf", None)]


def test_one_source_down_and_the_others_go_on(server: Loopback, tmp_path: Path) -> None:
    play(server, "hf")
    server.on(FEED, Answer(503))
    server.on(API, Answer(429, b"", (("Retry-After", "86400"),)))
    server.on(EXPORT, Answer(200, b"<html>", (("Content-Type", "text/html"),)))
    root = make_digest(tmp_path, settings=all_of_it(server))
    (report,) = run(root, DAY)
    conditions = [source.status for source in report.sources]
    assert conditions == [SourceStatus.FAILED, SourceStatus.OK, SourceStatus.FAILED]
    assert [problem.message for problem in report.faults] == [
        "answers 429 Too Many Requests and asks to wait 86,400 seconds",
        "answers with a web page, not with data",
    ]
    assert len(Store(root).papers(DAY)) == 2


def test_several_days_ask_the_repository_once(server: Loopback, tmp_path: Path) -> None:
    play(server, "librecat", "librecat_end")
    server.on(HF, Answer(200, b"[]"))
    root = make_digest(tmp_path, settings=all_of_it(server))
    reports = run(root, "2026-09-26", "2026-09-27", today="2026-11-20")
    assert [len(report.sources) for report in reports] == [2, 3]
    assert {source.status for report in reports for source in report.sources[:2]} == {SourceStatus.QUIET}


def test_days_in_a_row_announce_a_paper_once(server: Loopback, tmp_path: Path) -> None:
    listed = [{"paper": {"id": "2609.00001", "title": "T", "upvotes": 1}}]
    for date, votes in (("2026-09-22", 1), ("2026-09-23", 5)):
        listed[0]["paper"]["upvotes"] = votes
        server.on(f"{HF}?date={date}&limit=100", Answer(200, json.dumps(listed).encode()))
    root = make_digest(tmp_path, settings=settings(server, huggingface=True))
    reports = run(root, "2026-09-23", "2026-09-22", today="2026-11-20")
    assert [report.date for report in reports] == ["2026-09-22", "2026-09-23"]
    assert reports[1].duplicates == {"2609.00001": "2026-09-22"}
    assert Store(root).papers("2026-09-23") == ()
    assert Store(root).papers("2026-09-22")[0].upvotes == 5


def test_an_old_list_under_a_new_date_is_not_a_day(server: Loopback, tmp_path: Path) -> None:
    play(server, "arxiv_feed")
    known = {"2026-09-23": [paper(i) for i in ("2609.20001", "2609.20002")]}
    fetch = settings(server, arxiv={"categories": ["cs.LG", "stat.ML"], "details": False})
    body = read("arxiv_feed").answer.body.replace(b"<category>stat.ML</category>", b"<category>cs.LG</category>")
    server.on(FEED, Answer(200, body))
    known["2026-09-23"].append(paper("2609.20003"))
    (report,) = run(make_digest(tmp_path, known, fetch), DAY)
    assert report.sources[0].status is SourceStatus.STALE
    what = "all papers of cs.LG were announced before 2026-09-24: the feed is an old one"
    assert [problem.message for problem in report.faults] == [what]


def test_a_lost_archive_stops_everything_before_a_request(server: Loopback, tmp_path: Path) -> None:
    root = make_digest(tmp_path, settings=all_of_it(server))
    Store(root).write_receipt(Receipt(date="2026-09-23", state=DayState.OK, shown=14))
    with pytest.raises(DigestError, match="bring data/papers back"):
        run(root, DAY)
    assert server.requests == []


def test_a_broken_day_is_not_written_over(server: Loopback, tmp_path: Path) -> None:
    root = make_digest(tmp_path, settings=settings(server, huggingface=True))
    file = root / f"data/papers/2026/{DAY}.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("{broken\n")
    play(server, "hf")
    with pytest.raises(DigestError, match=f"data/papers/2026/{DAY}.jsonl:1: not JSON"):
        run(root, DAY)
    assert file.read_text() == "{broken\n"


# -- the command ---------------------------------------------------------------------------------------------------


def test_the_command(server: Loopback, tmp_path: Path) -> None:
    play(server, "hf", "arxiv_window")
    arxiv = {"categories": ["cs.LG", "stat.ML"], "replacements": False}
    root = make_digest(tmp_path, settings=settings(server, arxiv=arxiv, huggingface=True))
    done = digest("fetch", "--root", root, "--date", DAY, now=WEEKS_LATER)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "2026-09-24 arxiv: ok: 3 announced, 3 wanted, 0 replaced",
        "2026-09-24 hf: ok: 2 announced, 2 wanted, 0 replaced",
        "2026-09-24: 4 new papers; 0 on an earlier day already; 1 day changed in data/",
    ]
    assert done.returncode == 0
    agents = {asked.headers["user-agent"] for asked in server.requests}
    assert len(agents) == 1
    assert agents.pop().endswith("; lab@uni.edu)")


def test_a_failure_is_reported_and_counted(server: Loopback, tmp_path: Path) -> None:
    server.on(HF, Answer(400, b"{}"))
    root = make_digest(tmp_path, settings=settings(server, huggingface=True))
    done = digest("fetch", "--root", root, "--date", DAY, now=WEEKS_LATER)
    assert done.returncode == 1
    assert done.stderr == f"{server.url}{HF}: answers 400 Bad Request: check the address\n"
    assert done.stdout.splitlines()[0] == "2026-09-24 hf: failed"
    (report,) = json.loads(digest("fetch", "--root", root, "--date", DAY, "--json", now=WEEKS_LATER).stdout)
    assert report["sources"][0]["status"] == "failed"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--date", "2026-13-01"], "'2026-13-01' is not a day as YYYY-MM-DD, from 1991 to 2099."),
        (["--date", DAY, "--to", DAY], "give --date, or --from and --to."),
        (["--to", DAY], "--to needs --from."),
        (["--from", "2026-09-25", "--to", DAY], "--from 2026-09-25 is after --to 2026-09-24."),
        (["--date", "2098-01-01"], "--date 2098-01-01 is in the future: give a day up to today."),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = digest("fetch", "--root", make_digest(tmp_path), *arguments, now=WEEKS_LATER)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(says)


@pytest.mark.parametrize("command", [("fetch",), ("run",), ("run", "--dry-run")])
def test_nothing_to_fetch(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = digest(*command, "--root", make_digest(tmp_path), "--date", DAY, now=WEEKS_LATER)
    do = "set fetch.arxiv.categories, fetch.huggingface or fetch.librecat (see 'broadsheet docs settings')"
    assert (done.returncode, done.stderr) == (1, f"digest.yml: nothing to fetch: {do}\n")


def test_settings_that_cannot_be(tmp_path: Path) -> None:
    fetch = """\
fetch:
  contact: our lab
  arxiv:
    categories: [cs.LG, "cs LG"]
    holidays: [tomorrow]
  librecat:
    - url: /export
      name: a/b
  endpoints:
    arxiv_feed: rss.arxiv.org
"""
    lines = len(SETTINGS.splitlines())
    with pytest.raises(DigestError) as caught:
        config.load(make_digest(tmp_path, settings=SETTINGS + fetch))
    found = [(int(problem.location.rpartition(":")[2]) - lines, problem.message) for problem in caught.value.problems]
    assert found == [
        (2, "fetch.contact is not an e-mail address or a page"),
        (4, "'cs LG' is not a category of arXiv"),
        (5, "'tomorrow' is not a day as YYYY-MM-DD, from 1991 to 2099"),
        (8, "name 'a/b' is no file name, or is used twice"),
        (7, "url is not an absolute http(s) address"),
        (10, "arxiv_feed is not an absolute http(s) address"),
    ]
