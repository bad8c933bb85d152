"""A site as on a static host: compressed text, persistent connections, and long caching of names with a hash."""

import gzip
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from broadsheet.build.preview import TYPES

TEXT = {".atom", ".css", ".html", ".js", ".json", ".opml", ".svg", ".txt", ".xml"}
HASHED = re.compile(r"\.[0-9a-f]{8,}\.|\.pf_|_[0-9a-f]{7,}\.")


@cache
def compressed(path: Path) -> bytes:
    """Return the bytes sent for a file: compressed with gzip if it is text."""
    data = path.read_bytes()
    return gzip.compress(data, 6, mtime=0) if path.suffix in TEXT else data


class Host(BaseHTTPRequestHandler):
    """Serves the files of `site` below `base`."""

    protocol_version = "HTTP/1.1"
    site = Path()
    base = "/"
    ranges = True  # whether it sends a part of a file, as most hosts do
    sniffs = False  # whether it says of each gzip file that its content is encoded: browsers then decompress it

    def do_GET(self) -> None:
        """Send the file, or the page for missing ones with 404."""
        path = self.site / self.path.partition("?")[0].removeprefix(self.base)
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file() and self.path.startswith(self.base)
        path = path if found else self.site / "404.html"
        body = compressed(path) if path.is_file() else b""
        status = 200 if found else 404
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if part and found and self.ranges and path.suffix not in TEXT:
            first, last = int(part[1]), min(int(part[2]), len(body) - 1)
            status, whole, body = 206, len(body), body[first : last + 1]
        headers = {"Content-Type": TYPES.get(path.suffix, "application/octet-stream")}
        if status == 206:
            headers["Content-Range"] = f"bytes {first}-{last}/{whole}"
        if path.suffix in TEXT or (self.sniffs and body.startswith(b"\x1f\x8b")):
            headers["Content-Encoding"] = "gzip"
        headers["Cache-Control"] = f"max-age={31536000 if HASHED.search(path.name) else 600}"
        self.respond(status, headers, body)

    def respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send a response."""
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def hosted(site: Path, base: str, ranges: bool = True, sniffs: bool = False, kind: type[Host] = Host) -> Iterator[str]:
    """Serve `site` under the path `base` on a free port of this machine; yield the address."""
    host = type("SiteHost", (kind,), {"site": site, "base": base, "ranges": ranges, "sniffs": sniffs})
    server = ThreadingHTTPServer(("127.0.0.1", 0), host)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{base}"
    finally:
        server.shutdown()
        server.server_close()
