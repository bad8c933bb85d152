"""Recorded replies of services as files: the request, the status, headers, an empty line, the body.

Their contents are invented in the services' formats. ``make test ARGS="--live tests/providers/test_recordings.py"``
compares them with the services. ``--record`` with it writes the services' replies, without abstracts.
"""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from broadsheet.settings.fetch import Endpoints
from tests.loopback import Answer, Loopback

FOLDER = Path(__file__).parent / "recordings"
_KEPT = frozenset({"content-type"})
_ABSTRACTS = (
    (rb"(<(?:summary|abstract|dc:description)>).*?(</)", rb"\1Words.\2"),
    (rb"(\nAbstract: ).*?(</description>)", rb"\1Words.\2"),
    (rb'("(?:summary|ai_summary)": *)"(?:[^"\\]|\\.)*"', rb'\1"Words."'),
    (rb"(?m)^(abstract:\n)(?:[- ] .*\n)+", rb"\1- lang: eng\n  text: Words.\n"),
)


class Recording(NamedTuple):
    """One request and its reply."""

    url: str
    answer: Answer

    @property
    def path(self) -> str:
        """Return its path on a loopback server, which begins with the service's host."""
        parts = urlsplit(self.url)
        return f"/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def names() -> list[str]:
    """Return the names of all recordings."""
    return sorted(path.stem for path in FOLDER.glob("*.http"))


def read(name: str) -> Recording:
    """Return the recording with this name."""
    head, _, body = (FOLDER / f"{name}.http").read_bytes().partition(b"\n\n")
    request, status, *lines = head.decode().split("\n")
    headers = tuple((line.partition(": ")[0], line.partition(": ")[2]) for line in lines)
    return Recording(request.removeprefix("GET "), Answer(int(status), body, headers))


def write(name: str, recording: Recording) -> None:
    """Write a recording, without the texts of abstracts."""
    url, answer = recording
    headers = "".join(f"{key}: {value}\n" for key, value in answer.headers if key.lower() in _KEPT)
    body = answer.body
    for pattern, instead in _ABSTRACTS:
        body = re.sub(pattern, instead, body, flags=re.DOTALL)
    (FOLDER / f"{name}.http").write_bytes(f"GET {url}\n{answer.status}\n{headers}\n".encode() + body)


def play(server: Loopback, *played: str) -> None:
    """Make `server` reply with these recordings. It fails at the end if one was never requested."""
    for name in played:
        recording = read(name)
        server.on(recording.path, recording.answer)


def endpoints(server: Loopback) -> Endpoints:
    """Return the addresses of all services on `server`."""
    real = Endpoints()
    return Endpoints(**{name: at(server, getattr(real, name)) for name in Endpoints.__struct_fields__})


def at(server: Loopback, url: str) -> str:
    """Return the address of a service on `server`."""
    return f"{server.url}/{url.removeprefix('https://')}"
