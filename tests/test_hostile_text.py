"""Hostile text in every field of every source is shown as text: in a real browser, and in every feed."""

import functools
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from playwright.sync_api import Browser, Dialog, Request

from tests.example import digest, make_digest

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)//",
    '"><img src=x onerror=alert(3)>',
    "<svg/onload=alert(4)>",
    "javascript:alert(5)",
    "//evil.example/x",
    "[click](javascript:alert(6)) **bold** _it_ # head {: onclick=alert(7) }",
    "{{ config }} {% raw %} {{ 7*7 }}",
    "</title><base href=//evil.example/>",
    "]]><script>alert(8)</script>",
    "{\\bf unbalanced \\frac{ $x_{ $ \\[ }",
    "$\\href{javascript:alert(9)}{x}$ $\\text{<img src=x onerror=alert(10)>}$ \\url{javascript:alert(11)}",
    "\u202eright to left\u202c\u0008\u000b\u2028 &lt;b&gt; &amp;amp; &#x3c;script>",
    "\n\n---\ntitle: mine\n---\n\n# Head\n\n    code\n",
    "<iframe srcdoc='<script>alert(12)</script>'></iframe><style>*{display:none}</style>",
    "' autofocus onfocus=alert(13) x='",
    'https://good.example/"onmouseover=alert(14)',
    "http://user:pass@evil.example/ https://[::1 https:///x data:text/html,<script>alert(15)</script>",
)
# What our templates, our text and MathML Core consist of.
ELEMENTS = set(
    """a abbr article aside b br button caption cite code dd details div dl dt em footer form h1 h2 h3 h4 header i input
    label li nav ol p pre rect section small span strong sub summary sup svg table tbody td th thead tr ul
    noscript option select
    circle defs desc figcaption figure g line path pattern text title
    math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup
    mtable mtd mtext mtr munder munderover none""".split()
)
LOOK = """() => {
  const main = document.querySelector('.md-content');
  // What the program asks for early is no element of text; a request elsewhere would be seen.
  const all = [...main.querySelectorAll('*:not(link[rel=modulepreload], link[rel=preload])')];
  return {
    names: [...new Set(all.map((e) => e.localName))],
    handlers: [...document.querySelectorAll('*')].flatMap(
      (e) => [...e.attributes].map((a) => a.name).filter((n) => n.startsWith('on'))),
    links: all.flatMap((e) => ['href', 'src', 'action', 'xlink:href'].map((n) => e.getAttribute(n)).filter(Boolean)),
    styles: all.filter((e) => e.hasAttribute('style')).length,
    scripts: document.querySelectorAll('script').length,
    bases: document.querySelectorAll('base').length,
    width: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""


def everywhere(template: Any, payload: str) -> Any:
    """`template` with every "*" replaced by the payload."""
    if isinstance(template, dict):
        return {key: everywhere(value, payload) for key, value in template.items()}
    if isinstance(template, list):
        return [everywhere(value, payload) for value in template]
    return payload if template == "*" else template


SCORED = {
    "ARXIVID": "",
    "COMMENT": "*",
    "RELEVANCE": 9,
    "NOVELTY": 9,
    "authors": ["*", "Ada", "*"],
    "title": "*",
    "abstract": "*",
}
HF = {
    "title": "*",
    "publishedAt": "*",
    "numComments": 1,
    "organization": {"name": "*"},
    "paper": {
        "id": "",
        "title": "*",
        "summary": "*",
        "upvotes": 3,
        "publishedAt": "*",
        "submittedOnDailyAt": "2025-05-27T00:00:00.000Z",
        "authors": [{"name": "*", "hidden": False}],
        "githubRepo": "*",
        "projectPage": "*",
        "ai_summary": "*",
    },
}
ROW = {
    **dict.fromkeys(("title", "abstract", "doi", "journal_ref", "arxiv_comment", "comment"), "*"),
    **{key: ["*"] for key in ("authors", "categories", "topics")},
    "relevance": 9,
    "novelty": 9,
    "scorer": {"model": "*", "rubric": "*"},
    "source": "*",
    "links": {"code": "*", "project": "*", "discussion": "*"},
    "announce_type": "*",
    "unknown": "*",
}
RECEIPT = {"state": "partial", "model": "*", "note": "*", "errors": ["*"], "dropped": {"reason": 1}, "scanned": 3}
PUBLICATION = {
    **dict.fromkeys(("title", "publication", "publisher", "place", "volume", "issue", "page", "doi", "license"), "*"),
    **dict.fromkeys(("publication_status", "article_number", "intvolume", "quality_controlled"), "*"),
    "type": "journal_article",
    "year": "2025",
    "status": "public",
    "abstract": [{"lang": "*", "text": "*"}],
    "author": [{"full_name": "*", "first_name": "*", "last_name": "*", "orcid": "*", "id": "*"}],
    "citation": {"apa": "*", "mla": "*"},
    "conference": {"name": "*", "location": "*", "start_date": "*"},
    "department": [{"_id": "*"}],
    "external_id": {"arxiv": ["*"], "isi": ["*"], "pmid": ["*"]},
    "file": [{"file_name": "*", "access_level": "*", "content_type": "*", "file_size": "*", "relation": "*"}],
    "keyword": ["*"],
    "language": [{"iso": "*"}],
    "project": [{"_id": "*", "name": "*", "grant_number": "*"}],
    "publication_identifier": {"issn": ["*"], "isbn": ["*"]},
    "related_material": {
        "record": [{"id": "*", "relation": "*", "status": "public"}],
        "link": [{"url": "*", "relation": "*"}],
    },
    "series_title": "*",
    "main_file_link": [{"url": "*", "open_access": "1"}],
}


def write_inputs(folder: Path) -> None:
    scored, listed, publications = {}, [], []
    for index, payload in enumerate(PAYLOADS, 1):
        arxiv_id = f"2505.{index:05}"
        scored[arxiv_id] = everywhere(SCORED, payload) | {"ARXIVID": arxiv_id}
        entry = everywhere(HF, payload)
        entry["paper"]["id"] = f"2505.{index + 500:05}"
        entry["paper"]["submittedOnDailyAt"] = "2025-05-27T00:00:00.000Z"
        listed.append(entry)
        publications.append({"_id": str(900 + index)} | everywhere(PUBLICATION, payload))
    for name, data in {"2025-05-26": scored, "hf-2025-05-27": listed, "publications": publications}.items():
        (folder / f"{name}.json").write_text(json.dumps(data), "utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site all of whose data is hostile: imported where an importer exists, and put into data/ by hand."""
    root = tmp_path_factory.mktemp("hostile")
    inputs = root / "inputs"
    inputs.mkdir()
    write_inputs(inputs)
    rows = [{"arxiv_id": f"2505.{i + 900:05}"} | everywhere(ROW, p) for i, p in enumerate(PAYLOADS)]
    make_digest(root / "digest", {"2025-05-28": rows})
    receipts = root / "digest/data/runs/2025"
    receipts.mkdir(parents=True)
    for number, payload in enumerate(PAYLOADS):
        date = f"2025-04-{number + 1:02}"
        (receipts / f"{date}.json").write_text(json.dumps({"date": date} | everywhere(RECEIPT, payload)), "utf-8")
    run = digest("import", "--root", root / "digest", inputs)
    assert run.returncode == 0, run.stdout + run.stderr
    built = digest("build", "--root", root / "digest")
    assert built.returncode == 0, built.stdout + built.stderr
    return root / "digest" / "site"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_hostile_text_never_runs_loads_or_becomes_an_element(site: Path, address: str, chromium: Browser) -> None:
    pages = sorted(p.parent.relative_to(site).as_posix() for p in site.rglob("index.html"))
    assert sum(page.startswith("publications/9") for page in pages) == len(PAYLOADS)
    context = chromium.new_context()
    tab = context.new_page()
    events: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        events.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def on_request(request: Request) -> None:
        if not request.url.startswith(address):
            events.append(request.url)

    tab.on("dialog", on_dialog)
    tab.on("request", on_request)
    tab.on("pageerror", lambda error: events.append(str(error)))
    for page in pages:
        tab.goto(f"{address}{page}/", wait_until="load")
        found = tab.evaluate(LOOK)
        assert events == [], page
        assert set(found["names"]) <= ELEMENTS, (page, set(found["names"]) - ELEMENTS)
        assert found["handlers"] == [], page
        assert found["styles"] == 0, page
        assert found["bases"] == 0, page
        assert found["width"] <= 0, f"{page} scrolls sideways"
        bad = [
            link
            for link in found["links"]
            if not link.startswith(("https://", "http://", "#", "./", "../")) and ":" in link
        ]
        own = [link for link in found["links"] if not link.startswith("../../search/?q=")]
        bad += [link for link in own if "evil.example" in link or link.startswith("//")]
        assert bad == [], page
    context.close()


def test_what_is_hostile_is_still_there_to_read(site: Path, address: str, chromium: Browser) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    for day in ("daily/2025/05/26/", "daily/2025/05/27/", "daily/2025/05/28/"):
        tab.goto(address + day)
        titles = " ".join(tab.locator("article.paper h2").all_inner_texts())
        for words in ("<script>alert(1)</script>", "onerror=alert(3)", "{{ config }}", "<svg/onload=alert(4)>"):
            assert words in titles, day
    context.close()


def test_every_feed_is_well_formed_with_the_same_content(site: Path) -> None:
    feeds = sorted(file for file in site.glob("feeds/**/*.*") if file.suffix in (".xml", ".atom"))
    assert len(feeds) >= 8
    for feed in feeds:
        ElementTree.fromstring(feed.read_bytes())
        parsed = feedparser.parse(feed.read_bytes())
        assert not parsed.bozo, (feed, parsed.get("bozo_exception"))
    entries = feedparser.parse((site / "feeds/all.xml").read_bytes()).entries
    assert len(entries) == 3 * len(PAYLOADS)
    assert all(entry.link.startswith("https://") for entry in entries)
