"""``python -m tests.benchmarks.search ROOT``: a built archive's search beside others, on the same queries."""

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from broadsheet.model.paper import Paper
from broadsheet.search.words import stem, words
from tests.benchmarks import queries, searches
from tests.benchmarks.queries import Query
from tests.benchmarks.searches import Answer, Search


def main() -> None:
    """Print a row of a table for each search and kind of query."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search", description=__doc__)
    parser.add_argument("root", type=Path, help="a built archive: its data and its site")
    parser.add_argument("--number", type=int, default=500, help="queries of each kind")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    archive = queries.papers(options.root)
    cases = kinds(archive, options.number, options.seed)
    print(f"{len(archive)} papers, {options.number} queries of each kind, seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="search-bench-") as folder:
        for name, opened in contenders(options.root, archive, Path(folder)).items():
            with opened as search:
                for row in rows(search, cases, {paper.arxiv_id: _words(paper) for paper in archive}):
                    print(f"| {name} | {row} |", flush=True)


def contenders(root: Path, archive: Sequence[Paper], folder: Path) -> dict[str, AbstractContextManager[Search]]:
    """Return the searches by name."""
    found: dict[str, AbstractContextManager[Search]] = {
        "own index": searches.own(root / "site"),
        "SQLite FTS5": searches.sqlite(archive),
    }
    if searches.has_pagefind():
        found["Pagefind"] = searches.pagefind(archive, folder)
    else:
        print("Pagefind is not installed (pip install pagefind pagefind_bin), so it is left out")
    return found


def kinds(archive: Sequence[Paper], number: int, seed: int) -> dict[str, list[Query]]:
    """Return the queries of each kind."""
    return {
        "papers by five words of a comment": queries.by_comment(archive, number, seed),
        "papers by four words of a title": queries.by_title(archive, number, seed),
        "typos": queries.typos(archive, number, seed),
        "typos among three words": queries.typos_among_words(archive, number, seed),
    }


def rows(search: Search, cases: dict[str, list[Query]], texts: dict[str, set[str]]) -> list[str]:
    """Return the cells of each kind."""
    result = []
    for kind, asked in cases.items():
        answers = search([query.text for query in asked])
        ranks = [
            (rank_of_word if "typos" in kind else rank_of_paper)(query, answer, texts)
            for query, answer in zip(asked, answers, strict=True)
        ]
        first, ten = sum(rank == 0 for rank in ranks), sum(rank < 10 for rank in ranks)
        result.append(f"{kind} | {first} first | {ten} of {len(asked)} in {'three' if 'typos' in kind else 'ten'}")
    return result


def rank_of_paper(query: Query, answer: Answer, texts: dict[str, set[str]]) -> float:
    """Return the place of the paper that is meant."""
    return answer[0].index(query.meant) if query.meant in answer[0] else float("inf")


def rank_of_word(query: Query, answer: Answer, texts: dict[str, set[str]]) -> float:
    """Return the place of the word that is meant; without words, of the first of three papers that has it."""
    ids, meanings = answer
    meant = stem(query.meant)
    names = [{stem(word)} for word in meanings] or [texts.get(name, set()) for name in ids[:3]]
    return next((rank for rank, terms in enumerate(names) if meant in terms), float("inf"))


def _words(paper: Paper) -> set[str]:
    return {stem(word) for word in words(" ".join(queries.texts(paper)))}


if __name__ == "__main__":
    main()
