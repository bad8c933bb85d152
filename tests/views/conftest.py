"""Fixtures of tests of pages in a browser. The constants of a test module are their parameters."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from broadsheet.build.preview import served
from tests.example import SETTINGS, digest, make_digest

ANY_SCRIPT = re.compile("")


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a digest with the papers in `DAYS` of the test module, and with its `DIGEST_YML` if it has one."""
    settings = getattr(request.module, "DIGEST_YML", SETTINGS)
    root = make_digest(tmp_path_factory.mktemp("site"), request.module.DAYS, settings)
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    return root / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address of the site."""
    with served(site, "/repo/", "127.0.0.1", 0) as place:
        yield place


@pytest.fixture
def tab(request: pytest.FixtureRequest, context: BrowserContext) -> Iterator[Page]:
    """A tab that fails the test if a script throws; only those of `OURS`, if the test module has that pattern."""
    ours = getattr(request.module, "OURS", ANY_SCRIPT)
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)) if ours.search(error.stack or "") else None)
    yield tab
    assert wrong == []
