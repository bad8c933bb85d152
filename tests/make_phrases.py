"""Makes ``generator/broadsheet/search/phrases.txt`` again, from the abstracts of the corpus.

    python -m tests.make_phrases CORPUS

A phrase has at most four words of one sentence, and is in the abstracts of many authors: at least one of 200. Both
fields of the corpus (machine learning, astrophysics) count the same, however many papers each has.
"""

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from broadsheet.search import texts

FILE = Path(texts.__file__).with_name("phrases.txt")
FIELDS = ("daizedong", "cgarling")  # folders of scored papers
MAX_WORDS = 4
MAX_BYTES = 24_000  # of the 32 KiB that a compressor looks back; the rest is for cards
MIN_SHARE = 1 / 200  # of the abstracts of a field
REFERENCE_BYTES = 2.5  # what a reference to a phrase takes, about
_PHRASE = re.compile(r"[A-Za-z](?:[A-Za-z'’(),:;.-]|(?<![.;]) )*")


def abstracts(folder: Path) -> Iterator[str]:
    """Yield the abstract of each scored paper."""
    papers: dict[str, str] = {}
    for path in sorted(folder.glob("*/*.json")):
        for paper_id, row in json.loads(path.read_bytes()).items():
            papers.setdefault(paper_id, row.get("abstract") or "")
    yield from filter(None, papers.values())


def shares(field: Iterable[str]) -> dict[str, float]:
    """Return the share of abstracts that have a phrase, for each phrase that is frequent."""
    phrases = [_phrases(abstract.split()) for abstract in field]
    counts = Counter(chain.from_iterable(phrases))
    return {phrase: n / len(phrases) for phrase, n in counts.items() if n >= MIN_SHARE * len(phrases)}


def _phrases(words: list[str]) -> set[str]:
    spans = (words[start : start + length] for length in range(1, MAX_WORDS + 1) for start in range(len(words)))
    return set(filter(_PHRASE.fullmatch, map(" ".join, spans)))


def best(fields: Iterable[dict[str, float]]) -> list[str]:
    """Return the phrases that save most, the best one last: a compressor refers to what is near in fewer bits."""
    total: defaultdict[str, float] = defaultdict(float)
    for phrase, share in chain.from_iterable(field.items() for field in fields):
        total[phrase] += share
    phrases: list[str] = []
    text = ""
    for phrase in sorted(total, key=lambda phrase: (-total[phrase] * (len(phrase) - REFERENCE_BYTES), phrase)):
        if phrase not in text and len(text) + len(phrase) < MAX_BYTES:
            phrases.append(phrase)
            text += f"{phrase}\n"
    return phrases[::-1]


def main() -> None:
    """Write the file."""
    phrases = best(shares(abstracts(Path(sys.argv[1], "scored", name))) for name in FIELDS)
    FILE.write_text("".join(f"{phrase}\n" for phrase in phrases), "utf-8")
    print(f"{FILE}: {len(phrases):,} phrases, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
