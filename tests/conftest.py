"""Fixtures that every test may use."""

import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from broadsheet.http.client import HttpClient
from broadsheet.settings.address import HOSTS
from tests import tools
from tests.example import build_demo, digest
from tests.hourly_services import World
from tests.loopback import FakeTime, Loopback
from tests.model_server import ModelServer
from tests.scratch import write_to_memory

ROOT = Path(__file__).resolve().parent.parent

# No test depends on the machine that runs it: on a host that publishes sites, a digest would have its address.
for variable in ("DIGEST_SITE_URL", *(host.variable for host in HOSTS)):
    os.environ.pop(variable, None)

write_to_memory()

# No test depends on how busy the machine is.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
expect.set_options(timeout=30_000)

# They come first: one that came last would leave the other cores without work. Each takes over 15 seconds of a core.
LONGEST = (
    "tests/build/test_incremental.py",
    "tests/views/test_since.py",
    "tests/views/test_rows.py",
    "tests/views/test_accessibility.py",
    "tests/views/test_browser.py",
    "tests/test_kills.py",
    "tests/test_corpus.py",
    "tests/views/test_search_page.py",
    "tests/views/test_reader.py",
    "tests/views/test_frame.py",
    "tests/starter/test_pages.py",
    "tests/manual/test_followed.py",
    "tests/test_benchmarks.py",
    "tests/scoring/test_local.py",
    "tests/starter/test_daily.py",
    "tests/test_soak.py",
    "tests/build/test_executors.py",
    "tests/views/test_theme_styles.py",
    "tests/build/test_build.py",
    "tests/views/test_catch_up.py",
    "tests/daily/test_first_run.py",
    "tests/build/test_gitlab.py",
    "tests/views/test_saved.py",
    "tests/views/test_addresses.py",
    "tests/views/test_exports.py",
    "tests/test_dist.py",
)

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for golden files and for the real services."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")
    parser.addoption("--live", action="store_true", help="compare the recordings with the real services")
    parser.addoption("--record", action="store_true", help="with --live: write the replies to tests/recordings")


def pytest_configure(config: pytest.Config) -> None:
    """Let modules start in the order of `LONGEST`, and not by their number of tests, if there are workers."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return a worker more than there are cores: much of the time one waits for a server, a lock or a clock.

    xdist's own variable goes first.
    """
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the modules; mark tests by their needs: ``browser``, ``server``, ``slow``. Others are ``fast``."""
    places = {module: place for place, module in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "chromium" in fixtures:
            item.add_marker("browser")
        if "corpus" in fixtures:
            item.add_marker("slow")
        if "site" in fixtures or (isinstance(item, pytest.Function) and _has_server(item.module)):
            item.add_marker("server")
        if not {"browser", "server", "slow"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker("fast")


@cache
def _has_server(module: ModuleType) -> bool:
    """Return whether a name of a test module is a server or starts a process."""
    servers = (subprocess, Loopback, ModelServer, World, digest)
    return any(value is server for value in vars(module).values() for server in servers)


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Return whether to rewrite the golden files."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def live(request: pytest.FixtureRequest) -> bool:
    """Return whether tests may query real services."""
    return bool(request.config.getoption("--live"))


@pytest.fixture(scope="session")
def record(request: pytest.FixtureRequest) -> bool:
    """Return whether to rewrite the recordings."""
    return bool(request.config.getoption("--record"))


def absent(message: str) -> NoReturn:
    """Skip the test, or fail it in CI, where every tool must be present."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of real inputs, which is not part of the repository (see CONTRIBUTING).

    With ``DIGEST_CORPUS=none`` these tests are skipped, in CI too.
    """
    value = os.environ.get("DIGEST_CORPUS")
    if value == "none":
        pytest.skip("DIGEST_CORPUS=none: the tests that read real inputs are switched off")
    folder = Path(value or ROOT.parent / "shared" / "corpus")
    if not (folder / "README.md").is_file():
        absent(f"no corpus at {folder}: set DIGEST_CORPUS to the folder of real inputs to run this test")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of the repository's own digest, which no test changes."""
    return build_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Run a browser. Make a fresh ``chromium.new_context()`` in a test, and close it."""
    path = tools.find("chromium")
    if path is None:
        absent(tools.missing("chromium"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Return axe-core's source (``make test`` installs it)."""
    source = ROOT / "tests" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        absent("no axe-core: tests/axe/run installs it, with npm (Debian, Ubuntu: apt-get install nodejs npm)")
    return source.read_text("utf-8")


@pytest.fixture(scope="session")
def faketime() -> Path:
    """Debian's ``faketime``, which runs a program on another date."""
    path = tools.find("faketime")
    if path is None:
        absent(tools.missing("faketime"))
    return path


@pytest.fixture(scope="session")
def jing() -> Path:
    """Debian's ``jing``, which validates XML against RELAX NG."""
    path = tools.find("jing")
    if path is None:
        absent(tools.missing("jing"))
    return path


@pytest.fixture(scope="session")
def newsboat() -> Path:
    """Debian's ``newsboat``, a feed reader for the terminal."""
    path = tools.find("newsboat")
    if path is None:
        absent(tools.missing("newsboat"))
    return path


@pytest.fixture(scope="session")
def postfix() -> Path:
    """Debian's ``postfix``, a mail server. It runs as root only: others skip, in CI too."""
    path = tools.find("postfix")
    if path is None:
        absent(tools.missing("postfix"))
    if os.geteuid() != 0:
        pytest.skip("postfix starts for root only: the tests that need it are skipped")
    return path


@pytest.fixture(scope="session")
def builders() -> Path:
    """The ``bin`` folder with the other builders, ``zensical`` and ``properdocs`` (``make test`` sets it up)."""
    folder = Path(os.environ.get("DIGEST_BUILDERS") or ROOT / ".venv-builders") / "bin"
    if not (folder / "zensical").is_file():
        absent(f"no other builders in {folder}: 'make test' installs them")
    return folder


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Make a new browser profile on a desktop."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture(scope="session")
def systemd() -> Path:
    """Debian's ``systemd-analyze``, which reads units without a running systemd."""
    path = tools.find("systemd")
    if path is None:
        absent(tools.missing("systemd"))
    return path


@pytest.fixture(scope="session")
def rsync() -> Path:
    """Debian's ``rsync``."""
    path = tools.find("rsync")
    if path is None:
        absent(tools.missing("rsync"))
    return path


@pytest.fixture
def server() -> Iterator[Loopback]:
    """Run services on loopback. A test must request every route that it defines."""
    with Loopback() as server:
        yield server


@pytest.fixture
def fake() -> FakeTime:
    """Return the clock of `web`, which only sleeping moves."""
    return FakeTime()


@pytest.fixture
def web(fake: FakeTime) -> Iterator[HttpClient]:
    """Make an HTTP client whose pauses take no time."""
    with HttpClient("test", clock=fake.clock, sleep=fake.sleep) as web:
        yield web


@pytest.fixture
def world() -> Iterator[World]:
    """Run services whose replies depend on the hour. A test may leave routes unused."""
    server = Loopback()
    server.__enter__()
    yield World(server)
    server.__exit__(RuntimeError)
