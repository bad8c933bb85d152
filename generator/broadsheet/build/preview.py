"""A site on one's own machine, served as a static host would: under the path of its address, with its 404 page."""

import errno
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from broadsheet.model.diagnostics import Diagnostic, DigestError

# What the standard library's table leaves out or takes from the machine's own table.
TYPES = {
    ".atom": "application/atom+xml",
    ".bib": "text/x-bibtex; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".opml": "text/x-opml",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".xml": "application/xml",
}


INDEXES = ("index.html", "index.htm")  # what the standard library takes for a folder's own page
# As https://www.rfc-editor.org/rfc/rfc6761#section-6.3 and browsers have it.
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Handler(SimpleHTTPRequestHandler):
    """Files of `directory` under `base`, which starts and ends with a slash; nothing else, and no folder listings."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | TYPES
    base = "/"
    hosts: frozenset[str] = frozenset()

    def send_head(self) -> Any:
        """The file below `base`; the address without the path leads there, lest it be a dead end."""
        path = self.path.partition("?")[0]
        if not self._is_for_us():  # else another site's name could be made to lead here (DNS rebinding)
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        if not path.startswith(self.base):
            self._to_base() if path + "/" in ("//", self.base) else self.send_error(HTTPStatus.NOT_FOUND)
            return None
        try:
            return super().send_head()
        except ValueError:  # a NUL in the path
            self.send_error(HTTPStatus.NOT_FOUND)
            return None

    def _is_for_us(self) -> bool:
        """Return whether the request names this machine by a local name, or by the address at which it was reached."""
        try:
            name = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        except ValueError:
            return False
        return name.rstrip(".") in self.hosts or name == self.connection.getsockname()[0] or name.endswith(".localhost")

    def translate_path(self, path: str) -> str:
        """Return where the file for a path below `base` is; there is none if it is hidden, or a link leads out."""
        place = super().translate_path("/" + path[len(self.base) :])
        files = [f"{place}/{name}" for name in INDEXES] if os.path.isdir(place) else [place]
        odd = os.path.lexists(place) and not os.path.isdir(place) and not os.path.isfile(place)
        unfit = odd or _is_hidden(place.removeprefix(str(self.directory)))
        return "\0" if unfit or not all(map(self._is_inside, [place, *files])) else place

    def _is_inside(self, path: str | Path) -> bool:
        site, real = os.path.realpath(self.directory), os.path.realpath(path)
        return f"{real}/".startswith(f"{site}/") and not _is_hidden(real.removeprefix(site))

    def _to_base(self) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", self.base)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def list_directory(self, path: Any) -> None:
        """A folder without index.html is not found, as on a static host."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The site's own page for what is not found, where it has one."""
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file() or not self._is_inside(page):
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", TYPES[".html"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def end_headers(self) -> None:
        """A rebuilt page is seen at once."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """A reader who leaves halfway is no error."""
        try:
            super().copyfile(source, outputfile)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """No line for each request."""


def _is_hidden(path: str) -> bool:
    """Return whether hosts keep a path to themselves: a part of it begins with a dot, and is not that of RFC 8615."""
    return any(part.startswith(".") and part != ".well-known" for part in path.split("/"))


@contextmanager
def served(site: Path, base: str, host: str, port: int) -> Iterator[str]:
    """Serve the folder `site` under the path `base` for as long as the context lasts; yields the address.

    `port` 0 takes a free one. Raises DigestError where the address cannot be had.
    """
    hosts = LOOPBACK | {host.casefold(), socket.gethostname().casefold()}
    handler = partial(type("SiteHandler", (Handler,), {"base": base, "hosts": hosts}), directory=str(site))
    try:
        server = ThreadingHTTPServer((host, port), handler)
    except (OSError, OverflowError) as error:
        raise DigestError(_unavailable(host, port, error)) from error
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}{base}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _unavailable(host: str, port: int, error: OSError | OverflowError) -> Diagnostic:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return Diagnostic(f"{host}:{port}", "the port is in use", "stop the program that has it, or pass another --port")
    return Diagnostic(f"{host}:{port}", f"cannot listen here ({error})", "pass another --host or --port")
