"""Queries whose answers are known: papers by words of their comment or title, and words with one wrong edit."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import NamedTuple

from broadsheet.model.paper import Paper
from broadsheet.search.words import STOP_WORDS, words
from broadsheet.store.store import Store
from broadsheet.text.rendering import plain

EDITS = ("first", "wrong", "wrong", "swap", "swap", "double", "missing", "missing", "added")


class Document(NamedTuple):
    """The plain texts of a paper."""

    name: str
    title: str
    authors: str
    comment: str
    abstract: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Return all but the id: copies of a paper on other days have the same."""
        return self[1:]


class Query(NamedTuple):
    """Words, and the id of the paper, or the word, that is meant."""

    text: str
    meant: str


def documents(root: Path) -> list[Document]:
    """Return the papers of an archive, each id once."""
    store = Store(root)
    papers = {paper.arxiv_id: paper for date in reversed(store.dates()) for paper in store.papers(date)}
    return [_document(paper) for paper in papers.values()]


def _document(paper: Paper) -> Document:
    comment, abstract = plain(paper.comment or ""), plain(paper.abstract or "")
    return Document(paper.arxiv_id, plain(paper.title), ", ".join(paper.authors), comment, abstract)


def by_whole_comment(archive: Sequence[Document], number: int, seed: int) -> list[Query]:
    """Return papers by their comments."""
    commented = [document for document in archive if document.comment]
    sample = Random(seed).sample(commented, min(number, len(commented)))
    return [Query(document.comment, document.name) for document in sample]


def by_comment(archive: Sequence[Document], number: int, seed: int) -> list[Query]:
    """Return papers by any five words of their comments."""
    return _by_words([(document.name, document.comment) for document in archive], 5, number, Random(seed))


def by_rarer_words(archive: Sequence[Document], number: int, seed: int) -> list[Query]:
    """Return papers by five words of their comments, each of less than 5 % of papers."""
    counts = _counts(" ".join(document.texts) for document in archive)

    def rarer(text: str) -> str:
        return " ".join(word for word in words(text) if counts[word] < len(archive) / 20)

    return _by_words([(document.name, rarer(document.comment)) for document in archive], 5, number, Random(seed))


def by_title(archive: Sequence[Document], number: int, seed: int) -> list[Query]:
    """Return papers by any four words of their titles."""
    return _by_words([(document.name, document.title) for document in archive], 4, number, Random(seed))


def _by_words(texts: Sequence[tuple[str, str]], size: int, number: int, random: Random) -> list[Query]:
    queries: list[Query] = []
    pools = [(name, sorted({word for word in words(text) if _is_usable(word)})) for name, text in texts]
    pools = [(name, pool) for name, pool in pools if len(pool) >= size]
    while pools and len(queries) < number:
        name, pool = random.choice(pools)
        queries.append(Query(" ".join(random.sample(pool, size)), name))
    return queries


def _is_usable(word: str) -> bool:
    return len(word) > 2 and word not in STOP_WORDS and word.isalpha()


def typos(archive: Sequence[Document], number: int, seed: int) -> list[Query]:
    """Return words of at least three papers and four letters with one wrong edit, of each field in turn."""
    fields = [
        _counts(document.title for document in archive),
        _counts(document.abstract for document in archive),
        _counts(document.authors for document in archive),
    ]
    every = sum(fields, _counts(document.comment for document in archive))
    pools = [sorted(word for word, uses in field.items() if uses > 2 and _is_typed(word)) for field in fields]
    return _typos(pools, every, number, Random(seed))


def _typos(pools: Sequence[Sequence[str]], every: Counter[str], number: int, random: Random) -> list[Query]:
    queries: list[Query] = []
    while len(queries) < number:
        word = random.choice(pools[len(queries) % len(pools)])
        typo = edited(word, random.choice(EDITS), random)
        if typo not in every and len(typo) > 2 and typo not in STOP_WORDS:
            queries.append(Query(typo, word))
    return queries


def typos_among_words(archive: Sequence[Document], number: int, seed: int) -> list[Query]:
    """Return three words of a title of which the one in the middle has a wrong edit."""
    random = Random(seed)
    every = _counts(" ".join(document.texts) for document in archive)
    titles = by_title(archive, 9 * number, seed)
    queries: list[Query] = []
    while len(queries) < number:
        first, word, last, _ = titles.pop().text.split()
        typo = edited(word, random.choice(EDITS), random)
        if _is_typed(word) and every[word] > 2 and typo not in every and len(typo) > 2:
            queries.append(Query(f"{first} {typo} {last}", word))
    return queries


def _is_typed(word: str) -> bool:
    return _is_usable(word) and len(word) > 3 and word.isascii()


def _counts(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in set(words(text)))


def edited(word: str, edit: str, random: Random) -> str:
    """Return a word with one edit, perhaps without effect."""
    place = random.randrange(len(word) - (edit == "swap")) if edit != "first" else 0
    before, letter, after = word[:place], word[place], word[place + 1 :]
    other = random.choice(ascii_lowercase)
    return {
        "double": before + letter + letter + after,
        "missing": before + after,
        "added": before + other + letter + after,
        "swap": before + after[:1] + letter + after[1:],
    }.get(edit, before + other + after)
