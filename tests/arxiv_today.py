"""A loopback arXiv that announces made-up papers on a day: its feed, and the API for details and for earlier days."""

import datetime
import re
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from broadsheet.providers.arxiv.calendar import Calendar
from tests.loopback import Answer, Handler, Loopback, send_answer

FEED, API, OAI = "/rss", "/api", "/oai"
NO_RECORDS = b"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="noRecordsMatch">none</error></OAI-PMH>"""
WORDS = ("pruning", "a low-rank method", "convergence of learning", "language models", "graphs")


class ArxivToday:
    """The papers of some days. A `quiet` day has an empty feed, as on a weekend."""

    def __init__(self, server: Loopback, categories: str, days: dict[str, int], today: str) -> None:
        self._days, self._today, self._category = days, today, categories.split("+", maxsplit=1)[0]
        server.may(f"{FEED}/{categories}", self._feed())
        server.may(API, self._api())
        server.may(OAI, Answer(200, NO_RECORDS))
        self.environment = {
            "DIGEST_ARXIV_FEED": f"{server.url}{FEED}",
            "DIGEST_ARXIV_API": f"{server.url}{API}",
            "DIGEST_ARXIV_OAI": f"{server.url}{OAI}",
        }

    def ids(self, day: str) -> list[str]:
        """Return the ids of the papers of a day."""
        return [f"{day[2:4]}{day[5:7]}.{day[8:]}{number:03}" for number in range(1, self._days.get(day, 0) + 1)]

    def _feed(self) -> Answer:
        stamp = datetime.datetime.fromisoformat(self._today).strftime("%a, %d %b %Y 00:00:00 -0500")
        items = "".join(self._item(paper_id, stamp) for paper_id in self.ids(self._today))
        return Answer(
            200,
            f"""<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">
<channel><title>updates on arXiv.org</title><link>http://rss.arxiv.org/rss/</link><pubDate>{stamp}</pubDate>
{items}</channel></rss>""".encode(),
            (("Content-Type", "application/rss+xml"),),
        )

    def _item(self, paper_id: str, stamp: str) -> str:
        return f"""<item><title>{title(paper_id)}</title><link>https://arxiv.org/abs/{paper_id}</link>
<description>arXiv:{paper_id}v1 Announce Type: new
Abstract: Made-up words on {topic(paper_id)}.</description>
<guid isPermaLink="false">oai:arXiv.org:{paper_id}v1</guid><category>{self._category}</category>
<pubDate>{stamp}</pubDate><arxiv:announce_type>new</arxiv:announce_type><dc:creator>Ada Example</dc:creator></item>
"""

    def _api(self) -> Handler:
        def answer(request: BaseHTTPRequestHandler) -> None:
            query = parse_qs(urlsplit(request.path).query)
            entries = self._entries(query)
            total = f"<opensearch:totalResults>{len(entries)}</opensearch:totalResults>"
            names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
            names += ' xmlns:arxiv="http://arxiv.org/schemas/atom"'
            body = f'<?xml version="1.0" encoding="UTF-8"?><feed {names}>{total}{"".join(entries)}</feed>'
            send_answer(request, Answer(200, body.encode(), (("Content-Type", "application/atom+xml"),)))

        return answer

    def _entries(self, query: dict[str, list[str]]) -> list[str]:
        by_id = {paper_id: day for day in self._days for paper_id in self.ids(day)}
        if wanted := query.get("id_list"):
            return [self._entry(paper_id, by_id[paper_id]) for paper_id in wanted[0].split(",") if paper_id in by_id]
        window = re.search(r"submittedDate:\[(\d{12}) TO (\d{12})\]", query["search_query"][0])
        start = int(query.get("start", ["0"])[0])
        assert window
        inside = [i for i, day in by_id.items() if window[1] <= f"{submitted(day):%Y%m%d%H%M}" <= window[2]]
        return [self._entry(paper_id, by_id[paper_id]) for paper_id in inside[start:]]

    def _entry(self, paper_id: str, day: str) -> str:
        time = f"{submitted(day):%Y-%m-%dT%H:%M:%SZ}"
        return f"""<entry><id>http://arxiv.org/abs/{paper_id}v1</id><title>{title(paper_id)}</title>
<updated>{time}</updated><published>{time}</published><summary>Made-up words on {topic(paper_id)}.</summary>
<author><name>Ada Example</name></author><category term="{self._category}"/>
<arxiv:primary_category term="{self._category}"/></entry>"""


def submitted(day: str) -> datetime.datetime:
    """Return a time at which a paper is submitted that arXiv announces on `day`."""
    window = Calendar().window(day)
    assert window, f"{day} has no announcement"
    return window[1] - datetime.timedelta(hours=1)


def topic(paper_id: str) -> str:
    """Return the subject of a paper."""
    return WORDS[int(paper_id[-3:]) % len(WORDS)]


def title(paper_id: str) -> str:
    """Return the title of a paper."""
    return f"Paper {paper_id} on {topic(paper_id)}"
