"""A second wire format: one module with the functions of `WireFormat`, and one line in `WIRE_FORMATS`."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType
from typing import Any, cast

import pytest

from broadsheet.http.client import HttpClient
from broadsheet.model.receipt import Tokens
from broadsheet.scoring.llm import client, openai
from broadsheet.scoring.llm.client import LlmClient
from broadsheet.scoring.llm.completion import Completion, Failure, FailureKind
from broadsheet.scoring.llm.wire_format import WireFormat
from broadsheet.settings.llm import LanguageModel
from tests.loopback import FakeTime

MODULE = """
from broadsheet.model.receipt import Tokens
from broadsheet.scoring.llm.completion import FailureKind
from broadsheet.scoring.llm.wire_format import WireError, WireReply

PATH = "/v1/messages"
TOKEN_LIMIT_NAMES = ("max_tokens",)

def headers(key):
    return {"x-api-key": key}

def request_body(settings, messages, token_limit_name):
    return {"model": settings.model, token_limit_name: settings.max_tokens, "messages": messages}

def parse_reply(body):
    usage = body["usage"]
    tokens = Tokens(prompt=usage["in"], completion=usage["out"], total=usage["in"] + usage["out"])
    return WireReply(body["text"], body["stop"] == "limit", tokens)

def parse_error(body):
    return WireError(body["error"], "no money", FailureKind.FATAL)
"""


class Server(HTTPServer):
    """A server of the second format that answers the first request and fails the second."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str | None, dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    """The requests of `Server`."""

    def do_POST(self) -> None:
        requests = cast(Server, self.server).requests
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        requests.append((self.path, self.headers["x-api-key"], body))
        answer: dict[str, Any] = {"text": "Hello", "stop": "limit", "usage": {"in": 3, "out": 2}}
        answer = answer if len(requests) == 1 else {"error": "pay first"}
        data = json.dumps(answer).encode()
        self.send_response(200 if len(requests) == 1 else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def test_a_module_and_a_line_add_a_format(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("messages")
    exec(MODULE, module.__dict__)
    monkeypatch.setattr(client, "WIRE_FORMATS", (*client.WIRE_FORMATS, cast(WireFormat, module)))
    time = FakeTime()
    messages = [{"role": "user", "content": "Hi"}]
    with HttpClient("test", clock=time.clock, sleep=time.sleep) as http:
        url = f"http://127.0.0.1:{server.server_port}/v1/messages"
        model = LlmClient(url, "a-key", LanguageModel(model="m", max_tokens=9), http)
        outcomes = [model.complete(messages), model.complete(messages)]
    assert outcomes == [
        Completion("Hello", cut=True, tokens=Tokens(prompt=3, completion=2, total=5)),
        Failure(FailureKind.FATAL, "the endpoint answers 400 Bad Request: no money"),
    ]
    assert server.requests == [("/v1/messages", "a-key", {"model": "m", "max_tokens": 9, "messages": messages})] * 2


@pytest.mark.parametrize("path", ["", "/v1", "/v1/", "/v1/chat/completions", "/v1/chat/completions/"])
def test_openai_is_the_format_of_any_other_address(path: str) -> None:
    assert client._wire_format(f"https://host.example{path}") is openai
