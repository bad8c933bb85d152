"""Searches that answer queries: the scripts of a site's page, Pagefind if it is installed, and SQLite FTS5."""

import html
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from broadsheet.search.words import words
from tests.benchmarks.queries import Document

Answer = tuple[list[str], list[str]]  # ids of papers, and words that were searched for instead
Search = Callable[[Sequence[str]], list[Answer]]
SCRIPT = Path(__file__).with_suffix(".mjs")


def _by_scripts(kind: str, folder: Path) -> Search:
    def search(queries: Sequence[str]) -> list[Answer]:
        command = ["node", str(SCRIPT), kind, str(folder)]
        process = subprocess.run(command, input=json.dumps(queries), check=True, capture_output=True, text=True)
        return [(names, _meanings(status)) for names, status in json.loads(process.stdout)]

    return search


def own(site: Path) -> Search:
    """Return the search of a built site."""
    return _by_scripts("own", site)


def _meanings(status: str) -> list[str]:
    shown = re.search(r"showing ([^.]*)\.", status)
    return re.findall("“([^”]*)”", shown[1]) if shown else []


def pagefind(archive: Sequence[Document], folder: Path) -> Search:
    """Return Pagefind over a page for each paper, written into a folder. It answers without saying for what."""
    for number, document in enumerate(archive):
        name, title, *texts = map(html.escape, document)
        head = f'<h1>{title}</h1><p hidden data-pagefind-meta="id">{name}</p>'
        text = "".join(f"<p>{text}</p>" for text in texts)
        (folder / f"{number}.html").write_text(f"<!doctype html><html lang=en><body>{head}{text}", "utf-8")
    subprocess.run([sys.executable, "-m", "pagefind", "--site", folder, "--quiet"], check=True)
    return _by_scripts("pagefind", folder)


def has_pagefind() -> bool:
    """Return whether Pagefind is installed: the packages pagefind and pagefind_bin."""
    return bool(find_spec("pagefind") and find_spec("pagefind_bin")) or bool(shutil.which("pagefind"))


def sqlite(archive: Sequence[Document]) -> Search:
    """Return SQLite FTS5, which repairs words by the trigrams of its vocabulary."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE papers USING fts5(id UNINDEXED, title, authors, body)")
    database.executemany("INSERT INTO papers SELECT ?, ?, ?, ? || ' ' || ?", archive)
    database.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(papers, row)")
    database.execute("CREATE TABLE known AS SELECT term, doc FROM vocabulary")
    database.execute("CREATE UNIQUE INDEX known_terms ON known (term)")
    database.execute("CREATE VIRTUAL TABLE trigrams USING fts5(term, tokenize='trigram')")
    database.execute("INSERT INTO trigrams SELECT term FROM known WHERE doc > 2")
    return lambda queries: [_answer(database, query) for query in queries]


def _answer(database: sqlite3.Connection, query: str) -> Answer:
    meanings: list[str] = []
    terms = []
    for word in words(query):
        is_there = database.execute("SELECT 1 FROM known WHERE term = ?", (word,)).fetchone()
        terms.append(word if is_there else next(iter(_similar(database, word)), word))
        meanings += [] if is_there else _similar(database, word)
    for join in (" ", " OR "):
        match = join.join(f'"{term}"' for term in terms)
        order = "ORDER BY bm25(papers, 0, 3, 1, 1) LIMIT 20"
        rows = database.execute(f"SELECT id FROM papers WHERE papers MATCH ? {order}", (match,)).fetchall()
        if rows:
            break
    return [name for (name,) in rows], meanings


def _similar(database: sqlite3.Connection, word: str) -> list[str]:
    trigrams = " OR ".join(f'"{word[start : start + 3]}"' for start in range(len(word) - 2))
    rows = database.execute("SELECT term FROM trigrams WHERE trigrams MATCH ? ORDER BY rank LIMIT 3", (trigrams,))
    return [term for (term,) in rows]
