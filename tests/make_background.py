"""Makes ``generator/broadsheet/scoring/background.tsv.gz`` again, from the titles and abstracts of the corpus.

    python -m tests.make_background CORPUS

Only counts are taken from a text: the number of documents with each word or phrase, its most frequent spelling, and
for a word the share of its uses (in percent) at the end of a phrase.
The documents are the papers of the scored archives (machine learning, astrophysics) and of Hugging Face Daily Papers.
"""

import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from broadsheet.scoring.background import FILE
from broadsheet.scoring.terms import runs, segments, terms

MIN_DOCUMENTS = (4, 8, 12)  # of a word, of a phrase of two words, of three
LOWER = 0.2  # the least share of uses without capitals of a term that needs none


def documents(corpus: Path) -> dict[str, tuple[str, str]]:
    """Return title and abstract of each paper, by id."""
    papers: dict[str, tuple[str, str]] = {}
    for path in sorted(corpus.glob("scored/*/*/*.json")):
        for paper_id, row in json.loads(path.read_bytes()).items():
            papers.setdefault(paper_id, (row.get("title") or "", row.get("abstract") or ""))
    for path in sorted(corpus.glob("hf/raw/*.json")):
        for entry in json.loads(path.read_bytes()):
            paper = entry["paper"]
            papers.setdefault(paper["id"], (paper["title"], paper.get("summary") or ""))
    return papers


def lines(papers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of the file."""
    counts: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    ends: Counter[str] = Counter()
    number = 0
    for title, abstract in papers:
        number += 1
        used = list(terms(abstract))
        counts.update({term.key for term in (*terms(title), *used)})
        ends.update(words[-1].key for words in chain.from_iterable(map(runs, segments(abstract))))
        for term in used:  # titles have capitals of their own
            spellings[term.key][term.text] += 1
    yield f"\t{number}\t\n"
    for key, count in sorted(counts.items()):
        words = key.count(" ") + 1
        if count >= MIN_DOCUMENTS[words - 1] and key in spellings:
            end = f"{round(100 * ends[key] / spellings[key].total())}" if words == 1 else ""
            yield f"{_usual(spellings[key])}\t{count}\t{end}\n"


def _usual(spellings: Counter[str]) -> str:
    """Return the most frequent spelling, without the capitals that some authors give a term where they introduce it."""
    usual = min(spellings, key=lambda text: (-spellings[text], text))
    lower = usual.lower()
    return lower if spellings[lower] >= LOWER * spellings.total() else usual


def main() -> None:
    """Write the file."""
    content = "".join(lines(documents(Path(sys.argv[1])).values())).encode()
    FILE.write_bytes(gzip.compress(content, 9, mtime=0))
    print(f"{FILE}: {content.count(10) - 1:,} terms, {len(content):,} bytes, {FILE.stat().st_size:,} packed")


if __name__ == "__main__":
    main()
