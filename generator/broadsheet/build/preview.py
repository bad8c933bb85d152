"""A preview server: it serves a site as a static host would, under the path of its address, with its 404 page."""

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from broadsheet.model.diagnostics import Diagnostic, DigestError

# Types that the standard library lacks, or takes from the machine's own table.
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
    ".webmanifest": "application/manifest+json",
    ".xml": "application/xml",
}
INDEXES = ("index.html", "index.htm")  # the names that the standard library serves for a folder
# As https://www.rfc-editor.org/rfc/rfc6761#section-6.3 and browsers have it.
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Handler(SimpleHTTPRequestHandler):
    """A handler that serves the files of `directory` under `base` (with slashes at both ends), and no listings."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | TYPES
    base = "/"
    hosts: frozenset[str] = frozenset()

    def send_head(self) -> Any:
        """Send the headers of the file below `base`. The root address redirects there."""
        path = self.path.partition("?")[0]
        if not self._is_for_us():  # protects against DNS rebinding
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        if not path.startswith(self.base):
            self._redirect() if path + "/" in ("//", self.base) else self.send_error(HTTPStatus.NOT_FOUND)
            return None
        try:
            return super().send_head()
        except ValueError:  # a NUL in the path
            self.send_error(HTTPStatus.NOT_FOUND)
            return None

    def _is_for_us(self) -> bool:
        """Return whether the Host header is a local name, or the address of this connection."""
        try:
            name = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        except ValueError:
            return False
        return name.rstrip(".") in self.hosts or name == self.connection.getsockname()[0] or name.endswith(".localhost")

    def translate_path(self, path: str) -> str:
        """Return the file for a path below `base`, or an impossible path if it is hidden or a link leads out."""
        file = super().translate_path("/" + path[len(self.base) :])
        indexes = [f"{file}/{name}" for name in INDEXES] if os.path.isdir(file) else []
        is_special = os.path.lexists(file) and not os.path.isdir(file) and not os.path.isfile(file)
        is_served = not is_special and not _is_hidden(file.removeprefix(str(self.directory)))
        return file if is_served and all(map(self._is_inside, [file, *indexes])) else "\0"

    def _is_inside(self, path: str | Path) -> bool:
        site, real = os.path.realpath(self.directory), os.path.realpath(path)
        return f"{real}/".startswith(f"{site}/") and not _is_hidden(real.removeprefix(site))

    def _redirect(self) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", self.base)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def list_directory(self, path: Any) -> None:
        """Send 404 for a folder without index.html, as a static host does."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the site's own 404 page, if it has one."""
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
        """Disable caching, so that a rebuilt page shows at once."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Copy the file to the client. A connection that the client closes is no error."""
        try:
            super().copyfile(source, outputfile)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Write no line for each request."""


def _is_hidden(path: str) -> bool:
    """Return whether hosts do not serve a path: a part of it begins with a dot. RFC 8615's folder is an exception."""
    return any(part.startswith(".") and part != ".well-known" for part in path.split("/"))


@contextmanager
def served(site: Path, base: str, host: str, port: int, *, any_port: bool = False) -> Iterator[str]:
    """Serve the folder `site` under the path `base` while the context lasts. Yield the address.

    `port` 0 takes a free one, and so does `any_port` if `port` is in use. Raises DigestError if the address is
    unavailable.
    """
    hosts = LOOPBACK | {host.casefold(), socket.gethostname().casefold()}
    handler = partial(type("SiteHandler", (Handler,), {"base": base, "hosts": hosts}), directory=str(site))
    server = _server(host, port, handler, any_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}{base}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _server(host: str, port: int, handler: Callable[..., Any], any_port: bool) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((host, port), handler)
    except (OSError, OverflowError) as error:
        if any_port and port and isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            return _server(host, 0, handler, any_port)
        raise DigestError(_unavailable(host, port, error)) from error


def _unavailable(host: str, port: int, error: OSError | OverflowError) -> Diagnostic:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return Diagnostic(
            f"{host}:{port}", "the port is in use", "stop the program that has it, or pass another --port"
        )
    return Diagnostic(f"{host}:{port}", f"cannot listen here ({error})", "pass another --host or --port")
