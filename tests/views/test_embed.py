"""The lists for other web pages: small, plain, and under the policy of the page that shows them."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import lxml.html
import pytest
import yaml
from playwright.sync_api import BrowserContext, expect

from broadsheet.index.index import Index
from broadsheet.settings.config import Settings
from broadsheet.settings.site import Site
from broadsheet.views.pages import embed, robots
from tests.example import SETTINGS, digest, make_digest, paper

pytestmark = pytest.mark.slow

HOSTILE = '<img src=x onerror="alert(1)">'
DAYS = {
    "2025-05-26": [paper("2505.00009", title="Of the day before")],
    "2025-05-27": [
        paper(f"2505.0000{n}", title=rf"On $x^{n}$ {HOSTILE}", authors=["Ada Lovelace"] * 9) for n in range(1, 8)
    ],
}
RECORDS = [
    {
        "_id": str(n),
        "title": f"Work {n}",
        "type": "journal_article",
        "publication": "J",
        "year": "2024",
        "status": "public",
    }
    for n in range(1, 9)
]


class Handler(http.server.SimpleHTTPRequestHandler):
    """A static host that lets other origins read its files, or does not; and keeps the requests."""

    def __init__(self, *arguments: Any, requests: list[Any], headers: dict[str, str], **options: Any) -> None:
        self.requests, self.more_headers = requests, headers
        super().__init__(*arguments, **options)

    def end_headers(self) -> None:
        for name, value in self.more_headers.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        self.requests.append((self.path, dict(self.headers)))


@contextmanager
def host(folder: Path, **headers: str) -> Iterator[tuple[str, list[Any]]]:
    requests: list[Any] = []
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(folder), requests=requests, headers=names)
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_digest(tmp_path_factory.mktemp("embed"), DAYS, SETTINGS + "search: false\n")
    folder = root / "data" / "publications"
    folder.mkdir(parents=True)
    (folder / "all.yml").write_text(yaml.safe_dump_all(RECORDS, explicit_start=True), "utf-8")
    assert digest("build", "--root", root).returncode == 0
    return root / "site"


def snippet(site: Path, name: str, origin: str) -> str:
    """Return the snippet of the about page, with the script of another address."""
    page = lxml.html.fromstring((site / "about/index.html").read_bytes())
    texts = [pre.text_content() for pre in page.iter("pre") if f'data-show="{name}"' in pre.text_content()]
    address = texts[0].partition('src="')[2].partition("/assets/")[0]
    return str(texts[0]).replace(f"{address}/assets", f"{origin}/assets").replace("http://127.0.0.1:8000", origin)


def foreign_page(folder: Path, body: str, policy: str) -> None:
    folder.mkdir(exist_ok=True)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    text = f"<!doctype html><html><head>{meta}<title>A group</title></head><body>{body}</body></html>"
    (folder / "index.html").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("name", "first", "number"), [("papers", f"On x¹ {HOSTILE}", 5), ("publications", "Work 8", 5)]
)
def test_a_foreign_page_shows_the_list_under_its_own_policy(
    site: Path, tmp_path: Path, context: BrowserContext, name: str, first: str, number: int
) -> None:
    with host(site, Access_Control_Allow_Origin="*") as (origin, requests), host(tmp_path / "page") as (other, _):
        policy = f"default-src 'none'; script-src {origin}; connect-src {origin}; require-trusted-types-for 'script'"
        foreign_page(tmp_path / "page", snippet(site, name, origin), policy)
        tab = context.new_page()
        wrong: list[str] = []
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.goto(f"{other}/index.html")
        expect(tab.locator("li")).to_have_count(number)
        expect(tab.locator("li a").first).to_have_text(first)
        assert tab.locator("img, style, iframe, [style]").count() == 0
        assert [text for text in wrong if "favicon" not in text] == []
        assert tab.evaluate("document.cookie") == ""
        asked = {path: headers for path, headers in requests if not path.startswith("/favicon")}
        assert list(asked) == ["/assets/embed.js", f"/embed/{name}.json"]
        assert not any({"Cookie", "Referer"} & headers.keys() for headers in asked.values())


LINK = '<a href="ORIGIN/publications/">Our publications</a>'


@pytest.mark.parametrize(
    ("body", "text_before", "number"),
    [
        (f"<div>{LINK}</div>SCRIPT", "", 5),
        ("<div data-broadsheet>Loading …</div>SCRIPT", "", 5),
        (f"<div id=menu>Menu {LINK}</div>SCRIPT", "Menu Our publications", 5),
        ('<div id=menu><a href="https://group.example/">Home</a></div>SCRIPT', "Home", 5),
        (f"<div id=menu>{LINK}{LINK}</div>SCRIPT", "Our publicationsOur publications", 5),
        (f'<div>{LINK}</div>SCRIPT data-items="2"', "", 2),
        (f'<div>{LINK}</div>SCRIPT data-items="-1"', "", 5),
        (f'<div>{LINK}</div>SCRIPT data-items="99"', "", 8),
        (f'<div>{LINK}</div>SCRIPT data-show="publication"', "Our publications", 0),
    ],
)
def test_the_list_takes_only_the_place_that_is_for_it(
    site: Path, tmp_path: Path, context: BrowserContext, body: str, text_before: str, number: int
) -> None:
    with host(site, Access_Control_Allow_Origin="*") as (origin, _), host(tmp_path / "page") as (other, _):
        place, _, attributes = body.partition("SCRIPT")
        attributes += "" if "data-show" in attributes else ' data-show="publications"'
        script = f'<script async src="{origin}/assets/embed.js" {attributes}></script>'
        foreign_page(tmp_path / "page", place.replace("ORIGIN", origin) + script, "default-src *")
        tab = context.new_page()
        warnings: list[str] = []
        tab.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
        tab.goto(f"{other}/index.html", wait_until="networkidle")
        expect(tab.locator("li")).to_have_count(number)
        list_text = "".join(tab.locator("ul, ul + p").all_text_contents())
        assert tab.locator("div").first.text_content() == (text_before or list_text)
        assert [text for text in warnings if "data-show" in text] == (
            [] if number else ['data-show="publication": use "papers" or "publications"']
        )


def test_the_script_may_be_a_module(site: Path, tmp_path: Path, context: BrowserContext) -> None:
    with host(site, Access_Control_Allow_Origin="*") as (origin, _), host(tmp_path / "page") as (other, _):
        body = "".join(snippet(site, name, origin) for name in ("papers", "publications"))
        foreign_page(tmp_path / "page", body.replace("<script async", '<script type="module"'), "default-src *")
        tab = context.new_page()
        tab.goto(f"{other}/index.html")
        expect(tab.locator("li")).to_have_count(10)
        assert tab.evaluate("typeof embed") == "undefined"


def test_modules_of_two_digests_show_each_list_once(site: Path, tmp_path: Path, context: BrowserContext) -> None:
    with (
        host(site, Access_Control_Allow_Origin="*") as (origin, _),
        host(site, Access_Control_Allow_Origin="*") as (second, _),
        host(tmp_path / "page") as (other, _),
    ):
        body = snippet(site, "papers", origin) + snippet(site, "publications", second)
        foreign_page(tmp_path / "page", body.replace("<script async", '<script type="module"'), "default-src *")
        tab = context.new_page()
        tab.goto(f"{other}/index.html", wait_until="networkidle")
        expect(tab.locator("li")).to_have_count(10)
        expect(tab.locator("ul")).to_have_count(2)


def test_a_module_may_be_beside_its_page(site: Path, tmp_path: Path, context: BrowserContext) -> None:
    page = tmp_path / "page"
    for name in ("assets/embed.js", "embed/papers.json"):
        (page / name).parent.mkdir(parents=True)
        (page / name).write_bytes((site / name).read_bytes())
    foreign_page(page, '<script type="module" src="assets/embed.js"></script>', "default-src *")
    with host(page) as (other, _):
        tab = context.new_page()
        tab.goto(f"{other}/index.html")
        expect(tab.locator("li")).to_have_count(5)


@pytest.mark.parametrize("headers", [{}, {"Access_Control_Allow_Origin": "https://other.example"}])
def test_the_page_keeps_its_link_if_the_list_cannot_be_read(
    site: Path, tmp_path: Path, context: BrowserContext, headers: dict[str, str]
) -> None:
    with host(site, **headers) as (origin, requests), host(tmp_path / "page") as (other, _):
        foreign_page(tmp_path / "page", snippet(site, "publications", origin), "default-src *")
        tab = context.new_page()
        tab.goto(f"{other}/index.html", wait_until="networkidle")
        assert "/embed/publications.json" in dict(requests)
        assert tab.locator("div > a").text_content() == "Our publications"
        assert tab.locator("li").count() == 0


def test_the_script_and_the_lists_are_small(site: Path) -> None:
    assert (site / "assets/embed.js").stat().st_size <= 5000
    for name in ("papers", "publications"):
        values = json.loads((site / f"embed/{name}.json").read_bytes())
        assert (site / f"embed/{name}.json").stat().st_size < 10_000
        assert (values["version"], len(values["items"])) == (1, {"papers": 5, "publications": 8}[name])
        page = lxml.html.fromstring((site / f"embed/{name}.html").read_bytes())
        assert len(page.xpath("//ul/li/a[starts-with(@href, 'http')]")) == len(values["items"])
        assert page.xpath("//img | //script | //style") == []
    assert json.loads((site / "embed/papers.json").read_bytes())["items"][0]["authors"].endswith(" and 5 more")


def test_a_digest_without_data_has_empty_lists() -> None:
    for name in ("papers", "publications"):
        json_file, _ = embed.pages(Index(":memory:", Settings()), Settings(), name)
        assert json.loads(json_file.data)["items"] == []


# -- robots.txt ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site_url", "has_file"), [("https://papers.group.org/", True), ("https://group.org/papers/", False)]
)
def test_only_the_root_of_a_host_has_robots_txt(site_url: str, has_file: bool) -> None:
    settings = Settings(site=Site(site_name="S", site_url=site_url))
    files = list(robots.pages(Index(":memory:", settings), settings))
    expected = f"User-agent: *\nAllow: /\n\nSitemap: {site_url}sitemap.xml\n".encode()
    assert [file.data for file in files] == ([expected] if has_file else [])


def test_a_hand_written_robots_txt_stays(tmp_path: Path) -> None:
    root = make_digest(tmp_path, {"2025-05-26": [paper("2505.00009")]}, SETTINGS + "search: false\n")
    (root / "docs/robots.txt").write_text("User-agent: *\nDisallow: /\n")
    run = digest("build", "--root", root, env={"DIGEST_SITE_URL": "https://papers.group.org/"})
    assert run.returncode == 0, run.stderr
    for folder in ("site", "docs"):
        assert (root / folder / "robots.txt").read_text() == "User-agent: *\nDisallow: /\n"
    (root / "docs/robots.txt").unlink()
    assert digest("build", "--root", root, env={"DIGEST_SITE_URL": "https://papers.group.org/"}).returncode == 0
    assert "Sitemap" in (root / "site/robots.txt").read_text()
