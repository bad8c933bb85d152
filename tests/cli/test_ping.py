"""`broadsheet ping` with a hub, an HTTP server on this machine that records the requests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import yaml

from tests.example import ROOT, digest, make_digest

SITE = "https://example.org/broadsheet/"


@contextmanager
def hub(status: int = 204, refused: str = "") -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """Yield the address and the requests of a hub that replies `status`, or 400 if the address has `refused`."""
    requests: list[dict[str, list[str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            requests.append(fields)
            code = 400 if refused and refused in fields["hub.url"][0] else status
            body = b"no such\r\ntopic" if code == 400 else b""
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", requests
    finally:
        server.shutdown()
        server.server_close()


def with_hub(root: Path, address: str) -> Path:
    return make_digest(root, settings=f"feeds: {{hub: '{address}'}}\n")


def test_the_hub_is_notified_of_every_feed(tmp_path: Path) -> None:
    with hub() as (address, requests):
        root = with_hub(tmp_path, address)
        run = digest("ping", "--root", root)
        assert digest("generate", "--root", root, "--quiet").returncode == 0
    assert (run.returncode, run.stdout, run.stderr) == (0, f"{address}: notified of 18 feeds\n", "")
    feeds = [path for path in (root / "docs/feeds").rglob("*.*") if path.suffix != ".opml"]
    assert {fields["hub.url"][0] for fields in requests} == {
        SITE + str(path.relative_to(root / "docs")) for path in feeds
    }
    assert all(fields["hub.mode"] == ["publish"] for fields in requests)
    assert len(requests) == len(feeds) == 18


def test_without_a_hub_there_is_nothing_to_do(tmp_path: Path) -> None:
    root = make_digest(tmp_path)
    run = digest("ping", "--root", root)
    assert (run.returncode, run.stdout, run.stderr) == (
        0,
        "digest.yml: feeds.hub is not set: set it to notify a hub\n",
        "",
    )
    assert digest("ping", "--root", root, "--dry-run").stdout == ""


def test_a_dry_run_sends_nothing(tmp_path: Path) -> None:
    with hub() as (address, requests):
        run = digest("ping", "--root", with_hub(tmp_path, address), "--dry-run")
    assert run.stdout.splitlines()[0] == SITE + "feeds/all.xml"
    assert (len(run.stdout.splitlines()), requests) == (18, [])


def test_a_refusal_of_the_hub_is_reported_and_the_rest_is_sent(tmp_path: Path) -> None:
    with hub(refused="daily.") as (address, requests):
        run = digest("ping", "--root", with_hub(tmp_path, address))
    assert run.returncode == 1
    refusal = (
        "the hub 127.0.0.1 refuses it: 400 no such topic: look up what the hub asks for, or set feeds.hub to another"
    )
    assert run.stderr.splitlines() == [f"{SITE}feeds/daily.{end}: {refusal}" for end in ("xml", "atom", "json")]
    assert len(requests) == 18


def test_an_unreachable_hub_is_reported_once(tmp_path: Path) -> None:
    with hub() as (address, _):
        pass
    run = digest("ping", "--root", with_hub(tmp_path, address))
    assert run.returncode == 1
    assert run.stderr == (
        f"{SITE}feeds/all.xml: the hub 127.0.0.1 cannot be reached: "
        "run 'broadsheet ping' again later, or set feeds.hub to another\n"
    )


def test_the_workflows_ping_after_the_deployment_and_only_with_a_hub() -> None:
    for folder in (ROOT / ".github", ROOT / "generator/broadsheet/starter/dot-github"):
        jobs = yaml.safe_load((folder / "workflows/pages.yml").read_text("utf-8"))["jobs"]
        assert "deploy" in jobs["ping"]["needs"]
        assert jobs["ping"]["if"] == "needs.build.outputs.feeds != '0'"
        assert any("ping --dry-run" in step.get("run", "") for step in jobs["build"]["steps"])
