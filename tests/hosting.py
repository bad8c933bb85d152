"""A static host as browsers meet it: it compresses what GitHub Pages compresses, and counts the bytes it sends."""

import gzip
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from generator.edges.preview import Handler

COMPRESSED = ("text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "text/xml", "text/plain")


class Sent:
    """What was sent since the last look: bytes by path, headers and all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes: dict[str, int] = {}

    def add(self, path: str, count: int) -> None:
        with self._lock:
            self._bytes[path] = self._bytes.get(path, 0) + count

    def take(self) -> dict[str, int]:
        with self._lock:
            taken, self._bytes = self._bytes, {}
            return taken


class _Counted(io.RawIOBase):
    def __init__(self, stream: Any) -> None:
        self.stream, self.count = stream, 0

    def write(self, data: Any) -> int:
        self.stream.write(data)
        self.count += len(data)
        return len(data)

    def writable(self) -> bool:
        return True


class _Host(Handler):
    sent: Sent

    def send_head(self) -> Any:
        """The file, compressed where its type is one of those."""
        body = super().send_head()
        if body is None or not self._compresses:
            return body
        with body:
            return io.BytesIO(gzip.compress(body.read(), 6, mtime=0))

    def send_header(self, keyword: str, value: str) -> None:
        if keyword == "Content-type":
            accepted = "gzip" in self.headers.get("Accept-Encoding", "")
            self._compresses = accepted and value.partition(";")[0] in COMPRESSED
        if keyword == "Content-Length" and self._compresses:  # not known before; the connection's end says it
            keyword, value = "Content-Encoding", "gzip"
        super().send_header(keyword, value)

    _compresses = False

    def do_GET(self) -> None:
        self._compresses = False
        stream, self.wfile = self.wfile, _Counted(self.wfile)  # type: ignore[assignment]
        try:
            super().do_GET()
        finally:
            self.sent.add(self.path, self.wfile.count)  # type: ignore[attr-defined]
            self.wfile = stream


@contextmanager
def hosted(site: Path, base: str) -> Iterator[tuple[str, Sent]]:
    """Serve `site` under the path `base`; yields the address and the account."""
    sent = Sent()
    handler = partial(type("SiteHost", (_Host,), {"base": base, "sent": sent}), directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{base}", sent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
