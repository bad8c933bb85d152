"""Fixtures of tests of pages in a browser. The constants of a test module are their parameters."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from broadsheet.build.preview import served
from tests.example import digest, make_digest

ANY_SCRIPT = re.compile("")


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with the papers in `DAYS` of the test module."""
    root = make_digest(tmp_path_factory.mktemp("site"), request.module.DAYS)
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    with served(root / "site", "/repo/", "127.0.0.1", 0) as place:
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
