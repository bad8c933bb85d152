"""The preview server replies as a static host does."""

import http.client
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from broadsheet.build.preview import served
from broadsheet.model.diagnostics import DigestError

FILES = {
    "index.html": b"<title>home</title>",
    "404.html": b"<title>not here</title>",
    "daily/index.html": b"<title>day</title>",
    "empty/note.txt": b"a note",
    "feeds/all.xml": b"<rss/>",
    "feeds/all.atom": b"<feed/>",
    "feeds/all.json": b"{}",
    "feeds/digest.opml": b"<opml/>",
    "assets/filter.mjs": b"export {}",
    "search-index/2025/words/1.pack": b"\x1f\x8b",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for path, data in FILES.items():
        file = tmp_path / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "site"


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    with served(site, "/repo/", "127.0.0.1", 0) as address:
        yield address


def get(address: str, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """One request with the path exactly as given: (status, headers, body)."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_the_site_stands_under_its_path(address: str) -> None:
    assert urlsplit(address).path == "/repo/"
    assert get(address, "/repo/")[::2] == (200, FILES["index.html"])
    assert get(address, "/repo/daily/?from=feed")[::2] == (200, FILES["daily/index.html"])


@pytest.mark.parametrize(("path", "target"), [("/", "/repo/"), ("/repo", "/repo/"), ("/repo/daily", "/repo/daily/")])
def test_an_address_without_its_slash_leads_on(address: str, path: str, target: str) -> None:
    status, headers, _ = get(address, path)
    assert status in (301, 302)
    assert headers["location"] == target


@pytest.mark.parametrize(
    "path",
    [
        "/daily/",  # outside the site's path
        "/repository/",
        "/repo/none",
        "/repo/empty/",  # a folder without index.html is not listed
        "/repo/index.html/",
        "/repo/../secret.txt",
        "/repo/%2e%2e/secret.txt",
        "/repo/..%2fsecret.txt",
        "/repo//etc/passwd",
        "/repo/%00",
        "//etc/passwd",
    ],
)
def test_what_is_not_there_gets_the_sites_own_page(address: str, path: str) -> None:
    status, headers, body = get(address, path)
    assert (status, body) == (404, FILES["404.html"])
    assert headers["content-type"] == "text/html; charset=utf-8"


def test_without_a_404_page_there_is_still_an_answer(site: Path, address: str) -> None:
    (site / "404.html").unlink()
    assert get(address, "/repo/none")[0] == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("empty/note.txt", "text/plain; charset=utf-8"),
        ("feeds/all.xml", "application/xml"),
        ("feeds/all.atom", "application/atom+xml"),
        ("feeds/all.json", "application/json"),
        ("feeds/digest.opml", "text/x-opml"),
        ("assets/filter.mjs", "text/javascript; charset=utf-8"),
        ("search-index/2025/words/1.pack", "application/octet-stream"),
    ],
)
def test_each_file_has_its_type(address: str, path: str, kind: str) -> None:
    status, headers, body = get(address, f"/repo/{path}")
    assert (status, headers["content-type"], body) == (200, kind, FILES[path])


@pytest.mark.parametrize(("path", "length"), [("/repo/", "index.html"), ("/repo/none", "404.html")])
def test_head_has_the_same_headers_and_no_body(address: str, path: str, length: str) -> None:
    _, headers, body = get(address, path, "HEAD")
    assert (headers["content-length"], body) == (str(len(FILES[length])), b"")


def test_a_site_with_a_host_of_its_own(site: Path) -> None:
    with served(site, "/", "127.0.0.1", 0) as address:
        assert get(address, "/")[::2] == (200, FILES["index.html"])
        assert get(address, "//daily/")[::2] == (200, FILES["daily/index.html"])


def test_a_port_in_use_is_reported(site: Path, address: str) -> None:
    port = urlsplit(address).port
    assert port
    with pytest.raises(DigestError) as raised, served(site, "/", "127.0.0.1", port):
        pass
    said = f"127.0.0.1:{port}: the port is in use: stop the program that has it, or pass another --port"
    assert str(raised.value) == said


def test_a_foreign_host_name_is_reported(site: Path) -> None:
    message = r"^192\.0\.2\.1:0: cannot listen here .*: pass another --host or --port$"
    with pytest.raises(DigestError, match=message), served(site, "/", "192.0.2.1", 0):
        pass


def test_the_port_is_free_again_afterwards(site: Path) -> None:
    with served(site, "/", "127.0.0.1", 0) as address:
        port = urlsplit(address).port
    assert port
    with served(site, "/", "127.0.0.1", port) as address:
        assert get(address, "/")[0] == 200


@pytest.mark.parametrize("path", ["out.txt", "folder/secret.txt", "etc/hostname", "inner/", "pipe", "loop"])
def test_links_out_of_the_site_and_pipes_are_not_served(path: str, site: Path) -> None:
    (site / "out.txt").symlink_to(site.parent / "secret.txt")
    (site / "folder").symlink_to(site.parent)
    (site / "etc").symlink_to("/etc")
    (site / "inner").mkdir()
    (site / "inner/index.html").symlink_to(site.parent / "secret.txt")
    os.mkfifo(site / "pipe")
    (site / "loop").symlink_to("loop")
    (site / "again").symlink_to("daily")
    (site / "404.html").unlink(missing_ok=True)
    (site / "404.html").symlink_to(site.parent / "secret.txt")
    with served(site, "/", "127.0.0.1", 0) as address:
        status, _, body = get(address, f"/{path}")
        assert (status, b"secret" in body) == (404, False)
        assert get(address, "/again/")[0] == 200  # a link within the site


HOSTS = {
    "127.0.0.1:8000": 200,
    "localhost": 200,
    "LOCALHOST:1": 200,
    "digest.localhost:8000": 200,
    "[::1]:8000": 200,
    "evil.example": 421,
    "evil.example:8000": 421,
    "127.0.0.1.evil.example": 421,
    "localhost.evil.example": 421,
    "192.0.2.1": 421,
    "": 421,
    "[": 421,
}


@pytest.mark.parametrize("host", HOSTS)
def test_only_names_of_this_machine_are_answered(host: str, address: str) -> None:
    """Else a page elsewhere could let its name lead here, and read the site as its own (DNS rebinding)."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.putrequest("GET", "/repo/", skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == HOSTS[host]
    assert (FILES["index.html"] in answer.read()) is (answer.status == 200)
    connection.close()


@pytest.mark.parametrize(
    "path",
    [
        *(".digest", "%2edigest", ".git/config", ".git", "./.digest", "daily/.draft.html", ".htaccess?x=1"),
        *("shown.txt", ".link", ".well-known/.secret", "x/../.digest"),
    ],
)
def test_what_begins_with_a_dot_is_not_served(path: str, site: Path, address: str) -> None:
    for name in (".digest", ".git/config", "daily/.draft.html", ".htaccess", ".well-known/.secret"):
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text("hidden")
    (site / "shown.txt").symlink_to(".digest")
    (site / ".link").symlink_to("empty/note.txt")
    status, _, body = get(address, f"/repo/{path}")
    assert status == 404
    assert b"hidden" not in body


def test_well_known_addresses_and_folders_that_begin_with_a_dot_above_the_site_are_served(tmp_path: Path) -> None:
    site = tmp_path / ".pages/site"
    (site / ".well-known").mkdir(parents=True)
    (site / ".well-known/security.txt").write_text("Contact: mailto:a@b.example")
    (site / "a.b...txt").write_text("a")
    with served(site, "/", "127.0.0.1", 0) as address:
        assert get(address, "/.well-known/security.txt")[0] == 200
        assert get(address, "/a.b...txt")[0] == 200
