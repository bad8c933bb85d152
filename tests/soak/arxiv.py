"""arXiv's feed, API and OAI-PMH: the replies at a time, with or without a fault.

Sources: https://info.arxiv.org/help/rss_specifications.html, api/user-manual.html, oa/index.html
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from tests.soak.faults import Fault
from tests.soak.schedule import DAY, EASTERN, at, feed_day
from tests.soak.services import Request, Response
from tests.soak.world import Paper, World, is_of, own_codes

_FEED_HOLDS = 2000
_API_GIVES = 2000
_OAI_GIVES = 8
_ORDER = ("replace-cross", "replace", "cross", "new")
_XML = (("Content-Type", "application/xml"),)
_FEED_HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">
<channel><title>{title} updates on arXiv.org</title><link>http://rss.arxiv.org/rss/{title}</link>
<lastBuildDate>{built}</lastBuildDate><pubDate>{date}</pubDate>
<skipDays><day>Sunday</day><day>Saturday</day></skipDays>
"""
_API_HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"
 xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id><title>arXiv Query</title><updated>{now}</updated>
<opensearch:itemsPerPage>{returned}</opensearch:itemsPerPage><opensearch:totalResults>{total}</opensearch:totalResults>
<opensearch:startIndex>{start}</opensearch:startIndex>
"""
_OAI_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{now}</responseDate><request>x</request>
"""


class Arxiv:
    """The three services of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._expired: set[tuple[datetime.datetime, str]] = set()
        self._by_time = sorted(world.papers.values(), key=lambda paper: paper.submitted)

    def lag(self, day: datetime.date) -> datetime.timedelta:
        """Return the delay of the new feeds on a day: seconds, or sometimes a quarter of an hour."""
        return datetime.timedelta(seconds=900 if (day.toordinal() + self._world.seed) % 17 == 0 else 12)

    def day_at(self, now: datetime.datetime) -> datetime.date:
        """The day of the feeds at a moment."""
        return feed_day(now, self.lag(now.astimezone(EASTERN).date()))

    # -- the feed ------------------------------------------------------------------------------------------------------

    def feed(self, request: Request, now: datetime.datetime, fault: Fault) -> Response:
        """Return the announcements of the day; the known faults are old items, an old date, and no items."""
        wanted = request.path.rpartition("/")[2].split("+")
        day = self.day_at(now)
        shown = day - DAY if fault is Fault.OLD else day
        items = (
            [] if fault is Fault.EMPTY else self._items(wanted, self.stale_day(day) if fault is Fault.STALE else shown)
        )
        date = f"{at(shown, 0).astimezone(EASTERN):%a, %d %b %Y %H:%M:%S %z}"
        head = _FEED_HEAD.format(title=escape(",".join(wanted)), built=date, date=date)
        body = [_item(paper, kind, version, date) for paper, kind, version in items]
        flood = [] if fault is Fault.EMPTY else _flood(self._world.floods.get(shown, 0), self._primary(wanted), date)
        items_sent = [*flood, *body][:_FEED_HOLDS]  # the items cut off are the last ones: new papers
        return Response(body=f"{head}{''.join(items_sent)}</channel></rss>".encode(), headers=_XML)

    def items(self, wanted: Iterable[str], day: datetime.date) -> dict[str, str]:
        """Return the ids that the whole feed of a day has as new or cross, each with its kind."""
        items = self._items(list(wanted), day)
        return {paper.id: kind for paper, kind, _ in items if not kind.startswith("replace")}

    def stale_day(self, day: datetime.date) -> datetime.date:
        """The day whose items a stale feed has under the date of `day`."""
        if self._world.schedule.announcement(day) is None:
            return day
        earlier = [a.day for a in self._world.schedule.announcements(day - 7 * DAY, day - DAY)]
        return earlier[-1] if earlier else day

    def _primary(self, wanted: list[str]) -> str:
        return wanted[0] if "." in wanted[0] or "-" in wanted[0] else f"{wanted[0]}.XX"

    def _items(self, wanted: list[str], day: datetime.date) -> list[tuple[Paper, str, int]]:
        """Papers, how they are announced, and their version, in the order in which a full feed is cut off."""
        if self._world.schedule.announcement(day) is None:
            return []
        kinds = ((paper, _kind(paper, wanted, day)) for paper in self._world.by_day[day])
        items = [(paper, kind, paper.version(day)) for paper, kind in kinds if kind]
        return sorted(items, key=lambda item: _ORDER.index(item[1]))

    # -- the API -------------------------------------------------------------------------------------------------------

    def api(self, request: Request, now: datetime.datetime, fault: Fault) -> Response:
        """A list of ids, or a window of submission in some categories."""
        ids, query = request.query.get("id_list"), request.query.get("search_query", "")
        if fault is Fault.EMPTY and not ids:
            return _atom([], 0, 0, now)
        papers = self._named(ids.split(","), now) if ids else self._window(query, now)
        start, most = int(request.query.get("start", 0)), int(request.query.get("max_results", 10))
        page = papers[start : start + min(most, _API_GIVES)]
        if fault is Fault.SHORT and len(page) > 3 and not ids:
            page = page[: len(page) // 2]
        return _atom([_entry(paper, self._newest_morning(now)) for paper in page], len(papers), start, now)

    def window(
        self, wanted: Iterable[str], start: datetime.datetime, end: datetime.datetime, now: datetime.datetime
    ) -> list[Paper]:
        """The papers in one of `wanted` that came in from `start` to `end`, as far as the index has them."""
        day = self._newest_morning(now)
        span = (paper for paper in self._by_time if start <= paper.submitted <= end and paper.indexed <= now)
        return [p for p in span if any(is_code(code, want) for code in p.codes(day) for want in wanted)]

    def _window(self, query: str, now: datetime.datetime) -> list[Paper]:
        times = re.search(r"submittedDate:\[(\d{12}) TO (\d{12})\]", query)
        if times is None:
            raise ValueError(f"no query that arXiv's manual has: {query}")
        start, end = (datetime.datetime.strptime(f"{t}+0000", "%Y%m%d%H%M%z") for t in times.groups())
        wanted = re.findall(r"cat:([A-Za-z.*-]+)", query)
        return self.window(wanted, start, end + datetime.timedelta(seconds=59), now)

    def _named(self, ids: list[str], now: datetime.datetime) -> list[Paper]:
        papers = (self._world.papers.get(paper_id) for paper_id in ids)
        return [paper for paper in papers if paper and paper.indexed <= now]

    def _newest_morning(self, now: datetime.datetime) -> datetime.date:
        """Return the newest morning whose cross-lists and versions API and OAI-PMH have, from its midnight on."""
        return now.astimezone(EASTERN).date()

    # -- OAI-PMH -------------------------------------------------------------------------------------------------------

    def oai(self, request: Request, now: datetime.datetime, fault: Fault) -> Response:
        """Records by the day of their last change, in lists with tokens, some of which expire."""
        query = dict(part.split("=", 1) for part in request.query.get("resumptionToken", "").split("&") if "=" in part)
        page = (now, request.query.get("resumptionToken", ""))
        if query and fault is Fault.SHORT and page not in self._expired:
            self._expired.add(page)  # once: the second request gets the whole list
            return _oai('<error code="badResumptionToken">expired</error>', now)
        query = query or request.query
        day, skip = datetime.date.fromisoformat(query["from"]), int(query.get("skip", 0))
        papers = self._changed(query["set"].rpartition(":")[2], query["set"], day, now)
        if not papers:
            return _oai('<error code="noRecordsMatch">none</error>', now)
        rest = f"from={day}&set={query['set']}&skip={skip + _OAI_GIVES}" if len(papers) > skip + _OAI_GIVES else ""
        records = "".join(_record(paper, day) for paper in papers[skip : skip + _OAI_GIVES])
        token = f"<resumptionToken>{escape(rest)}</resumptionToken>" if rest else ""
        return _oai(f"<ListRecords>{records}{token}</ListRecords>", now)

    def _changed(self, subject: str, name: str, day: datetime.date, now: datetime.datetime) -> list[Paper]:
        """Those of a set whose last change so far was announced for `day`; the evening before, at 22:30."""
        archive = name.split(":")[1] if ":" in name else name
        wanted = archive if subject == archive else f"{archive}.{subject}"
        if now < at(day - DAY, 22, 30):
            return []
        newest = max(
            (a.day for a in self._world.schedule.announcements(day, day + 40 * DAY) if now >= at(a.day - DAY, 22, 30)),
            default=day,
        )
        papers = [p for p in self._world.by_day[day] if any(is_of(code, wanted) for code in p.codes(day))]
        return [p for p in papers if _last_change(p, newest) == day]


def is_code(code: str, wanted: str) -> bool:
    """Whether the API's ``cat:`` finds a category: text, and ``*`` at its end stands for anything."""
    return code.startswith(wanted[:-1]) if wanted.endswith("*") else code == wanted


def _kind(paper: Paper, wanted: list[str], day: datetime.date) -> str | None:
    def has(codes: Iterable[str]) -> bool:
        return any(is_of(code, want) for code in codes for want in wanted)

    own = has(own_codes(paper))
    if paper.day == day and has(paper.categories):
        return "new" if own else "cross"
    if has(code for code, since in paper.crossed.items() if since == day):
        return "cross"
    if any(since == day for since, _ in paper.versions) and has(paper.codes(day)):
        return "replace" if own else "replace-cross"
    return None


def _last_change(paper: Paper, newest: datetime.date) -> datetime.date:
    changes = (paper.day, *paper.crossed.values(), *(day for day, _ in paper.versions))
    return max(day for day in changes if day <= newest)


def _item(paper: Paper, kind: str, version: int, date: str) -> str:
    codes = "".join(f"<category>{code}</category>" for code in paper.categories)
    return f"""<item><title>{escape(paper.title)}</title><link>https://arxiv.org/abs/{paper.id}</link>
<description>arXiv:{paper.id}v{version} Announce Type: {kind}
Abstract: {escape(paper.abstract)}</description>
<guid isPermaLink="false">oai:arXiv.org:{paper.id}v{version}</guid>{codes}<pubDate>{date}</pubDate>
<arxiv:announce_type>{kind}</arxiv:announce_type><dc:creator>{", ".join(paper.authors)}</dc:creator></item>
"""


def _flood(number: int, code: str, date: str) -> list[str]:
    """Return replacements of papers older than this digest, which the feed lists first."""
    return [
        f"<item><title>An old paper</title><link>https://arxiv.org/abs/2101.{i:05}</link><description>arXiv:2101.{i:05}v2"
        f" Announce Type: replace\nAbstract: Old.</description><guid>oai:arXiv.org:2101.{i:05}v2</guid>"
        f"<category>{code}</category><pubDate>{date}</pubDate><arxiv:announce_type>replace</arxiv:announce_type>"
        "<dc:creator>Old Author</dc:creator></item>\n"
        for i in range(1, number + 1)
    ]


def _atom(entries: list[str], total: int, start: int, now: datetime.datetime) -> Response:
    head = _API_HEAD.format(now=f"{now:%Y-%m-%dT00:00:00Z}", returned=len(entries), total=total, start=start)
    return Response(body=f"{head}{''.join(entries)}</feed>".encode(), headers=_XML)


def _entry(paper: Paper, day: datetime.date) -> str:
    version = max(1, paper.version(day))
    updated = paper.versions[version - 2][1] if version > 1 else paper.submitted
    codes = "".join(f'<category term="{code}"/>' for code in paper.codes(day))
    comment = "This paper has been withdrawn by the authors" if paper.is_withdrawn(day) else "9 pages"
    people = "".join(f"<author><name>{name}</name></author>" for name in paper.authors)
    return f"""<entry><id>http://arxiv.org/abs/{paper.id}v{version}</id><title>{escape(paper.title)}</title>
<updated>{updated:%Y-%m-%dT%H:%M:%SZ}</updated><published>{paper.submitted:%Y-%m-%dT%H:%M:%SZ}</published>
<summary>{escape(paper.abstract)}</summary><arxiv:comment>{comment}</arxiv:comment>
<arxiv:primary_category term="{paper.categories[0]}"/>{codes}{people}</entry>
"""


def _oai(content: str, now: datetime.datetime) -> Response:
    return Response(
        body=f"{_OAI_HEAD.format(now=f'{now:%Y-%m-%dT%H:%M:%SZ}')}{content}</OAI-PMH>".encode(), headers=_XML
    )


def _record(paper: Paper, day: datetime.date) -> str:
    comment = "This paper has been withdrawn by the authors" if paper.is_withdrawn(day) else "9 pages"
    return f"""<record><header><identifier>oai:arXiv.org:{paper.id}</identifier><datestamp>{day}</datestamp></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{paper.id}</id>{"".join(_versions(paper, day))}
<title>{escape(paper.title)}</title><authors>{", ".join(paper.authors)}</authors>
<categories>{" ".join(paper.codes(day))}</categories><comments>{comment}</comments>
<abstract>{escape(paper.abstract)}</abstract></arXivRaw></metadata></record>
"""


def _versions(paper: Paper, day: datetime.date) -> Iterator[str]:
    times = [paper.submitted, *(time for since, time in paper.versions if since <= day)]
    for number, time in enumerate(times, 1):
        yield f'<version version="v{number}"><date>{time:%a, %d %b %Y %H:%M:%S} GMT</date><size>9kb</size></version>'
