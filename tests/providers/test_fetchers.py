"""Hugging Face Daily Papers and LibreCat, from a local server with recorded answers."""

import json
from pathlib import Path

import pytest

from broadsheet.http.client import HttpClient
from broadsheet.model.diagnostics import DigestError
from broadsheet.providers import parsers
from broadsheet.providers.fetch_result import FetchResult, SourceStatus
from broadsheet.providers.huggingface import fetcher as huggingface
from broadsheet.providers.librecat import fetcher as librecat
from broadsheet.settings.fetch import Repository
from tests.loopback import Answer, Loopback
from tests.recorded_replies import at, play, read

DAY = "2026-09-24"
HF = "/huggingface.co/api/daily_papers"
EXPORT = "/research-explorer.ista.ac.at/export"
JSON = (("Content-Type", "application/json"),)


def hf(server: Loopback, web: HttpClient, date: str = DAY) -> FetchResult:
    return huggingface.fetch(at(server, "https://huggingface.co/api/daily_papers"), web, date, DAY)


def repository(server: Loopback, web: HttpClient, query: str = "department=DaAl") -> FetchResult:
    export = Repository(url=at(server, "https://research-explorer.ista.ac.at/export"), query=query, name="ista")
    return librecat.fetch(export, web, DAY, DAY)


def entry(number: int) -> dict[str, object]:
    return {"paper": {"id": f"2609.{number:05}", "title": "T", "authors": [], "upvotes": number}}


def test_hugging_face(server: Loopback, web: HttpClient) -> None:
    play(server, "hf")
    day = hf(server, web)
    assert (day.status, day.announced) == (SourceStatus.OK, 2)
    assert [(paper.arxiv_id, paper.source, paper.upvotes) for paper in day.papers] == [
        ("2609.20001", "hf", 12),
        ("2609.19009", "hf", 3),
    ]


def test_a_day_without_a_list_is_quiet(server: Loopback, web: HttpClient) -> None:
    server.on(HF, Answer(200, b"[]", JSON))
    assert hf(server, web, "2026-09-26").status is SourceStatus.QUIET


def test_a_long_list_comes_in_pages(server: Loopback, web: HttpClient) -> None:
    pages = [[entry(n) for n in range(1, 101)], [entry(n) for n in range(100, 131)], []]
    server.on(HF, *(Answer(200, json.dumps(page).encode(), JSON) for page in pages))
    assert len(hf(server, web).papers) == 130
    first = f"{HF}?date={DAY}&limit=100"
    assert server.paths() == [first, f"{first}&p=1", f"{first}&p=2"]


@pytest.mark.parametrize("most", [1, 7, 50, 99])
def test_a_server_that_gives_less_than_it_is_asked_for(server: Loopback, web: HttpClient, most: int) -> None:
    entries = [entry(n) for n in range(1, 61)]
    pages = [entries[at : at + most] for at in range(0, 60, most)]
    for number, page in enumerate([*pages, []]):
        path = f"{HF}?date={DAY}&limit=100" + (f"&p={number}" if number else "")
        server.on(path, Answer(200, json.dumps(page).encode(), JSON))
    day = hf(server, web)
    assert (len(day.papers), day.announced, day.problems) == (60, 60, [])


@pytest.mark.parametrize("status", [400, 422])
def test_a_server_that_refuses_the_limit_is_asked_without_one(server: Loopback, web: HttpClient, status: int) -> None:
    server.on(HF, Answer(status, b'{"error": "limit must be at most 50"}', JSON))
    for number in range(3):
        page = [entry(n) for n in range(50 * number + 1, min(50 * number + 51, 121))]
        server.on(f"{HF}?date={DAY}" + (f"&p={number}" if number else ""), Answer(200, json.dumps(page).encode(), JSON))
    server.on(f"{HF}?date={DAY}&p=3", Answer(200, b"[]", JSON))
    assert len(hf(server, web).papers) == 120
    assert len(server.requests) == 5


def test_a_page_that_fails_keeps_those_before_it(server: Loopback, web: HttpClient) -> None:
    server.on(f"{HF}?date={DAY}&limit=100", Answer(200, json.dumps([entry(1)]).encode(), JSON))
    server.on(f"{HF}?date={DAY}&limit=100&p=1", Answer(500))
    day = hf(server, web)
    assert (day.status, len(day.papers)) == (SourceStatus.OK, 1)
    assert [(problem.hint, problem.is_note) for problem in day.problems] == [
        ("fetch the day again for the rest", False)
    ]


def test_a_page_that_is_not_there_ends_the_list(server: Loopback, web: HttpClient) -> None:
    server.on(f"{HF}?date={DAY}&limit=100", Answer(200, json.dumps([entry(1)]).encode(), JSON))
    server.on(f"{HF}?date={DAY}&limit=100&p=1", Answer(404))
    assert hf(server, web).problems == []


@pytest.mark.parametrize("name", ["10.1101/2026.01.01.123456", "qwen-3-report", "", None, 7])
def test_an_entry_that_is_no_paper_of_arxiv_is_counted_and_noted(
    server: Loopback, web: HttpClient, name: object
) -> None:
    other = {"paper": {"id": name, "title": "T", "authors": []}}
    server.on(HF, Answer(200, json.dumps([entry(1), other, entry(2)]).encode(), JSON))
    day = hf(server, web)
    assert (len(day.papers), day.announced) == (2, 3)
    assert [problem.is_note for problem in day.problems] == [True]


TITLE_LESS = [{"paper": {"id": "2609.00009", **title}} for title in ({}, {"title": None}, {"title": " "}, {"title": 7})]


@pytest.mark.parametrize("other", [None, 5, "x", [], {}, {"paper": None}, {"paper": ["x"]}, *TITLE_LESS])
def test_an_entry_that_is_no_paper_is_counted_and_noted(server: Loopback, web: HttpClient, other: object) -> None:
    server.on(HF, Answer(200, json.dumps([entry(1), other, entry(2)]).encode(), JSON))
    day = hf(server, web)
    assert (day.status, len(day.papers), day.announced) == (SourceStatus.OK, 2, 3)
    assert [problem.is_note for problem in day.problems] == [True]


def test_a_list_without_a_paper_of_arxiv_is_read_once(server: Loopback, web: HttpClient) -> None:
    server.on(HF, Answer(200, json.dumps([{"paper": {"id": "qwen-3"}}]).encode(), JSON))
    assert (hf(server, web).announced, len(server.requests)) == (1, 2)


def test_a_page_that_comes_again_ends_the_list(server: Loopback, web: HttpClient) -> None:
    server.on(HF, Answer(200, json.dumps([entry(n) for n in range(1, 101)]).encode(), JSON))
    assert len(hf(server, web).papers) == 100
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"error": "Invalid date"}', 'answers with an error: "Invalid date"'),
        (b'{"data": 1}', "answers with something that is not a list of papers"),
        (b'["x"]', "answers with something that is not a list of papers"),
        (b"", "the file is empty"),
        (b"[{", "the JSON breaks off in the middle"),
    ],
)
def test_answers_that_are_no_list(server: Loopback, web: HttpClient, body: bytes, says: str) -> None:
    server.on(HF, Answer(200, body, JSON))
    with pytest.raises(DigestError) as caught:
        hf(server, web)
    assert says in str(caught.value)


def test_every_day_of_the_corpus_gives_what_its_file_gives(corpus: Path, server: Loopback, web: HttpClient) -> None:
    files = sorted((corpus / "hf/raw").glob("*.json"))
    assert len(files) == 50
    for file in files:
        server.on(f"{HF}?date={file.stem}&limit=100", Answer(200, file.read_bytes(), JSON))
    for file in files:
        day = hf(server, web, file.stem)
        rows = parsers.parse(file.read_bytes(), "file", file.stem)[1].rows
        assert [row.paper for row in rows] == list(day.papers)
        assert {row.date for row in rows} == {file.stem}


# -- LibreCat ------------------------------------------------------------------------------------------------------


def test_a_repository_is_read_to_its_end_and_stored_unchanged(server: Loopback, web: HttpClient) -> None:
    play(server, "librecat", "librecat_end")
    found = repository(server, web)
    assert found.publications is not None
    assert [record.id for record in found.publications.publications] == ["70001", "70002"]
    assert found.publications.stream == read("librecat").answer.body.decode()
    assert (found.status, found.file, found.problems) == (SourceStatus.OK, "ista.yml", [])


def test_short_pages_are_put_together(server: Loopback, web: HttpClient) -> None:
    first, second = read("librecat").answer.body.decode().split("...\n", 1)
    pages = [f"{first}...\n", second, ""]
    for start, page in enumerate(pages):
        path = f"{EXPORT}?fmt=yaml&start={start}&limit=100&cql=department%3DDaAl"
        server.on(path, Answer(200, page.encode(), (("Content-Type", "text/plain"),)))
    found = repository(server, web).publications
    assert found is not None
    assert found.stream == read("librecat").answer.body.decode()


def test_a_repository_without_paging_gets_two_requests(server: Loopback, web: HttpClient) -> None:
    server.on(EXPORT, read("librecat").answer)
    found = repository(server, web).publications
    assert found is not None
    assert len(found.publications) == 2
    assert len(server.requests) == 2


@pytest.mark.parametrize("end", [Answer(500), Answer(400), Answer(200, b'{"error": "too far"}', JSON)])
def test_a_page_that_fails_after_good_ones_keeps_them(server: Loopback, web: HttpClient, end: Answer) -> None:
    server.on(f"{EXPORT}?fmt=yaml&start=0&limit=100&cql=department%3DDaAl", read("librecat").answer)
    server.on(f"{EXPORT}?fmt=yaml&start=2&limit=100&cql=department%3DDaAl", end)
    found = repository(server, web)
    assert found.publications is not None
    assert [record.id for record in found.publications.publications] == ["70001", "70002"]
    assert found.status is SourceStatus.OK
    assert (found.problems[-1].message, found.problems[-1].is_note) == (
        "breaks off after 2 records, which are kept",
        False,
    )


def test_a_first_page_that_fails_is_a_failure(server: Loopback, web: HttpClient) -> None:
    server.on(EXPORT, Answer(500))
    with pytest.raises(DigestError):
        repository(server, web)


def test_a_query_without_records_is_reported(server: Loopback, web: HttpClient) -> None:
    server.on(EXPORT, Answer(200, b"--- []\n"))
    found = repository(server, web)
    assert found.status is SourceStatus.QUIET
    assert [problem.message for problem in found.problems] == ["finds no publication"]


def test_an_answer_without_publications_is_refused(server: Loopback, web: HttpClient) -> None:
    server.on(EXPORT, Answer(200, b'{"error": "Export format not supported"}'))
    with pytest.raises(DigestError, match="answers with something that holds no publications: check url and query"):
        repository(server, web, "")
    assert server.paths() == [f"{EXPORT}?fmt=yaml&start=0&limit=100"]
