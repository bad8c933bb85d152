"""The truth: every paper, when it came in, where it is announced and listed, and what becomes of it."""

import dataclasses
import datetime
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from tests.soak.schedule import DAY, Announcement, Schedule, at, utc_midnight

# arXiv's taxonomy: two codes of one category, the first of which is the primary one of its papers.
ALIASES = {
    "eess.SY": "cs.SY", "math.NA": "cs.NA", "cs.IT": "math.IT", "math-ph": "math.MP", "math.ST": "stat.TH",
    "econ.GN": "q-fin.EC",
}  # fmt: skip
FOLLOWED = (
    ("cs.LG", "stat.ML"),
    ("cs.SY",),
    ("cs.CL", "cs.NA", "stat.TH"),
    ("math.IT", "cs.AI"),
    ("hep-th", "math.MP"),
    ("econ",),
    ("cs.LG",),
    ("q-fin.EC", "cs.CV"),
    ("math",),
    ("eess", "cs.RO"),
)
_SUBJECTS = {
    "math": ["math.NA", "math.OC", "math-ph"],
    "econ": ["econ.EM", "econ.GN"],
    "eess": ["eess.SY", "eess.SP"],
}
_ELSEWHERE = ("astro-ph.GA", "q-bio.NC", "cond-mat.soft", "nlin.CD", "physics.optics")
LEAST = 5  # relevance, in the settings; papers of less are not shown
_WORDS = (
    "low-rank pruning cache bound flow kernel sparse spectral robust causal graph lattice random convex entropy "
    "control signal market noise gauge tensor proof limit sample"
).split()
_NAMES = "Ada Example, Bo Sample, Cy Trial, José Muñoz, Dana Draft, Eve Proof, Li Wei, Max Lemma".split(", ")


@dataclasses.dataclass
class Paper:
    """A paper. `categories` begin with the primary one; `crossed` has those that came later, with the morning of each.

    `versions` are later versions: the morning, and when each came in. The last one of a withdrawn paper takes it back.
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    submitted: datetime.datetime
    day: datetime.date
    indexed: datetime.datetime
    crossed: dict[str, datetime.date] = dataclasses.field(default_factory=dict)
    versions: list[tuple[datetime.date, datetime.datetime]] = dataclasses.field(default_factory=list)
    withdrawn: bool = False

    def codes(self, day: datetime.date) -> tuple[str, ...]:
        """Its categories after the announcement for `day`."""
        return (*self.categories, *(code for code, since in self.crossed.items() if since <= day))

    def version(self, day: datetime.date) -> int:
        """Its newest version after the announcement for `day`."""
        return 1 + sum(since <= day for since, _ in self.versions)

    def is_withdrawn(self, day: datetime.date) -> bool:
        """Whether it is taken back by then."""
        return self.withdrawn and self.version(day) > len(self.versions)


class Listing(NamedTuple):
    """An entry of Hugging Face's list of `date`; `listed` is what it says, `visible` when the list has it."""

    paper: Paper
    date: datetime.date
    listed: datetime.datetime
    visible: datetime.datetime
    votes: int

    def votes_at(self, now: datetime.datetime) -> int:
        """They grow for days."""
        return round(self.votes * min(1.0, (now - self.listed) / (6 * DAY)))


class Record(NamedTuple):
    """A publication in the repository, and the times at which it was changed; the first made it."""

    id: str
    title: str
    changes: tuple[datetime.datetime, ...]


class World:
    """Everything that is, from `first` on for so many `days`, by `seed`."""

    def __init__(self, seed: int, first: datetime.date, days: int) -> None:
        self.seed, self.first, self.last = seed, first, first + DAY * (days + 2)
        self._random = random.Random(f"world {seed}")
        self.followed = FOLLOWED[seed % len(FOLLOWED)]
        self.cross_lists = seed % 3 != 2
        self.known = Schedule()
        self.deferred = self._deferred(days)
        self.schedule = Schedule(self.deferred)
        self.papers: dict[str, Paper] = {}
        self.by_day: dict[datetime.date, list[Paper]] = defaultdict(list)  # by the morning, in any part
        self.listings: dict[datetime.date, list[Listing]] = defaultdict(list)
        self.floods: dict[datetime.date, int] = {}
        self._late: dict[datetime.date, list[tuple[datetime.datetime, tuple[str, ...]]]] = defaultdict(list)
        self._numbers: dict[str, int] = defaultdict(int)
        self._announce()
        self._list()
        self.records = tuple(self._record(number, days) for number in range(24))

    # -- what a paper is to this digest --------------------------------------------------------------------------------

    def wants(self, codes: tuple[str, ...]) -> bool:
        """Whether one of `codes` is followed; an archive stands for all of it."""
        return any(is_of(code, wanted) for code in codes for wanted in self.followed)

    def events(self, paper: Paper) -> dict[datetime.date, str]:
        """The mornings on which arXiv's feed has the paper as this digest wants it: as new, or as cross."""
        events = {}
        if self.wants(paper.categories):
            events[paper.day] = "new" if self.wants(own_codes(paper)) else "cross"
        for code, day in sorted(paper.crossed.items(), key=lambda item: item[1]):
            if self.wants((code,)):
                events.setdefault(day, "cross")
        return {day: kind for day, kind in events.items() if kind == "new" or self.cross_lists}

    def score(self, paper_id: str) -> tuple[int, int]:
        """Relevance and novelty, which any sane model gives."""
        digest = hashlib.sha256(paper_id.encode()).digest()
        return 1 + digest[0] % 10, 1 + digest[1] % 10

    # -- how it comes about --------------------------------------------------------------------------------------------

    def _deferred(self, days: int) -> frozenset[datetime.date]:
        """Two working days a year on which a mailing is deferred for reasons of its own."""
        middle = (self.first + DAY * number for number in range(5, days - 5))
        working = [day for day in middle if self.known.announcement(day + DAY)]
        return frozenset(self._random.sample(working, min(len(working), round(days / 180))))

    def _announce(self) -> None:
        announcements = list(self.schedule.announcements(self.first - DAY * 5, self.last))
        for number, announcement in enumerate(announcements):
            self._index(announcement)
            for submitted, codes in self._submissions(announcement):
                later = announcements[min(number + self._delay(), len(announcements) - 1)]
                self._late[later.day].append((submitted, codes))
            for submitted, codes in sorted(self._late.pop(announcement.day, [])):
                self._add(announcement, submitted, codes)
            self._follow_up(announcements[number : number + 12])
        flooded = self._random.sample(announcements[5:-3], min(2, len(announcements) // 120))
        self.floods = {announcement.day: self._random.randint(1940, 2100) for announcement in flooded}

    def _index(self, announcement: Announcement) -> None:
        """How long the API's index takes this time: until midnight as documented, less, or a day and more."""
        kind = self._random.random()
        midnight = at(announcement.day, 0) - announcement.temporary
        self._lag = datetime.timedelta(minutes=10) if kind < 0.2 else midnight
        self._slow = kind > 0.95

    def _submissions(self, announcement: Announcement) -> Iterator[tuple[datetime.datetime, tuple[str, ...]]]:
        seconds = int((announcement.closes - announcement.opens).total_seconds())
        for _ in range(self._random.randint(7, 14)):
            codes = self._codes()
            yield announcement.opens + datetime.timedelta(seconds=self._random.randrange(seconds)), codes

    def _codes(self) -> tuple[str, ...]:
        """Categories: mostly followed first, or second, or not at all."""
        inside, outside = self._random.choice(self._codes_followed()), self._random.choice(_ELSEWHERE)
        kind = self._random.random()
        codes = (inside, outside) if kind < 0.3 else (inside,) if kind < 0.6 else (outside, inside)
        return with_alias((outside,) if kind > 0.82 else codes)

    def _codes_followed(self) -> list[str]:
        """The codes that papers of the followed categories have; of an archive some of its subjects."""
        first = {alias: primary for primary, alias in ALIASES.items()}
        return [code for name in self.followed for code in _SUBJECTS.get(name, [first.get(name, name)])]

    def _delay(self) -> int:
        """Announcements for which moderators hold a paper back."""
        return self._random.randint(1, 4) if self._random.random() < 0.06 else 0

    def _add(self, announcement: Announcement, submitted: datetime.datetime, codes: tuple[str, ...]) -> None:
        month = f"{announcement.temporary:%y%m}"
        self._numbers[month] += self._random.randint(1, 9)
        words = self._random.sample(_WORDS, 5)
        lag = self._random.random() * datetime.timedelta(hours=26) if self._slow else self._lag
        paper = Paper(
            id=f"{month}.{self._numbers[month]:05}",
            title=f"On {words[0]} {words[1]} and the {words[2]} {words[3]}",
            abstract=f"We study {' '.join(words)}. It holds {self._random.randint(2, 99)} times.",
            authors=tuple(self._random.sample(_NAMES, self._random.randint(1, 3))),
            categories=codes,
            submitted=submitted,
            day=announcement.day,
            indexed=announcement.temporary + lag,
        )
        self.papers[paper.id] = paper
        self.by_day[paper.day].append(paper)

    def _follow_up(self, announcements: list[Announcement]) -> None:
        """What becomes of the papers of the first of `announcements`: cross-lists, new versions, withdrawals."""
        for paper in list(self.by_day[announcements[0].day]):
            if paper.day != announcements[0].day:
                continue
            later = [a for a in announcements[1:] if self._random.random() < 0.02]
            for announcement in later:
                span = announcement.closes - announcement.opens
                paper.versions.append((announcement.day, announcement.opens + span * self._random.random()))
            paper.withdrawn = bool(paper.versions) and self._random.random() < 0.15
            if announcements[1:] and self._random.random() < 0.08:
                code = self._random.choice(self._codes_followed())
                day = self._random.choice(announcements[1:]).day
                paper.crossed = {code: day} if code not in paper.categories else {}
            for day in {day for day, _ in paper.versions} | set(paper.crossed.values()):
                self.by_day[day].append(paper)

    def _list(self) -> None:
        """Hugging Face's lists: of papers of the last days, some older, few on weekends; at times a long one."""
        listed: set[str] = set()
        for day in (self.first + DAY * number for number in range(-1, (self.last - self.first).days)):
            recent = [p for n in range(5) for p in self.by_day[day - DAY * n] if p.day == day - DAY * n]
            sample = self._random.sample(list(self.papers.values()), 9)
            older = [p for p in sample if p.day < day - 9 * DAY and self._stays(p, day)]
            number = self._random.randint(0, 2) if day.weekday() >= 5 else self._random.randint(3, 8)
            number = len(recent) if self._random.random() < 0.02 else number
            chosen = [*self._random.sample(recent, min(number, len(recent))), *older[: self._random.random() < 0.3]]
            self.listings[day] = [self._listing(paper, day) for paper in chosen if paper.id not in listed]
            listed.update(paper.id for paper in chosen)

    def _stays(self, paper: Paper, day: datetime.date) -> bool:
        """Whether a listing on `day` cannot show it anew: what was not shown is looked at again after 90 days."""
        return self.score(paper.id)[0] >= LEAST or day - paper.day < 80 * DAY

    def _listing(self, paper: Paper, day: datetime.date) -> Listing:
        """Most come in the morning hours of UTC, some late; a few are let in when the day is over."""
        start = max(utc_midnight(day), at(paper.day - DAY, 20))
        listed = start + (utc_midnight(day + DAY) - start) * self._random.random() ** 2 * 0.999
        late = DAY * self._random.random() if self._random.random() < 0.05 else datetime.timedelta()
        return Listing(paper, day, listed, listed + late, self._random.randint(1, 150))

    def _record(self, number: int, days: int) -> Record:
        changes = sorted(self._random.randint(-200, days * 24) for _ in range(self._random.randint(1, 3)))
        start = utc_midnight(self.first)
        times = tuple(start + datetime.timedelta(hours=hour) for hour in changes)
        return Record(str(70001 + number), f"A record of {self._random.choice(_WORDS)}", times)


def is_of(code: str, wanted: str) -> bool:
    """Whether a category is `wanted`, under either name, or of the archive that is."""
    return any(name == wanted or name.split(".")[0] == wanted for name in names(code))


def names(code: str) -> set[str]:
    """All codes of a category."""
    return {code} | {b for pair in ALIASES.items() for a, b in (pair, pair[::-1]) if a == code}


def with_alias(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Categories as arXiv writes them: whatever has an alias has both."""
    return (*codes, *(ALIASES[code] for code in codes if code in ALIASES and ALIASES[code] not in codes))


def own_codes(paper: Paper) -> tuple[str, ...]:
    """The primary category, under its names."""
    return with_alias(paper.categories[:1])
