"""``python -m tests.benchmarks.search ROOT``: a built archive's search beside others, on the same queries."""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from broadsheet.search.words import stem, words
from tests.benchmarks import queries, searches
from tests.benchmarks.queries import Document, Query
from tests.benchmarks.searches import Answer, Search


def main() -> None:
    """Print a row of a table for each search and kind of query."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search", description=__doc__)
    parser.add_argument("root", type=Path, help="a built archive: its data and its site")
    parser.add_argument("--papers", type=int, default=700, help="queries of each kind for papers")
    parser.add_argument("--typos", type=int, default=500, help="queries of each kind with typos")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--searches", default=",".join(SEARCHES), help="some of them, with commas")
    options = parser.parse_args()
    archive = queries.documents(options.root)
    for_papers, for_words = kinds(archive, options)
    print(f"{len(archive)} papers, seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="search-bench-") as folder:
        for name in options.searches.split(","):
            search = search_named(name, options.root, archive, Path(folder))
            for row in chain(paper_rows(search, for_papers, archive), word_rows(search, for_words, archive)):
                print(f"| {name} | {row} |", flush=True)


SEARCHES = ("own", "sqlite", "pagefind")


def search_named(name: str, root: Path, archive: Sequence[Document], folder: Path) -> Search:
    """Return the search of a name."""
    if name == "own":
        return searches.own(root / "site")
    if name == "sqlite":
        return searches.sqlite(archive)
    if not searches.has_pagefind():
        raise SystemExit("pagefind: not installed: pip install pagefind pagefind_bin, or leave it out with --searches")
    return searches.pagefind(archive, folder)


Cases = dict[str, list[Query]]


def kinds(archive: Sequence[Document], options: argparse.Namespace) -> tuple[Cases, Cases]:
    """Return the queries of each kind: for papers, and for words."""
    papers, typos, seed = options.papers, options.typos, options.seed
    for_papers = {
        "whole comments": queries.by_whole_comment(archive, papers, seed),
        "any five words of a comment": queries.by_comment(archive, papers, seed),
        "five rarer words of a comment": queries.by_rarer_words(archive, papers, seed),
        "four words of a title": queries.by_title(archive, papers, seed),
    }
    for_words = {
        "typos": queries.typos(archive, typos, seed),
        "typos among three words": queries.typos_among_words(archive, typos, seed),
    }
    return for_papers, for_words


def paper_rows(search: Search, cases: Cases, archive: Sequence[Document]) -> Iterator[str]:
    """Yield the cells of each kind of query for papers."""
    texts = {document.name: document.texts for document in archive}
    for kind, asked in cases.items():
        answers = search([query.text for query in asked])
        ranks = [rank_of_paper(query, answer, texts) for query, answer in zip(asked, answers, strict=True)]
        yield f"{kind} | {counts(ranks, 1)} first | {counts(ranks, 10)} of {len(asked)} among ten"


def word_rows(search: Search, cases: Cases, archive: Sequence[Document]) -> Iterator[str]:
    """Yield the cells of each kind of query for words."""
    terms = {document.name: {stem(word) for word in words(" ".join(document.texts))} for document in archive}
    for kind, asked in cases.items():
        answers = search([query.text for query in asked])
        ranks = [rank_of_word(query, answer, terms) for query, answer in zip(asked, answers, strict=True)]
        yield f"{kind} | {counts(ranks, 1)} first | {counts(ranks, 3)} of {len(asked)} shown"


def counts(ranks: Sequence[float], most: int) -> int:
    """Return how many ranks are among the first."""
    return sum(rank < most for rank in ranks)


def rank_of_paper(query: Query, answer: Answer, texts: Mapping[str, tuple[str, ...]]) -> float:
    """Return the place of the paper that is meant, or of a copy: the same texts on another day."""
    return next((rank for rank, name in enumerate(answer[0]) if texts.get(name) == texts[query.meant]), float("inf"))


def rank_of_word(query: Query, answer: Answer, texts: Mapping[str, set[str]]) -> float:
    """Return the place of the word that is meant; without words, of the first of three papers that has it."""
    ids, meanings = answer
    meant = stem(query.meant)
    names = [{stem(word)} for word in meanings] or [texts.get(name, set()) for name in ids[:3]]
    return next((rank for rank, terms in enumerate(names) if meant in terms), float("inf"))


if __name__ == "__main__":
    main()
