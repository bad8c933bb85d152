"""An HTTP server on loopback that acts as an OpenAI-compatible LLM, with the misbehaviour of real ones.

It records requests and usage, so that tests can compare receipts with them.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from broadsheet.model.receipt import Tokens

PATH = "/v1/chat/completions"
KEY = "sk-test-5up3r-s3cret-key"


class ModelRequest(NamedTuple):
    """A received request: the ids of its papers in order, and all of its JSON."""

    ids: tuple[str, ...]
    body: dict[str, Any]
    authorization: str


class Reply(NamedTuple):
    """The bytes of a reply, after a pause and raw `interim` replies."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0
    hang_up: bool = False
    interim: bytes = b""


Behaviour = Callable[[ModelRequest], Reply]


class ModelServer:
    """A server that rates every paper well, except for the behaviours of `then` and `on`.

    With a `key` other keys are refused.
    """

    def __init__(self, key: str = "") -> None:
        self.requests: list[ModelRequest] = []
        self.usages: list[Tokens] = []
        self._key = key
        self._next: list[Behaviour] = []
        self._papers: dict[str, Behaviour] = {}
        self._lock = threading.Lock()
        model = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else a reply in two pieces waits 40 ms for nothing

            def do_POST(self) -> None:
                model._serve(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def then(self, *behaviours: Behaviour) -> None:
        """Use these behaviours for the next requests."""
        self._next += behaviours

    def on(self, arxiv_id: str, behaviour: Behaviour) -> None:
        """Use this behaviour for every request with this paper."""
        self._papers[arxiv_id] = behaviour

    def behave(self) -> None:
        """Drop all behaviours, and answer well."""
        self._next, self._papers = [], {}

    @property
    def request_ids(self) -> list[tuple[str, ...]]:
        """The ids of each request."""
        return [question.ids for question in self.requests]

    @property
    def tokens(self) -> Tokens:
        """The sum of all usage sent."""
        names = ("prompt", "completion", "total", "cached")
        return Tokens(**{name: sum(getattr(usage, name) for usage in self.usages) for name in names})

    def __enter__(self) -> "ModelServer":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers.get("Content-Length") or 0)))
        question = ModelRequest(ids_in(body), body, request.headers.get("Authorization") or "")
        with self._lock:
            self.requests.append(question)
            reply = self._behaviour(request.path, question)(question)
            self.usages += _usage(reply)
        try:
            _send(request, reply)
        except OSError:  # the other side had enough
            request.close_connection = True

    def _behaviour(self, path: str, question: ModelRequest) -> Behaviour:
        if path.partition("?")[0] != PATH:
            return error(404, "not found")
        if self._key and question.authorization != f"Bearer {self._key}":
            return error(401, f"Incorrect API key provided: {question.authorization}", "invalid_api_key")
        if self._next:
            return self._next.pop(0)
        return next((self._papers[paper] for paper in question.ids if paper in self._papers), well)


def ids_in(body: dict[str, Any]) -> tuple[str, ...]:
    """Return the ids of the papers in a request: of the lines that are JSON objects with a title."""
    user = body["messages"][-1]["content"]
    lines = [json.loads(line) for line in re.findall(r"^\{.*\}$", user, re.MULTILINE)]
    return tuple(line["ARXIVID"] for line in lines if "TITLE" in line)


def rating(arxiv_id: str, **changes: Any) -> dict[str, Any]:
    """Return a good line about a paper; the scores follow from its id."""
    digits = [int(digit) for digit in arxiv_id if digit.isdigit()]
    line = {
        "ARXIVID": arxiv_id,
        "COMMENT": f"About {arxiv_id}.",
        "RELEVANCE": 1 + digits[-1],
        "NOVELTY": 1 + digits[-2],
    }
    return line | changes


def lines(question: ModelRequest, **changes: Any) -> str:
    """Return a good line about every paper."""
    return "\n".join(json.dumps(rating(paper, **changes)) for paper in question.ids)


def completion(question: ModelRequest, content: str | None, finish: str = "stop", **message: Any) -> Reply:
    """Return a chat completion; its usage follows from the lengths, with three quarters of the prompt cached."""
    prompt = sum(len(part["content"]) for part in question.body["messages"]) // 4
    written = len(content or "") // 4
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": prompt + written,
        "prompt_tokens_details": {"cached_tokens": prompt * 3 // 4},
    }
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    return Reply(body=json.dumps({"choices": [choice], "model": question.body["model"], "usage": usage}).encode())


# -- behaviours ----------------------------------------------------------------------------------------------------


def well(question: ModelRequest) -> Reply:
    """Rate every paper."""
    return completion(question, lines(question))


def saying(content: str, finish: str = "stop") -> Behaviour:
    """Reply with `content` to any request."""
    return lambda question: completion(question, content, finish)


def declining(question: ModelRequest) -> Reply:
    """Stop the reply by the content filter."""
    return completion(question, None, "content_filter")


def cut(question: ModelRequest) -> Reply:
    """Reach the token limit in the middle of the last line."""
    return completion(question, lines(question)[:-20], "length")


def without_usage(question: ModelRequest) -> Reply:
    """Reply well, without usage."""
    body = json.loads(well(question).body)
    del body["usage"]
    return Reply(body=json.dumps(body).encode())


def error(status: int, message: str, code: str = "", **headers: str) -> Behaviour:
    """Reply with an error object and headers (``retry_after="3"``)."""
    body = json.dumps({"error": {"message": message, "code": code or None}}).encode()
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda question: Reply(status, body, sent)


def raw(body: bytes, status: int = 200) -> Behaviour:
    """Reply with these bytes."""
    return lambda question: Reply(status, body)


def silent(seconds: float) -> Behaviour:
    """Reply after the timeout."""
    return lambda question: Reply(seconds=seconds, hang_up=True)


def hanging_up(question: ModelRequest) -> Reply:
    """Close the connection without a reply."""
    return Reply(hang_up=True)


def _usage(reply: Reply) -> list[Tokens]:
    try:
        usage = json.loads(reply.body)["usage"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    prompt, written = usage["prompt_tokens"], usage["completion_tokens"]
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    return [Tokens(prompt=prompt, completion=written, total=prompt + written, cached=cached)]


def _send(request: BaseHTTPRequestHandler, reply: Reply) -> None:
    time.sleep(reply.seconds)
    if reply.hang_up:
        request.close_connection = True
        return
    request.wfile.write(reply.interim)
    request.send_response(reply.status)
    for name, value in ({"Content-Type": "application/json"} | dict(reply.headers)).items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(reply.body)))
    request.end_headers()
    request.wfile.write(reply.body)
