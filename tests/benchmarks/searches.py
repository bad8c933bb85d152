"""Searches that answer queries: the page of a site in Chromium, Pagefind if it is installed, and SQLite FTS5."""

import html
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from broadsheet.model.paper import Paper
from broadsheet.search.words import words
from tests import tools
from tests.benchmarks.queries import texts
from tests.static_host import hosted

Answer = tuple[list[str], list[str]]  # ids of papers, and words that were searched for instead
Search = Callable[[Sequence[str]], list[Answer]]
OWN = """async (queries) => {
  const [field, status, form, hits] = ["query", "search-status", "search", "hits"].map((id) =>
    document.getElementById(id));
  const until = async (test) => {
    for (let i = 0; i < 2000 && !test(); i++) await new Promise((resolve) => setTimeout(resolve, 3));
  };
  const answers = [];
  for (const query of queries) {
    [status.textContent, field.value] = ["waiting", query];
    form.dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
    await until(() => status.textContent !== "waiting");
    await until(() => hits.children.length >= Math.min(20, parseInt(status.textContent) || 0));
    answers.push([[...hits.children].map((node) => node.dataset.paper ?? ""), status.textContent]);
  }
  return answers;
}"""
PAGEFIND = """async (queries) => {
  const pagefind = await import("/pagefind/pagefind.js");
  await pagefind.init();
  const answers = [];
  for (const query of queries) {
    const { results } = await pagefind.search(query);
    answers.push((await Promise.all(results.slice(0, 20).map((result) => result.data()))).map(({ meta }) => meta.id));
  }
  return answers;
}"""


@contextmanager
def _tab(site: Path, path: str) -> Iterator[Page]:
    with hosted(site, "/") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(tools.find("chromium")), args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(address + path)
        yield tab
        browser.close()


@contextmanager
def own(site: Path) -> Iterator[Search]:
    """Yield the search of a built site."""
    with _tab(site, "search/?q=learning") as tab:
        tab.wait_for_selector("#hits > li")

        def search(queries: Sequence[str]) -> list[Answer]:
            return [(ids, _meanings(status)) for ids, status in tab.evaluate(OWN, list(queries))]

        yield search


def _meanings(status: str) -> list[str]:
    shown = re.search(r"showing ([^.]*)\.", status)
    return re.findall("“([^”]*)”", shown[1]) if shown else []


@contextmanager
def pagefind(archive: Sequence[Paper], folder: Path) -> Iterator[Search]:
    """Yield Pagefind over a page for each paper. It answers without saying for what."""
    for number, paper in enumerate(archive):
        text = "".join(f"<p>{html.escape(part)}</p>" for part in texts(paper)[1:])
        title = (
            f'<h1>{html.escape(paper.title)}</h1><p hidden data-pagefind-meta="id">{html.escape(paper.arxiv_id)}</p>'
        )
        (folder / f"{number}.html").write_text(f"<!doctype html><html lang=en><body>{title}{text}", "utf-8")
    (folder / "index.html").write_text("<!doctype html><title>Pagefind</title>", "utf-8")
    subprocess.run([sys.executable, "-m", "pagefind", "--site", folder, "--quiet"], check=True)
    with _tab(folder, "") as tab:
        yield lambda queries: [(ids, []) for ids in tab.evaluate(PAGEFIND, list(queries))]


def has_pagefind() -> bool:
    """Return whether Pagefind is installed: the packages pagefind and pagefind_bin."""
    return bool(find_spec("pagefind") and find_spec("pagefind_bin")) or bool(shutil.which("pagefind"))


@contextmanager
def sqlite(archive: Sequence[Paper]) -> Iterator[Search]:
    """Yield SQLite FTS5, which repairs words by the trigrams of its vocabulary."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE papers USING fts5(id UNINDEXED, title, authors, body)")
    rows = ((paper.arxiv_id, *texts(paper)) for paper in archive)
    database.executemany("INSERT INTO papers SELECT ?, ?, ?, ? || ' ' || ?", rows)
    database.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(papers, row)")
    database.execute("CREATE VIRTUAL TABLE trigrams USING fts5(term, tokenize='trigram')")
    database.execute("INSERT INTO trigrams SELECT term FROM vocabulary WHERE doc > 2")
    yield lambda queries: [_answer(database, query) for query in queries]
    database.close()


def _answer(database: sqlite3.Connection, query: str) -> Answer:
    meanings: list[str] = []
    terms = []
    for word in words(query):
        is_there = database.execute("SELECT 1 FROM vocabulary WHERE term = ?", (word,)).fetchone()
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
