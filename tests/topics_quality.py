"""``python -m tests.topics_quality CORPUS``: the first ten papers of a day by topics and liked papers of a group.

An archive's readers liked a paper if they rated its relevance 7 or more. For each day the local scorer sorts the papers
as a digest without a key does (`sort_key`, then the order of ids). Two shares are printed, over all days together:
*of ten*, of the papers in first tens those that were liked; *of good*, of all liked papers those in first tens.
Chance is the share of liked papers among all.

Two archives are ranked. Every paper of ``cgarling`` has a rating; its days of September and October are ranked, and
August's papers are given as liked. ``daizedong`` lists only what its readers liked, so these papers are mixed with
those of Hugging Face Daily Papers of the same week that it does not list, until 12 % are liked. The papers given as
liked are April's; weeks are of May and October.
"""

import datetime
import json
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from broadsheet.index.ranking import sort_key
from broadsheet.model.liked_paper import LikedPaper
from broadsheet.model.paper import Paper
from broadsheet.providers import liked
from broadsheet.scoring.background import load_background
from broadsheet.scoring.likeness import LikedInterest
from broadsheet.scoring.local.scorer import LocalScorer
from broadsheet.scoring.topics import propose_topics
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from tests.example import ROOT

GOOD = 7
CHANCE = 0.12
FIRST = 10
DRAWS = 5
LIKED = 20

# Topics that a reader of near-field cosmology would write.
BY_HAND = (
    Topic(
        id="dwarf-galaxies",
        name="Dwarf galaxies",
        words=("dwarf galaxy", "dwarf galaxies", "ultra-faint", "dwarf spheroidal", "satellite galaxies", "M31"),
    ),
    Topic(
        id="milky-way",
        name="Milky Way",
        words=("Milky Way", "stellar halo", "stellar stream", "Magellanic Cloud", "Andromeda", "Local Group", "Gaia"),
    ),
    Topic(
        id="stellar-populations",
        name="Stellar populations",
        words=("stellar population", "star formation history", "star formation histories", "metallicity", "metal-poor",
               "isochrone", "red giant branch", "RR Lyrae", "resolved star", "chemical abundance"),
    ),
    Topic(
        id="galaxy-formation",
        name="Galaxy formation",
        words=("galaxy formation", "galaxy simulation", "cosmological simulation", "dark matter halo", "reionization",
               "feedback", "zoom-in", "semi-analytic"),
    ),
)  # fmt: skip


class Day(NamedTuple):
    """The papers of a day or week, by id, and the ids of those that readers liked."""

    papers: tuple[Paper, ...]
    good: frozenset[str]


class Share(NamedTuple):
    """The two shares of liked papers."""

    of_ten: float
    of_good: float


class Row(NamedTuple):
    """A paper of an archive, its day and its relevance."""

    day: str
    paper: Paper
    relevance: float | None


def archive(corpus: Path, name: str) -> Iterator[Row]:
    """Yield the papers of a scored archive, day by day."""
    for path in sorted(corpus.glob(f"scored/{name}/*/*.json")):
        for paper_id, row in json.loads(path.read_bytes()).items():
            if row.get("title"):
                yield Row(path.name[:10], _paper(paper_id, row["title"], row.get("abstract")), row.get("RELEVANCE"))


def _paper(paper_id: str, title: str, abstract: str | None) -> Paper:
    return Paper(arxiv_id=paper_id, title=title, abstract=abstract)


def rated_days(corpus: Path, months: Sequence[str] = ("2025-09", "2025-10"), most: int = 1000) -> list[Day]:
    """Return the days of ``cgarling``."""
    days: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in archive(corpus, "cgarling"):
        if row.day[:7] in months and row.relevance is not None:
            days[row.day][row.paper.arxiv_id] = row
    return [_day(days[day].values()) for day in sorted(days)[:most]]


def _day(rows: Any) -> Day:
    papers = sorted((row.paper for row in rows), key=lambda paper: paper.arxiv_id)
    return Day(tuple(papers), frozenset(row.paper.arxiv_id for row in rows if (row.relevance or 0) >= GOOD))


def mixed_weeks(corpus: Path) -> list[Day]:
    """Return weeks of Hugging Face Daily Papers with 12 % of papers that ``daizedong`` lists."""
    listed = [row for row in archive(corpus, "daizedong") if (row.relevance or 0) >= GOOD]
    ids = {row.paper.arxiv_id for row in archive(corpus, "daizedong")}
    others: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for path in sorted(corpus.glob("hf/raw/2025-*.json")):
        for entry in json.loads(path.read_bytes()):
            paper = _paper(entry["paper"]["id"], entry["paper"]["title"], entry["paper"].get("summary"))
            if paper.arxiv_id not in ids:
                others[_week(path.name[:10])][paper.arxiv_id] = Row(path.name[:10], paper, 1)
    weeks = []
    for week, rows in sorted(others.items()):
        good = {row.paper.arxiv_id: row for row in listed if _week(row.day) == week}
        number = max(1, round(len(rows) * CHANCE / (1 - CHANCE)))
        liked_rows = sorted(good.values(), key=lambda row: (row.day, row.paper.arxiv_id))
        weeks.append(_day([*rows.values(), *random.Random(week).sample(liked_rows, number)]))
    return weeks


def _week(day: str) -> str:
    year, week, _ = datetime.date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"


def draw(corpus: Path, name: str, month: str, number: int, seed: int) -> tuple[LikedPaper, ...]:
    """Return random papers of a month that the archive's readers liked."""
    rows = {row.paper.arxiv_id: row.paper for row in archive(corpus, name) if _is_good(row, month)}
    papers = random.Random(seed).sample([rows[key] for key in sorted(rows)], number)
    return tuple(LikedPaper(title=p.title, abstract=p.abstract or "", arxiv_id=p.arxiv_id) for p in papers)


def _is_good(row: Row, month: str) -> bool:
    return row.day.startswith(month) and (row.relevance or 0) >= GOOD


def bibtex(papers: Sequence[LikedPaper], abstracts: bool) -> bytes:
    """Return papers as a library in BibTeX, as reference managers export it."""
    entries = []
    for number, paper in enumerate(papers):
        abstract = f"\n  abstract = {{{_balanced(paper.abstract)}}}," if abstracts else ""
        entries.append(
            f"@article{{key{number},\n  title = {{{{{_balanced(paper.title)}}}}},{abstract}\n  year = 2025\n}}\n"
        )
    return "\n".join(entries).encode()


def _balanced(text: str) -> str:
    return text if text.count("{") == text.count("}") else text.replace("{", "").replace("}", "")


def scorers(papers: Sequence[LikedPaper]) -> dict[str, LocalScorer]:
    """Return the scorers by topics' words, by liked papers, and by both."""
    background = load_background()
    topics = propose_topics([paper.text for paper in papers], background)
    interest = LikedInterest(papers, background)
    return {
        "words": LocalScorer(Settings(topics=topics), None),
        "liked": LocalScorer(Settings(), None, interest),
        "both": LocalScorer(Settings(topics=topics), None, interest),
    }


def measure(days: Sequence[Day], scorer: LocalScorer) -> Share:
    """Return the shares of liked papers by a scorer."""
    hits = first = 0
    for day in days:
        ranked = sorted(scorer.score(day.papers).papers, key=sort_key)[:FIRST]
        hits += sum(paper.arxiv_id in day.good for paper in ranked)
        first += len(ranked)
    return Share(hits / first, hits / sum(len(day.good) for day in days))


def chance(days: Sequence[Day]) -> float:
    """Return the share of liked papers."""
    return sum(len(day.good) for day in days) / sum(len(day.papers) for day in days)


def by_hand(name: str) -> LocalScorer:
    """Return the scorer by topics that are written by hand; those of ``daizedong`` are the demonstration's."""
    if name == "cgarling":
        return LocalScorer(Settings(topics=BY_HAND), None)
    topics = yaml.safe_load((ROOT / "digest.yml").read_text("utf-8"))["topics"]
    keys = ("id", "name", "words")
    return LocalScorer(
        Settings(
            topics=tuple(
                Topic(**{key: topic[key] for key in keys[:2]}, words=tuple(topic["words"])) for topic in topics
            )
        ),
        None,
    )


def _print(label: str, shares: Sequence[Share]) -> None:
    ten, good = ([share[index] for share in shares] for index in (0, 1))
    print(
        f"  {label:36} {statistics.mean(ten):.3f} ± {statistics.pstdev(ten):.3f}   {statistics.mean(good):.3f}",
        flush=True,
    )


def _print_sources(label: str, days: Sequence[Day], sources: Sequence[Sequence[LikedPaper]]) -> None:
    measured: defaultdict[str, list[Share]] = defaultdict(list)
    for papers in sources:
        for name, scorer in scorers(papers).items():
            measured[name].append(measure(days, scorer))
    for name, shares in measured.items():
        _print(f"{label}: {name}", shares)


def main() -> None:
    """Print the shares of both archives."""
    corpus = Path(sys.argv[1])
    archives: dict[str, tuple[Callable[[Path], list[Day]], str]] = {
        "cgarling": (rated_days, "2025-08"),
        "daizedong": (mixed_weeks, "2025-04"),
    }
    for name, (days_of, month) in archives.items():
        days = days_of(corpus)
        print(f"{name}: {len(days)} days, {sum(len(day.papers) for day in days)} papers; of ten ± spread, of good")
        print(f"  {'chance':36} {chance(days):.3f}")
        _print("topics by hand", [measure(days, by_hand(name))])
        if name == "daizedong":
            seed = next(corpus.glob("seeds/000*"))
            _print_sources("seed 000", days, [liked.parse(seed.read_bytes(), seed.name).papers])
        draws = [draw(corpus, name, month, LIKED, seed) for seed in range(DRAWS)]
        _print_sources(f"{LIKED} papers", days, draws)
        for abstracts in (True, False):
            libraries = [liked.parse(bibtex(papers, abstracts), "library.bib").papers for papers in draws]
            _print_sources("BibTeX" if abstracts else "BibTeX, titles alone", days, libraries)


if __name__ == "__main__":
    main()
