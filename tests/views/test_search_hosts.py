"""The search on hosts that compress, cut or replace what they send."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.build.test_search_index import Digest
from tests.example import paper
from tests.static_host import Host, hosted

DAYS = {
    "2025-03-04": [
        paper(f"2503.{number:05}", title="Wading grebes", abstract="Herons and coots stand there.")
        for number in range(1, 4)
    ]
}
FOUND, FAILED = r"^3 found$", "The search index could not be loaded"


class IndexHost(Host):
    """Is odd about the files of the index with words, facts and cards."""

    def respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        odd = re.search(r"/search-index/.*(words|texts|facts)", self.path)
        super().respond(*(self.change(status, headers, body) if odd else (status, headers, body)))

    def change(self, status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Return another response."""
        raise NotImplementedError


class Mislabels(IndexHost):
    """Says of plain bytes that they are compressed."""

    def change(self, status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        return status, headers | {"Content-Encoding": "gzip"}, body


class MislabelsParts(IndexHost):
    """Sends parts of the compressed file, which no browser can decompress."""

    def change(self, status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if status == 206:
            return status, headers | {"Content-Encoding": "gzip"}, body
        return status, headers | {"Content-Encoding": "gzip"}, gzip.compress(body)


class Compresses(IndexHost):
    """Compresses what it sends, be it a part or a file."""

    def change(self, status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        return status, headers | {"Content-Encoding": "gzip"}, gzip.compress(body)


class SendsPages(Host):
    """Sends a page with status 200 instead of a missing file."""

    def respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().respond(200 if status == 404 else status, headers, body)


class Cuts(IndexHost):
    """Ends the connection in the middle of a file."""

    def change(self, status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.close_connection = True
        return status, headers | {"Content-Length": str(len(body))}, body[: len(body) // 2]


class CutsParts(Cuts):
    """Ends the connection in the middle of a part of a file."""

    def change(self, status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        return super().change(status, headers, body) if status == 206 else (status, headers, body)


class CutsLists(IndexHost):
    """Ends the connection in the middle of the list of the index."""

    def respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        if self.path.endswith("/shards.json"):
            self.close_connection = True
            headers, body = headers | {"Content-Length": str(len(body))}, body[: len(body) // 2]
        Host.respond(self, status, headers, body)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    digest = Digest(tmp_path_factory.mktemp("hosts"), DAYS)
    digest.write()
    digest.publish()
    return digest.site


@pytest.mark.parametrize(
    ("kind", "ranges", "sentence"),
    [
        (Host, False, FOUND),
        (Mislabels, True, FAILED),
        (Mislabels, False, FAILED),
        (MislabelsParts, True, FOUND),
        (Compresses, True, FOUND),
        (Compresses, False, FOUND),
        (SendsPages, True, FOUND),
        (Cuts, True, FAILED),
        (Cuts, False, FAILED),
        (CutsParts, True, FOUND),
        (CutsLists, True, FAILED),
    ],
)
def test_a_search_works_or_reports_the_fault(
    chromium: Browser, site: Path, kind: type[Host], ranges: bool, sentence: str
) -> None:
    with hosted(site, "/repo/", ranges=ranges, kind=kind) as address:
        tab = chromium.new_page()
        tab.goto(f"{address}search/?q=wading grebes")
        expect(tab.locator("#search-status")).to_contain_text(re.compile(sentence))
        expect(tab.locator("#hits h3")).to_have_count(3 if sentence == FOUND else 0)
        tab.close()


@pytest.mark.parametrize(
    ("lost", "sentence"), [("words/", FAILED), ("texts/", "3 of them could not be loaded"), ("shards.json", FAILED)]
)
def test_a_page_instead_of_a_file_of_the_index_is_reported(
    chromium: Browser, site: Path, lost: str, sentence: str
) -> None:
    class LosesFiles(SendsPages):
        def do_GET(self) -> None:
            if lost in self.path:
                self.path = "/repo/none"
            super().do_GET()

    with hosted(site, "/repo/", kind=LosesFiles) as address:
        tab = chromium.new_page()
        tab.goto(f"{address}search/?q=wading grebes")
        expect(tab.locator("#search-status")).to_contain_text(sentence)
        tab.close()
