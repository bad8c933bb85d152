"""The first run of a digest shows papers on any day of the week, and a run at a terminal serves them."""

import re
import urllib.request
from pathlib import Path

import pytest

from broadsheet.build.new_digest import start
from broadsheet.build.starter import Answers
from broadsheet.model.diagnostics import DigestError
from broadsheet.providers.arxiv.calendar import Calendar
from broadsheet.settings.fetch import Endpoints, Fetch, with_environment
from broadsheet.store.store import Store
from tests.arxiv_today import ArxivToday
from tests.example import ROOT, command_line, digest
from tests.loopback import Loopback
from tests.terminal import Terminal

MONDAY, SUNDAY, FRIDAY, THURSDAY = "2026-11-09", "2026-11-08", "2026-11-06", "2026-11-05"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    start(tmp_path / "digest", Answers(categories=("cs.LG", "cs.CL"), samples=False))
    return tmp_path / "digest"


@pytest.mark.parametrize(
    ("today", "days", "dates"),
    [
        (MONDAY, {MONDAY: 5, FRIDAY: 4}, [MONDAY]),
        (SUNDAY, {FRIDAY: 4, THURSDAY: 3}, [FRIDAY]),
        ("2026-11-07", {FRIDAY: 4}, [FRIDAY]),
        (SUNDAY, {THURSDAY: 3}, [THURSDAY]),
        ("2026-12-25", {"2026-12-24": 2}, ["2026-12-24"]),
    ],
)
def test_a_first_run_has_the_newest_papers(root: Path, today: str, days: dict[str, int], dates: list[str]) -> None:
    with Loopback() as server:
        arxiv = ArxivToday(server, "cs.LG+cs.CL", days, today)
        run = digest("run", "--root", root, "--no-build", now=f"{today}T13:00+00:00", env=arxiv.environment)
    store = Store(root)
    assert [day for day in store.dates() if store.papers(day)] == dates, run.stderr
    assert {row.arxiv_id for row in store.papers(dates[0])} == set(arxiv.ids(dates[0]))
    assert "done in" not in run.stdout
    assert "serving" not in run.stdout


def test_the_home_page_on_a_sunday_has_the_last_announcement(root: Path) -> None:
    with Loopback() as server:
        arxiv = ArxivToday(server, "cs.LG+cs.CL", {FRIDAY: 4}, SUNDAY)
        run = digest("run", "--root", root, now=f"{SUNDAY}T13:00+00:00", env=arxiv.environment)
    assert run.returncode == 0, run.stderr
    assert f"Paper {arxiv.ids(FRIDAY)[0]}" in (root / "site" / "index.html").read_text("utf-8")


def test_an_unreachable_arxiv_is_tried_for_one_day(root: Path) -> None:
    with Loopback() as server:
        nowhere = {f"DIGEST_{name.upper()}": server.url for name in Endpoints.__struct_fields__}
        run = digest("run", "--root", root, "--no-build", now=f"{MONDAY}T13:00+00:00", env=nowhere)
    assert run.returncode == 1
    assert Store(root).dates() == [MONDAY]


def test_a_second_run_adds_no_earlier_day(root: Path) -> None:
    with Loopback() as server:
        arxiv = ArxivToday(server, "cs.LG+cs.CL", {FRIDAY: 4, THURSDAY: 3}, SUNDAY)
        for _ in range(2):
            digest("run", "--root", root, "--no-build", now=f"{SUNDAY}T13:00+00:00", env=arxiv.environment)
    assert Store(root).dates()[0] == FRIDAY


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (MONDAY, FRIDAY),
        (SUNDAY, FRIDAY),
        (FRIDAY, THURSDAY),
        ("2026-11-29", "2026-11-26"),
        ("2026-12-28", "2026-12-25"),
    ],
)
def test_the_last_announcement_before_a_day(day: str, before: str) -> None:
    assert Calendar().last_before(day) == before


def test_the_environment_names_other_endpoints() -> None:
    fetch = with_environment(Fetch(), {"DIGEST_ARXIV_FEED": "http://127.0.0.1:1/rss", "DIGEST_HUGGINGFACE": ""})
    assert fetch.endpoints == Endpoints(arxiv_feed="http://127.0.0.1:1/rss")
    with pytest.raises(
        DigestError, match=r"DIGEST_ARXIV_OAI: not an absolute http\(s\) address: correct this variable"
    ):
        with_environment(Fetch(), {"DIGEST_ARXIV_OAI": "localhost"})


# -- at a terminal -------------------------------------------------------------------------------------------------


def at_a_terminal(root: Path, arxiv: ArxivToday, *options: str) -> Terminal:
    command = command_line("run", *options, now=f"{MONDAY}T13:00+00:00")
    return Terminal(command, root, {"PYTHONPATH": str(ROOT), **arxiv.environment})


def test_a_run_at_a_terminal_serves_until_ctrl_c(root: Path) -> None:
    with Loopback() as server:
        arxiv = ArxivToday(server, "cs.LG+cs.CL", {MONDAY: 5}, MONDAY)
        with at_a_terminal(root, arxiv) as terminal:
            terminal.until("(Ctrl-C ends it)")
            address = re.search(r"http://\S+/", terminal.screen[terminal.screen.index("serving") :])
            assert address
            with urllib.request.urlopen(address[0], timeout=60) as page:
                assert arxiv.ids(MONDAY)[0] in page.read().decode()
            terminal.interrupt()
            assert terminal.end() == 0
            assert terminal.screen.endswith("stopped\n")
            assert f"{MONDAY}: fetching papers" in terminal.screen
            assert re.search(r"^done in \d+ s$", terminal.screen, re.MULTILINE)


@pytest.mark.parametrize("options", [["--no-serve"], ["--no-build"]])
def test_a_run_without_serving_ends(root: Path, options: list[str]) -> None:
    with Loopback() as server:
        arxiv = ArxivToday(server, "cs.LG+cs.CL", {MONDAY: 1}, MONDAY)
        with at_a_terminal(root, arxiv, *options) as terminal:
            assert terminal.end() == 0, terminal.screen


def test_a_site_that_is_not_built_cannot_be_served(root: Path) -> None:
    run = digest("run", "--root", root, "--serve", "--no-build")
    assert (run.returncode, "--serve needs a site" in run.stderr) == (2, True)


def test_papers_that_are_all_dropped_are_papers(tmp_path: Path) -> None:
    root = tmp_path / "digest"
    digest("new", root, "--arxiv", "cs.LG", "--topic", "Games: mean-field equilibrium")
    (root / "digest.yml").write_text((root / "digest.yml").read_text() + "\nrun:\n  min_relevance: 7.5\n")
    with Loopback() as server:
        arxiv = ArxivToday(server, "cs.LG", {MONDAY: 5, FRIDAY: 4}, MONDAY)
        run = digest("run", "--root", root, "--no-build", now=f"{MONDAY}T13:00+00:00", env=arxiv.environment)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (Store(root).dates(), len(Store(root).dropped(MONDAY))) == ([MONDAY], 5)
    note = "note: no paper reached run.min_relevance 7.5: widen the topics, or lower it in digest.yml"
    assert run.stdout.count(note) == 1
