"""The recipes "How do I add …" of the manual. Each test follows one in a copy of the program, and runs it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from broadsheet import PROGRAM
from broadsheet.store.store import Store
from tests.example import ROOT, digest, make_digest, paper
from tests.loopback import Answer, Loopback

pytestmark = pytest.mark.slow

DOCUMENT = (ROOT / "docs/manual/architecture.md").read_text("utf-8")
DAY = "2025-06-02"
SETTINGS = """\
topics: [{id: compression, name: Compression, words: [low-rank]}]
prompt: {user: "Rate {papers}"}
search: false
"""
TITLES = {"2506.00001": "Short", "2506.00002": "A title of several words"}
UNSCORED = [{"arxiv_id": arxiv_id, "title": title} for arxiv_id, title in TITLES.items()]


class Copy:
    """A copy of the program that a recipe changes, and a digest of two papers in `root`."""

    def __init__(self, folder: Path, compiled: Path) -> None:
        self._environment = {"PYTHONPATH": str(folder)}
        self._program = shutil.copytree(compiled, folder / "broadsheet")
        papers = [paper(arxiv_id, title=title) for arxiv_id, title in TITLES.items()]
        self.root = make_digest(folder / "digest", {DAY: papers}, SETTINGS)

    def add(self, path: str, text: str) -> None:
        """Add a file to the program, and `__init__.py` to a new folder of modules."""
        file = self._program / path
        assert not file.exists()
        if not file.parent.exists():
            file.parent.mkdir()
            if file.suffix == ".py":
                (file.parent / "__init__.py").touch()
        file.write_text(text, "utf-8")

    def insert(self, path: str, anchor: str, text: str) -> None:
        """Insert `text` after `anchor`, which a file of the program has once."""
        file = self._program / path
        content = file.read_text("utf-8")
        assert content.count(anchor) == 1, f"{path}: {anchor}"
        file.write_text(content.replace(anchor, anchor + text), "utf-8")

    def configure(self, text: str) -> None:
        """Add settings to those that every digest has here."""
        (self.root / "digest.yml").write_text(SETTINGS + text, "utf-8")

    def write_papers(self, *papers: dict[str, Any]) -> None:
        """Write the papers of the day."""
        file = self.root / f"data/papers/2025/{DAY}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in papers), "utf-8")

    def run(self, *arguments: str | Path, code: int = 0, **environment: str) -> str:
        """Run a command in the digest; return the output."""
        run = digest(*arguments, cwd=self.root, env=self._environment | environment)
        assert run.returncode == code, run.stdout + run.stderr
        return run.stderr + run.stdout

    def run_pybabel(self, *arguments: str) -> None:
        """Run a command of Babel in the folder of translations."""
        command = [sys.executable, "-m", "babel.messages.frontend", *arguments]
        subprocess.run(command, cwd=self._program / "translations", check=True, capture_output=True)

    def evaluate(self, statements: str) -> str:
        """Run statements of Python in the digest; return the output."""
        command = [sys.executable, "-c", statements]
        return subprocess.run(
            command, cwd=self.root, env=os.environ | self._environment, capture_output=True, text=True, check=True
        ).stdout

    def read(self, path: str) -> str:
        """Return the content of a file of the digest."""
        return (self.root / path).read_text("utf-8")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled copy of the program. Its copies compile only what a recipe changes."""
    program = tmp_path_factory.mktemp("program") / "broadsheet"
    shutil.copytree(PROGRAM, program, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", program], check=True)
    return program


@pytest.fixture
def copy(tmp_path: Path, compiled: Path) -> Copy:
    """A copy of the program for one recipe."""
    copy = Copy(tmp_path, compiled)
    assert copy.evaluate("import broadsheet; print(broadsheet.__file__)") == f"{tmp_path}/broadsheet/__init__.py\n"
    return copy


def test_each_recipe_is_tested() -> None:
    recipes = re.findall(r"^### … (.+)$", DOCUMENT, re.MULTILINE)
    tests = re.findall(r"^def test_(an?_\w+)", Path(__file__).read_text("utf-8"), re.MULTILINE)
    assert tests == [recipe.lower().replace(" ", "_") for recipe in recipes]


def test_a_source(copy: Copy) -> None:
    parser = """
from broadsheet.model.paper import Paper
from broadsheet.providers.decode import TextDocument
from broadsheet.providers.parse_result import ParseLog

def matches(document):
    return isinstance(document, TextDocument) and document.text.startswith("CARDS")

def parse(document, day):
    log, rows = ParseLog(document.where), []
    for number, line in enumerate(document.text.splitlines()[1:], 2):
        arxiv_id, _, title = line.partition(" ")
        log.start(number)
        if title:
            rows.append(log.row(Paper(arxiv_id=arxiv_id, title=title, source="cards"), day))
        else:
            log.reject("no title", "write it behind the id")
    return log.result(rows)
"""
    copy.add("providers/cards/parser.py", parser)
    copy.insert("providers/parsers.py", "\nPARSERS = (\n", '    Parser("cards", "cards.parser", (TextDocument,)),\n')
    copy.configure("sources: {cards: Index cards}\n")
    file = copy.root / f"{DAY}.cards"
    file.write_text("CARDS\n2506.00003 From a card\n2506.00004\n", "utf-8")
    assert f"{DAY}.cards:3: no title: write it behind the id" in copy.run("import", file, code=1)
    assert [row.title for row in Store(copy.root).papers(DAY) if row.source == "cards"] == ["From a card"]
    copy.run("generate")
    assert "From a card" in copy.read("docs/feeds/sources/cards.xml")


def test_a_fetcher(copy: Copy, server: Loopback) -> None:
    fetcher = """
from functools import partial

from broadsheet.http.service import Service
from broadsheet.providers import parsers
from broadsheet.providers.fetch_result import FetchResult, FetchTask

SERVICE = Service(name="the zoo", interval=1.0)

def tasks(settings):
    if settings.zoo:
        yield FetchTask("zoo", partial(fetch, settings.zoo))

def fetch(url, web, date, today):
    result = parsers.parse(web.get(SERVICE, f"{url}?day={date}").body, "the zoo", date)[1]
    papers = tuple(row.paper for row in result.rows)
    return FetchResult(source="zoo", date=date, papers=papers, announced=len(papers), problems=result.problems)
"""
    copy.add("providers/zoo/fetcher.py", fetcher)
    copy.insert(
        "providers/fetchers.py",
        "\nfrom broadsheet.settings.fetch import Fetch",
        "\nfrom broadsheet.providers.zoo import fetcher as zoo",
    )
    copy.insert("providers/fetchers.py", ", librecat.tasks", ", zoo.tasks")
    copy.insert("settings/fetch.py", "\n    huggingface: bool = False", '\n    zoo: str = ""')
    copy.insert("settings/fetch.py", "bool(self.arxiv.categories or self.huggingface", " or self.zoo")
    copy.configure(f"fetch: {{contact: lab@uni.edu, zoo: '{server.url}/animals'}}\n")
    row = {"arxiv_id": "2506.00003", "title": "A zebra", "source": "zoo"}
    server.on(f"/animals?day={DAY}", Answer(body=json.dumps([row]).encode()))
    assert f"{DAY} zoo: ok: 1 announced" in copy.run("fetch", "--date", DAY)
    assert [row.title for row in Store(copy.root).papers(DAY) if row.source == "zoo"] == ["A zebra"]


def test_a_page_type(copy: Copy) -> None:
    module = """
import time

from broadsheet.views.page import Page
from broadsheet.views.render import render

def pages(catalogue, settings, key=""):
    body = render("tally.html.j2", "tally/", papers=catalogue.paper_count(), rendering=time.time_ns())
    yield Page(address="tally/", title="Tally", description="The number of papers", body=body)
"""
    copy.add("views/pages/tally.py", module)
    copy.add("views/templates/tally.html.j2", "<p>{{ papers }} papers, rendering {{ rendering }}</p>\n")
    copy.insert("views/page_types.py", "from broadsheet.views.pages import (\n", "    tally,\n")
    copy.insert("views/page_types.py", "archive.pages),\n", '        PageType("tally", _single_key, tally.pages),\n')
    copy.insert("../digest/mkdocs.yml", "  /topics/\n", "  /tally/\n")
    papers = [paper(arxiv_id) for arxiv_id in TITLES]
    renderings = []
    for rows in (papers, [*papers[1:], papers[0] | {"title": "Another title"}], [*papers, paper("2506.00003")]):
        copy.write_papers(*rows)
        copy.run("build")
        pages = [copy.read(path) for path in ("docs/tally/index.md", "site/tally/index.html")]
        in_docs, in_site = (re.findall(r"(\d) papers, rendering (\d+)", page) for page in pages)
        assert in_docs == in_site
        renderings += in_docs
    assert [papers for papers, _ in renderings] == ["2", "2", "3"]
    assert renderings[0] == renderings[1]  # a page without titles


def test_a_feed(copy: Copy) -> None:
    spec = '        FeedSpec("short", "", "feeds/short", "Papers", "Short titles", "Papers with few words."),\n'
    copy.insert("views/feeds/registry.py", 'gettext("Papers of relevance 7 or more.")),\n', spec)
    items = """
            "short": lambda: self._papers(
                entry for entry in self._catalogue.newest(self._limits.items) if len(entry.paper.title) < 10
            ),"""
    copy.insert("views/feeds/contents.py", "kinds: dict[str, Callable[[], tuple[FeedItem, ...]]] = {", items)
    copy.run("generate")
    for suffix in ("xml", "atom"):
        titles = ElementTree.fromstring(copy.read(f"docs/feeds/short.{suffix}")).iterfind(".//{*}title")
        assert [title.text for title in titles][-1] == "Short"
    assert [item["title"] for item in json.loads(copy.read("docs/feeds/short.json"))["items"]] == ["Short"]
    outlines = ElementTree.fromstring(copy.read("docs/feeds/digest.opml")).iterfind(".//outline[@xmlUrl]")
    assert "https://example.org/broadsheet/feeds/short.xml" in [outline.get("xmlUrl") for outline in outlines]
    assert "Papers with few words." in copy.read("docs/subscribe/index.md")


def test_a_scorer(copy: Copy) -> None:
    scorer = """
import msgspec

from broadsheet.model.scorer import Scorer
from broadsheet.scoring.scores import Scores

def score(papers):
    short = [paper for paper in papers if len(paper.title) < 10]
    signature = {"comment": "It is short.", "scorer": Scorer(model="length")}
    scored = tuple(msgspec.structs.replace(paper, relevance=9, novelty=5, **signature) for paper in short)
    return Scores(scored, {paper.arxiv_id: "too long" for paper in papers if paper not in short}, "length")
"""
    copy.add("scoring/length.py", scorer)
    condition = """
    if settings.llm.model == "length":
        with exclusive_lock(context.root, Lock.SCORING):
            return score_with(Store(context.root), date, length.score, rescore=rescore, drop_reason=drop_reason)"""
    copy.insert("daily/choose_scorer.py", "\n    settings = context.settings", condition)
    copy.insert(
        "daily/choose_scorer.py",
        "\nfrom broadsheet.model.state import DayState",
        "\nfrom broadsheet.scoring import length",
    )
    copy.configure("llm: {model: length}")
    copy.write_papers(*UNSCORED)
    printed = copy.run("score", "--date", DAY, code=1)
    assert "2506.00002: unscored: too long" in printed
    assert "1 paper scored by length, 1 unscored" in printed
    assert [row.relevance for row in Store(copy.root).papers(DAY)] == [9, None]
    receipt = Store(copy.root).receipt(DAY)
    assert receipt
    assert (receipt.model, receipt.scored, receipt.unscored) == ("length", 1, {"2506.00002": "too long"})


def test_an_llm_wire_format(copy: Copy, server: Loopback) -> None:
    module = """
from broadsheet.model.receipt import Tokens
from broadsheet.scoring.llm.completion import FailureKind
from broadsheet.scoring.llm.wire_format import WireError, WireReply

PATH = "/v1/messages"
TOKEN_LIMIT_NAMES = ("max_tokens",)

def headers(key):
    return {"x-api-key": key}

def request_body(settings, messages, token_limit_name):
    return {"model": settings.model, token_limit_name: settings.max_tokens, "messages": messages}

def parse_reply(body):
    usage = body["usage"]
    tokens = Tokens(prompt=usage["in"], completion=usage["out"], total=sum(usage.values()))
    return WireReply(body["text"], body["stop"] == "limit", tokens)

def parse_error(body):
    return WireError(body["error"], "no money", FailureKind.FATAL)
"""
    copy.add("scoring/llm/messages.py", module)
    copy.insert("scoring/llm/client.py", "from broadsheet.scoring.llm import openai", ", messages as messages_format")
    copy.insert("scoring/llm/client.py", "WIRE_FORMATS: tuple[WireFormat, ...] = (openai,", " messages_format,")
    copy.write_papers(*UNSCORED)
    copy.configure("llm: {model: m, batch: 1, parallel: 1}\n")
    rating = {"ARXIVID": "2506.00001", "RELEVANCE": 9, "NOVELTY": 8, "COMMENT": "It is short."}
    reply = {"text": json.dumps(rating), "stop": "end", "usage": {"in": 3, "out": 2}}
    server.on("/v1/messages", Answer(body=json.dumps(reply).encode()), Answer(400, b'{"error": "pay first"}'))
    key = {"DIGEST_LLM_URL": f"{server.url}/v1/messages", "DIGEST_LLM_KEY": "a-key"}
    printed = copy.run("score", "--date", DAY, code=1, **key)
    assert "2506.00002: unscored: the endpoint answers 400 Bad Request: no money" in printed
    assert "1 paper scored by m, 1 unscored; 5 tokens" in printed
    assert {request.headers["x-api-key"] for request in server.requests} == {"a-key"}


def test_a_check(copy: Copy) -> None:
    function = """
def loud_titles(row: CheckedRow) -> Iterator[Diagnostic]:
    if row.paper.title.isupper():
        yield Diagnostic(row.where, "a title in capitals", "write it in lower case")

"""
    copy.insert("checks/papers.py", "what, _DELETE, is_note=True)\n", function)
    copy.insert("checks/papers.py", "    unwanted_characters,\n", "    loud_titles,\n")
    copy.write_papers(paper("2506.00001", title="Low-rank"), paper("2506.00002", title="LLM"))
    problem = f"data/papers/2025/{DAY}.jsonl:2: a title in capitals: write it in lower case\n"
    assert problem in copy.run("check", code=1)


def test_a_setting(copy: Copy) -> None:
    copy.insert(
        "settings/pages.py", "    authors: AtLeastOne = 12\n", "    figures: Annotated[int, msgspec.Meta(ge=0)] = 3\n"
    )
    load = "from pathlib import Path; from broadsheet.settings.config import load; settings = load(Path())\n"
    show = load + "print(settings.pages.figures, settings.fingerprint)"
    default, fingerprint = copy.evaluate(show).split()
    copy.configure("pages:\n  figures: 5\n")
    value, other_fingerprint = copy.evaluate(show).split()
    assert (default, value) == ("3", "5")
    assert fingerprint != other_fingerprint
    copy.configure("pages:\n  figures: -5\n")
    assert "digest.yml:5: pages.figures: must be 0 or more: correct it" in copy.run("check", code=1)
    schema = jsonschema.Draft202012Validator(json.loads(copy.run("schema", "settings")))
    assert [schema.is_valid({"pages": {"figures": value}}) for value in (5, -5)] == [True, False]


def test_an_alternate(copy: Copy) -> None:
    function = """
def text_alternate(content, page, settings):
    return "".join(f"{entry.paper.title}\\n" for entry in content.papers).encode()
"""
    copy.add("views/alternates/text_alternate.py", function)
    copy.insert(
        "views/alternates/attach.py",
        "from broadsheet.views.page import File, Page\n",
        "from broadsheet.views.alternates.text_alternate import text_alternate\n",
    )
    copy.insert(
        "views/alternates/attach.py", '    "index.json": json_alternate,\n', '    "index.txt": text_alternate,\n'
    )
    link = '<link rel="alternate" type="text/plain" title="This page in plain text" href="index.txt">'
    copy.insert("views/theme/alternates.html", 'href="index.json">\n', link + "\n")
    copy.run("build")
    for page in ("site", "site/daily/2025/06/02", "site/topics/compression", "site/papers/2506.00001"):
        assert copy.read(f"{page}/index.txt")
        assert re.search(r"<link[^>]* href=.?index\.txt", copy.read(f"{page}/index.html"))
    assert not list(copy.root.glob("docs/**/index.txt"))


def test_a_host(copy: Copy, tmp_path: Path) -> None:
    copy.insert("build/hosts.py", '    Host("docker", "Docker Compose"),\n', '    Host("forge", "A forge"),\n')
    copy.add("hosts/forge/dot-forge.yml", "run: broadsheet run --scheduled\n")
    copy.add("hosts/readme/forge.md", "The forge runs the digest.\n")
    copy.run("new", tmp_path / "new", "--host", "forge")
    assert (tmp_path / "new" / ".forge.yml").read_text("utf-8") == "run: broadsheet run --scheduled\n"
    assert "The forge runs the digest." in (tmp_path / "new" / "README.md").read_text("utf-8")
    assert not (tmp_path / "new" / ".github").exists()


def test_a_translation(copy: Copy) -> None:
    site_file = copy.root / "mkdocs.yml"
    site_file.write_text(site_file.read_text("utf-8").replace("language: en", "language: de"), "utf-8")
    assert "there is no translation into 'de'" in copy.run("build")
    english = copy.read("site/index.html")
    assert '<html lang="en"' in english
    copy.run_pybabel("init", "-i", "broadsheet.pot", "-D", "broadsheet", "-d", ".", "-l", "de")
    file = "translations/de/LC_MESSAGES/broadsheet.po"
    for message, text in (("Topics", "Themen"), ("All feeds", "Alle Feeds"), ("Colours", "Farben & mehr")):
        copy.insert(file, f'msgid "{message}"\nmsgstr "', text)
    copy.run_pybabel("compile", "-D", "broadsheet", "-d", ".")
    # A new process, which has not read the program before: PYTHONHASHSEED.
    assert "no translation" not in copy.run("build", PYTHONHASHSEED="1")
    page = copy.read("site/index.html")
    assert '<html lang="de"' in page
    assert "<h2>Themen</h2>" in page
    assert 'aria-label="Farben &amp; mehr"' in page
    assert "Alle Feeds" in copy.read("site/daily/2025/06/02/index.html")  # rendered in another process
    assert ">Subscribe</h2>" in page  # without translation
    copy.insert(file, 'msgid "Subscribe"\nmsgstr "', "Abonnieren")
    copy.run_pybabel("compile", "-D", "broadsheet", "-d", ".")
    copy.run("build", PYTHONHASHSEED="2")
    assert ">Abonnieren</h2>" in copy.read("site/index.html")
    site_file.write_text(site_file.read_text("utf-8").replace("language: de", "language: en"), "utf-8")
    copy.run("build", PYTHONHASHSEED="2")
    assert copy.read("site/index.html") == english
