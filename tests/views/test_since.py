"""Papers since the last visit: the files, and the page in a browser."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from broadsheet.build.preview import served
from broadsheet.index.open import open_index
from broadsheet.settings import config
from broadsheet.views.news import parts
from tests.example import SETTINGS, digest, make_digest, paper
from tests.views.test_browser import SHIFT

HOSTILE = r'<img src=x onerror="document.title=1"> & $O(n^2)$ of {braces}'
DAYS = {
    "2025-03-03": [paper("2503.00001")],
    "2025-05-20": [paper("2505.00001", relevance=9, novelty=9)],
    "2025-05-23": [],
    "2025-05-26": [paper("2505.00009", relevance=5, comment="About an LLM.")],
    "2025-05-27": [
        paper("2505.00002", relevance=9, novelty=9),
        paper("2505.00003", relevance=4, novelty=8, title=HOSTILE, authors=["A. de Bie", "B", "C", "D", "E", "F"]),
        paper("2505.00004", relevance=None, novelty=None, comment=None, upvotes=1),
        paper("2505.00005", relevance=None, novelty=None, comment=None, upvotes=7),
    ],
    "2025-05-28": [paper("2505.00010"), paper("2505.00001", relevance=3), paper("2505.00009", relevance=10)],
}
RECEIPTS: dict[str, dict[str, Any]] = {
    "2025-05-23": {"state": "failed", "scanned": 5},
    "2025-05-24": {"state": "quiet"},
    "2025-05-26": {"state": "partial"},
}
WEEK = ["2505.00002", "2505.00009", "2505.00010", "2505.00003", "2505.00005", "2505.00004"]
KEY = "broadsheet /repo/"
HOURS = 3600 * 1000


def digest_with(root: Path, days: dict[str, list[dict[str, Any]]]) -> Path:
    make_digest(root, days, SETTINGS + "search: false\n")
    for date, receipt in RECEIPTS.items():
        file = root / "data/runs/2025" / f"{date}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"date": date} | receipt))
    return root


def build(root: Path) -> None:
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = digest_with(tmp_path_factory.mktemp("visit"), DAYS)
    build(root)
    return root


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    with served(root / "site", "/repo/", "127.0.0.1", 0) as place:
        yield place


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    tab = context.new_page()
    wrong: list[str] = []
    tab.on(
        "pageerror", lambda error: wrong.append(error.stack or str(error)) if "/assets/" in str(error.stack) else None
    )
    yield tab
    assert [line for line in wrong if "/assets/javascripts/" not in line] == []


def visible_ids(tab: Page) -> list[str]:
    return list(tab.locator("#news .item").evaluate_all("nodes => nodes.map((node) => node.dataset.paper)"))


def stored(tab: Page) -> dict[str, Any]:
    text = tab.evaluate(f"localStorage.getItem('{KEY}')")
    return json.loads(text) if text else {}


def put(tab: Page, state: Any) -> None:
    tab.evaluate(f"text => localStorage.setItem('{KEY}', text)", state if isinstance(state, str) else json.dumps(state))


def hours_later(tab: Page, hours: float = 7) -> None:
    """The same browser, some hours on."""
    state = stored(tab)
    state["visit"]["at"] -= hours * HOURS
    put(tab, state)
    tab.reload()


def seen_until(date: str) -> dict[str, Any]:
    """The state of who saw every day up to `date`, a day ago."""
    days = {day: len(rows) for day, rows in DAYS.items()} | {"2025-05-21": 0, "2025-05-22": 0, "2025-05-24": 0}
    seen = {day: number for day, number in days.items() if day <= date}
    return {"version": 1, "papers": {}, "visit": {"at": 1, "seen": seen, "shown": seen}}


def status(tab: Page) -> Any:
    return tab.locator("#since [role=status]")


# -- the files ----------------------------------------------------------------------------------------------------


def test_a_file_a_day_and_an_index_say_what_a_list_needs(root: Path) -> None:
    index = json.loads((root / "site/since/days.json").read_bytes())
    assert index["days"][-8:] == [
        ["2025-05-20", "unknown", 1],
        ["2025-05-21", "missing", 0],
        ["2025-05-22", "missing", 0],
        ["2025-05-23", "failed", 0],
        ["2025-05-24", "quiet", 0],
        ["2025-05-26", "partial", 1],
        ["2025-05-27", "unknown", 4],
        ["2025-05-28", "unknown", 3],
    ]
    assert (index["week"], index["before"]) == ("2025-05-22", "2025-03-03")
    files = {path.name for path in (root / "site/since").iterdir()}
    days = {f"2025-{day}.pack" for day in ("03-03", "05-20", "05-26", "05-27", "05-28")}  # filters of months need all
    assert files == {"index.html", "days.json", "ids.json", *days}
    assert index["fresh"] == {"2025-05-20": 1, "2025-05-26": 1, "2025-05-27": 4, "2025-05-28": 1}
    ids = json.loads((root / "site/since/ids.json").read_bytes())
    assert {date: [len(part) for part in parts] for date, parts in ids.items()} == {
        "2025-05-20": [1, 0],
        "2025-05-26": [0, 1],
        "2025-05-27": [1, 3],
        "2025-05-28": [0, 1],
    }
    assert index["high"] == {"2025-05-20": 1, "2025-05-27": 1}
    day = json.loads(gzip.decompress((root / "site/since/2025-05-27.pack").read_bytes()))
    assert day["papers"][1] == {
        "id": "2505.00003",
        "title": '<img src=x onerror="document.title=1"> & O(n²) of {braces}',
        "title_parts": day["papers"][1]["title_parts"],
        "authors": ["A. de Bie", "B", "C", "D"],
        "more": 2,
        "sort_key": 3322230668851136,
        "score": 12,
        "relevance": 4,
        "novelty": 8,
        "comment": "On low-rank methods.",
        "topics": ["compression"],
        "address": "papers/2505.00003/",
    }
    again = json.loads(gzip.decompress((root / "site/since/2025-05-28.pack").read_bytes()))["papers"]
    assert {it["id"]: it.get("first_seen") for it in again} == {
        "2505.00009": "2025-05-26",
        "2505.00010": None,
        "2505.00001": "2025-05-20",
    }


def test_our_markup_as_data_holds_no_markup() -> None:
    assert parts("plain &amp; simple") == []
    assert parts("a &lt;b&gt; <math><mi mathvariant='normal'>x</mi></math>!") == [
        "a <b> ",
        ["math", {}, ["mi", {"mathvariant": "normal"}, "x"]],
        "!",
    ]


# -- the list -----------------------------------------------------------------------------------------------------


def test_a_first_visit_shows_the_last_week_best_first_and_each_paper_once(address: str, tab: Page) -> None:
    tab.goto(address)
    tab.locator(".news-line a").click()
    expect(status(tab)).to_have_text("6 papers of 3 days, without 1 listed on earlier days")
    assert visible_ids(tab) == WEEK
    assert tab.locator("#from").inner_text() == "The last week"
    assert tab.locator("#news .item").nth(1).locator(".date").inner_text() == "Wed 28 May 2025"
    assert tab.locator("#days li").all_inner_texts() == [
        "Mon 26 May 2025 1 paper",
        "Tue 27 May 2025 4 papers",
        "Wed 28 May 2025 3 papers",
    ]
    assert [" ".join(text.split()) for text in tab.locator("#gaps li").all_inner_texts()] == [
        "Missing Thu 22 May 2025 There is no record of this day: it may have had papers that were never read.",
        "Failed Fri 23 May 2025 The run of this day failed: the sources gave no papers, or none of their papers was"
        " scored.",
        "Quiet Sat 24 May 2025 Nothing was announced on this day.",
        "Partial Mon 26 May 2025 Part of this day could not be fetched or scored; what is here is right, but not all.",
    ]
    assert status(tab).get_attribute("aria-live") == "polite"
    assert tab.evaluate(SHIFT) <= 0.01


@pytest.mark.parametrize("is_touch", [False, True])
def test_on_a_narrow_window_the_list_begins_near_the_top(address: str, chromium: Browser, is_touch: bool) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=is_touch, is_mobile=is_touch)
    tab = context.new_page()
    tab.goto(f"{address}since/")
    expect(status(tab)).to_contain_text("6 papers")
    assert tab.evaluate("matchMedia('(hover: hover)').matches") is not is_touch
    expect(tab.locator("#since .keys")).to_be_hidden()
    top = tab.locator("#news .item").first.evaluate("node => node.getBoundingClientRect().top")
    assert top <= 250 + tab.locator("#gaps").evaluate("node => node.offsetHeight")
    context.close()


def test_the_order_is_that_of_the_site(address: str, root: Path, tab: Page) -> None:
    settings = config.load(root)
    catalogue = open_index(root, settings)
    best = [entry.paper.arxiv_id for entry in catalogue.best("2025-05-20", "2025-05-28", 100)]
    catalogue.close()
    tab.goto(address + "since/?since=2025-05-20")
    expect(status(tab)).to_have_text("7 papers of 4 days")
    assert visible_ids(tab) == best


def test_one_key_orders_a_day_a_week_the_index_and_the_browser(tmp_path: Path, tab: Page) -> None:
    unscored: dict[str, Any] = {"relevance": None, "novelty": None, "comment": None}
    rows = [
        paper("2505.00001", relevance=9, novelty=1),
        paper("2505.00002", relevance=8, novelty=8, upvotes=1),
        paper("2505.00003", relevance=8, novelty=8, upvotes=9),
        paper("2505.00004", relevance=9, novelty=7),
        paper("2505.00005", **unscored, upvotes=1),
        paper("2505.00006", **unscored, upvotes=7),
        paper("2505.00007", **unscored, score=20),
        paper("2505.00008", **unscored | {"relevance": 10}),
    ]
    order = [f"2505.0000{n}" for n in (7, 4, 3, 2, 1, 6, 5, 8)]
    ours = digest_with(tmp_path, {"2025-05-28": rows})
    build(ours)
    catalogue = open_index(ours, config.load(ours))
    assert [entry.paper.arxiv_id for entry in catalogue.day("2025-05-28")] == order
    assert [entry.paper.arxiv_id for entry in catalogue.best("2025-05-26", "2025-06-01", 100)] == order
    catalogue.close()
    for page in ("daily/2025/05/28", "weekly/2025-W22"):
        html = (ours / "site" / page / "index.html").read_text("utf-8")
        assert list(dict.fromkeys(re.findall(r"papers/(2505[.]\d+)/", html))) == order, page
    with served(ours / "site", "/repo/", "127.0.0.1", 0) as place:
        tab.goto(place + "since/")
        expect(status(tab)).to_have_text("8 papers of 1 day")
        assert visible_ids(tab) == order


def test_a_reload_keeps_the_list_and_the_next_visit_begins_a_new_one(root: Path, tmp_path: Path, tab: Page) -> None:
    ours = digest_with(tmp_path, DAYS)
    build(ours)
    with served(ours / "site", "/repo/", "127.0.0.1", 0) as place:
        tab.goto(place + "since/")
        expect(status(tab)).to_contain_text("6 papers of 3 days")
        for hours in (0, 5, 5):
            hours_later(tab, hours)
            expect(status(tab)).to_contain_text("6 papers of 3 days")
        hours_later(tab)
        expect(status(tab)).to_have_text("Nothing new")
        assert tab.locator("#from").inner_text() == "New since Wed 28 May 2025"
        assert tab.get_by_role("button", name="I am up to date").is_hidden()
        later = [paper("2505.00020"), paper("2505.00002", relevance=10), paper("2503.00001")]
        monday = [*DAYS["2025-05-26"], paper("2505.00008")]
        digest_with(ours, {"2025-05-30": later, "2025-05-26": monday, "2025-05-23": [paper("2505.00007")]})
        build(ours)
        tab.reload()
        expect(status(tab)).to_have_text("4 papers of 3 days, without 2 listed on earlier days")
        assert set(visible_ids(tab)) == {"2505.00020", "2505.00007", "2505.00008", "2505.00009"}
        told = " ".join(" ".join(tab.locator("#gaps li").all_inner_texts()).split())
        assert "More Mon 26 May 2025 1 paper came later: all are listed again." in told
        assert "Missing Thu 29 May 2025" in told
        assert "22 May" not in told
        hours_later(tab)
        expect(status(tab)).to_have_text("Nothing new")


def test_on_a_slow_line_the_page_is_there_before_its_list(address: str, tab: Page) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    tab.route("**/days.json", hold)
    tab.goto(address + "since/")
    assert tab.get_by_role("heading", name="Since your last visit").is_visible()
    assert status(tab).inner_text() == "Loading …"
    assert tab.locator("#news").is_hidden()
    expect(tab.locator("#news .item").first).to_be_visible()  # the last week, rather than nothing for long
    held[0].continue_()
    expect(status(tab)).to_contain_text("6 papers of 3 days")
    assert tab.evaluate(SHIFT) <= 0.01


def test_what_is_marked_read_is_not_repeated(address: str, tab: Page) -> None:
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("6 papers")
    tab.keyboard.press("j")
    tab.keyboard.press("m")
    assert visible_ids(tab) == WEEK  # not under the reader's eyes
    tab.keyboard.press("j")
    tab.keyboard.press("s")
    assert stored(tab)["papers"][WEEK[1]]["address"] == "papers/2505.00009/"
    tab.reload()
    expect(status(tab)).to_have_text("5 papers of 3 days, without 1 listed on earlier days and 1 marked read")
    assert visible_ids(tab) == WEEK[1:]


def test_a_reader_without_new_papers_sees_a_message(address: str, tab: Page) -> None:
    tab.goto(address + "since/?since=2025-05-27")
    expect(status(tab)).to_have_text("5 papers of 2 days, without 2 listed on earlier days")
    tab.get_by_role("button", name="I am up to date").click()
    expect(status(tab)).to_have_text("Nothing new")
    assert tab.url.endswith("/since/")
    assert tab.evaluate("document.activeElement.getAttribute('role')") == "status"
    tab.reload()
    expect(status(tab)).to_have_text("Nothing new")
    tab.go_back()
    expect(status(tab)).to_contain_text("5 papers")


def test_any_date_can_be_asked_for_and_the_address_keeps_it(address: str, tab: Page) -> None:
    tab.goto(address + "since/")
    select = tab.get_by_role("combobox", name="Since")
    select.select_option("2025-05-28")
    expect(status(tab)).to_have_text("1 paper of 1 day, without 2 listed on earlier days")
    assert tab.url.endswith("?since=2025-05-28")
    tab.reload()
    expect(status(tab)).to_contain_text("1 paper")
    assert tab.locator("#from").inner_text() == "From Wed 28 May 2025"
    tab.go_back()
    expect(status(tab)).to_contain_text("6 papers")
    assert select.input_value() == ""
    tab.go_forward()
    expect(status(tab)).to_contain_text("1 paper")
    for asked, said in (
        ("2025-05-25", "6 papers of 3 days"),
        ("2025-04-30", "7 papers of 4 days"),
        ("2030-01-01", "Nothing new"),
        ("2025-02-31", "7 papers of 4 days"),  # JavaScript's third of March
        ("2025-13-01", "6 papers of 3 days"),
        ("<script>", "6 papers of 3 days"),
        ("constructor", "6 papers of 3 days"),
    ):
        tab.goto(f"{address}since/?since={asked}")
        expect(status(tab)).to_contain_text(said)


def test_a_longer_absence_links_to_the_months(address: str, tab: Page) -> None:
    tab.goto(address)
    put(tab, seen_until("2025-03-03") | {"papers": {}})
    tab.goto(address + "since/")
    expect(status(tab)).to_have_text("7 papers of 4 days")
    assert tab.locator("#from").inner_text() == "New since Mon 3 Mar 2025"
    assert tab.locator("#gaps li").first.locator("a").count() == 0  # nothing was missed
    state = seen_until("2025-03-03")
    state["visit"]["shown"] = state["visit"]["seen"] = {"2025-02-03": 4}
    put(tab, state)
    tab.reload()
    first = tab.locator("#gaps li").first
    expect(first).to_contain_text("not in this list: 2025-03, the archive")
    first.locator("a").first.click()
    tab.wait_for_url("**/monthly/2025-03/")


def test_a_day_that_does_not_load_is_named_and_comes_again(address: str, tab: Page) -> None:
    tab.route("**/2025-05-27.pack", lambda route: route.abort())
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("2 papers of 2 days")
    expect(tab.locator(".notice")).to_have_text("4 papers could not be loaded: reload the page.")
    expect(tab.locator("#gaps")).to_contain_text("Not loaded Tue 27 May 2025")
    tab.unroute("**/2025-05-27.pack")
    tab.evaluate("dispatchEvent(new Event('online'))")
    expect(status(tab)).to_contain_text("6 papers of 3 days")
    expect(tab.locator(".notice")).to_have_text("")


@pytest.mark.parametrize("answer", ["gone", "another page", "no way to decompress"])
def test_without_any_day_the_page_is_the_last_week(
    address: str, context: BrowserContext, tab: Page, answer: str
) -> None:
    if answer == "gone":
        tab.route("**/*.pack", lambda route: route.abort())
    elif answer == "another page":
        tab.route("**/*.pack", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    else:
        context.add_init_script("delete globalThis.DecompressionStream")
    tab.goto(address + "since/")
    expect(status(tab)).to_have_text("What is new could not be loaded: below is the last week.")
    assert set(visible_ids(tab)) == {*WEEK, "2505.00001"}
    assert tab.locator("#since select").count() == 0
    assert "2025-05-27" not in stored(tab).get("visit", {}).get("shown", {})


def test_a_chosen_day_that_does_not_load_is_not_nothing_new(address: str, tab: Page) -> None:
    tab.goto(address + "since/?since=2030-01-01")
    expect(status(tab)).to_have_text("Nothing new")
    tab.route("**/*.pack", lambda route: route.abort())
    tab.get_by_role("combobox", name="Since").select_option("2025-05-28")
    expect(status(tab)).to_have_text("3 papers could not be loaded: reload the page.")
    expect(tab.locator(".notice")).to_have_text("")


def test_a_day_that_comes_late_is_new_on_the_next_visit(address: str, tab: Page) -> None:
    tab.route("**/2025-05-27.pack", lambda route: route.abort())
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("2 papers of 2 days")
    tab.unroute("**/2025-05-27.pack")
    hours_later(tab)
    expect(status(tab)).to_have_text("4 papers of 1 day")


@pytest.mark.parametrize("answer", ["gone", "no json"])
def test_without_the_index_the_page_is_the_last_week(address: str, tab: Page, answer: str) -> None:
    if answer == "gone":
        tab.route("**/days.json", lambda route: route.abort())
    else:
        tab.route("**/days.json", lambda route: route.fulfill(body="<html>"))
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("could not be loaded")
    assert set(visible_ids(tab)) == {*WEEK, "2505.00001"}
    tab.keyboard.press("j")
    tab.keyboard.press("s")
    assert stored(tab)["papers"][WEEK[0]]["saved"] > 0


def test_without_scripts_it_is_the_last_week_and_complete(address: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address + "since/")
    assert set(visible_ids(tab)) == {*WEEK, "2505.00001"}
    assert "This list needs JavaScript" in tab.locator(".since").inner_text()
    assert tab.locator("#since").bounding_box() is None
    assert tab.locator("#gaps li").count() == 4
    assert tab.locator("#days a").count() == 3
    context.close()


# -- what strangers wrote, and what they did to the state ---------------------------------------------------------


def test_foreign_text_stays_text_and_formulas_are_mathml(address: str, tab: Page) -> None:
    said: list[str] = []
    tab.on("console", lambda message: said.append(f"{message.text} {message.location['url']}"))

    def strict(route: Any) -> None:
        answer = route.fetch()
        policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
        policy += "; require-trusted-types-for 'script'"
        body = re.sub(r"<script>.*?</script>", "", answer.text(), flags=re.DOTALL)
        route.fulfill(response=answer, body=body, headers=answer.headers | {"content-security-policy": policy})

    tab.route("**/since/", strict)
    tab.goto(address + "since/")
    heading = tab.locator("[data-paper='2505.00003'] h3")
    expect(heading).to_contain_text('<img src=x onerror="document.title=1"> & ')
    assert tab.locator("#news img").count() == 0
    assert heading.locator("math msup").count() == 1
    assert heading.locator("math").evaluate("it => it instanceof MathMLElement")
    tab.locator("[data-paper='2505.00003'] button.saved").click()
    assert stored(tab)["papers"]["2505.00003"]["title"] == HOSTILE.replace("$O(n^2)$", "O(n²)")
    assert stored(tab)["papers"]["2505.00003"]["authors"] == ["A. de Bie", "B", "C", "D"]
    assert [line for line in said if re.search("/assets/[a-z]+[.]js", line)] == []


@pytest.mark.parametrize(
    "state",
    [
        {"papers": {}},
        {"version": 1, "papers": {}, "visit": None},
        {"papers": {}, "visit": [1, 2]},
        {"papers": {}, "visit": "2025"},
        {"papers": {}, "visit": {"at": "now", "seen": 3, "shown": {"x": 1, "2025-05-27": "4", "__proto__": 1}}},
        {"papers": {}, "visit": {"at": 1e99, "seen": {"2030-01-01": 4}, "shown": {"2025-99-99": 3}}},
        '{"papers": {"25',
        "null",
    ],
)
def test_a_broken_or_older_state_is_a_first_visit(address: str, tab: Page, state: Any) -> None:
    tab.goto(address)
    put(tab, state)
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("6 papers of 3 days")
    assert stored(tab)["visit"]["shown"]["2025-05-27"] == 4


def test_a_later_programs_state_survives(address: str, tab: Page) -> None:
    tab.goto(address)
    state = seen_until("2025-05-26") | {"version": 7, "new": "kept"}
    state["visit"]["colour"] = "red"
    put(tab, state)
    tab.goto(address + "since/")
    expect(status(tab)).to_have_text("5 papers of 2 days, without 2 listed on earlier days")
    now = stored(tab)
    assert (now["version"], now["new"], now["visit"]["colour"]) == (7, "kept", "red")


@pytest.mark.parametrize("now", ["2020-01-01", "2025-05-27", "2099-12-31"])
def test_a_clock_that_is_wrong_destroys_no_visit(address: str, tab: Page, now: str) -> None:
    tab.goto(address)
    before = seen_until("2025-05-27")
    put(tab, before)
    tab.clock.set_fixed_time(f"{now}T12:00:00Z")
    tab.goto(address + "since/")
    expect(status(tab)).to_have_text("1 paper of 1 day, without 2 listed on earlier days")
    tab.goto(address + "about/")
    visit = stored(tab)["visit"]
    assert visit["seen"] == before["visit"]["seen"]
    assert visit["shown"] == before["visit"]["shown"] | {"2025-05-28": 3}


def test_dates_far_ahead_push_out_no_other(address: str, tab: Page) -> None:
    tab.goto(address)
    before = seen_until("2025-05-27")
    ahead = {f"{year}-01-01": 1 for year in range(2030, 2200)}
    put(tab, before | {"visit": {"at": 1, "seen": before["visit"]["seen"] | ahead, "shown": ahead}})
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("1 paper of 1 day")
    assert stored(tab)["visit"]["seen"] == before["visit"]["seen"]


@pytest.mark.parametrize("fault", ["full", "disabled"])
def test_storage_that_fails_is_reported_beside_the_list(
    address: str, context: BrowserContext, tab: Page, fault: str
) -> None:
    if fault == "disabled":
        refuse = "get() { throw new DOMException('denied', 'SecurityError'); }"
        context.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {refuse} }})")
    tab.goto(address + "about/")
    if fault == "full":
        fill = "for (let n = 1 << 20; n >= 1; n >>= 1)"
        store = (
            "for (let i = 0; ; i++) try { localStorage.setItem('x' + n + '-' + i, 'x'.repeat(n)); } catch { break; }"
        )
        tab.evaluate(f"() => {{ {fill} {store} }}")
    tab.goto(address + "since/")
    expect(status(tab)).to_contain_text("6 papers of 3 days")
    expect(tab.locator(".notice")).to_contain_text("gone with the page")
    tab.get_by_role("button", name="I am up to date").click()
    expect(status(tab)).to_have_text("Nothing new")


def test_two_tabs_agree_and_neither_forgets_what_the_other_saw(
    address: str, context: BrowserContext, tab: Page
) -> None:
    other = context.new_page()
    tab.goto(address + "since/?since=2025-05-27")
    expect(status(tab)).to_contain_text("5 papers of 2 days")
    other.goto(address + "daily/2025/05/27/")
    other.locator("[id='2505.00002'] button.saved").click()
    assert stored(tab)["visit"]["shown"] == {"2025-05-27": 4, "2025-05-28": 3}
    tab.get_by_role("button", name="I am up to date").click()
    expect(status(tab)).to_have_text("Nothing new")
    other.locator("[id='2505.00003'] button.saved").click()
    now = stored(other)
    assert now["visit"]["seen"]["2025-05-20"] == 1
    assert {name for name, it in now["papers"].items() if it["saved"] > 0} == {"2505.00002", "2505.00003"}
    other.goto(address + "since/")
    expect(status(other)).to_have_text("Nothing new")


def test_a_long_list_comes_in_parts(tmp_path: Path, tab: Page) -> None:
    ours = digest_with(tmp_path, {"2025-05-27": [paper(f"2505.{n:05}") for n in range(1, 231)]})
    build(ours)
    with served(ours / "site", "/repo/", "127.0.0.1", 0) as place:
        tab.goto(place + "since/")
        expect(status(tab)).to_have_text("230 papers of 1 day")
        for left, shown in ((130, 100), (30, 200)):  # the end of a part once the browser is idle
            expect(tab.locator("#news .item")).to_have_count(shown)
            tab.get_by_role("button", name=f"Show more: {left} left").click()
        expect(tab.locator("#news .item")).to_have_count(230)
        assert len(set(visible_ids(tab))) == 230
        assert tab.evaluate("document.activeElement.closest('.item').dataset.paper") == visible_ids(tab)[200]
        assert tab.locator("#pagination button").count() == 0
        tab.locator("#news .item").nth(150).scroll_into_view_if_needed()
        place_before = tab.evaluate("scrollY")
        tab.locator(".masthead a").first.evaluate("link => link.click()")
        tab.wait_for_url(place)
        tab.go_back()
        expect(tab.locator("#news .item")).to_have_count(230)
        tab.wait_for_function(f"Math.abs(scrollY - {place_before}) < 5")


def test_an_empty_digest_has_the_page_too(tmp_path: Path, tab: Page) -> None:
    ours = make_digest(tmp_path, settings=SETTINGS + "search: false\n")
    build(ours)
    assert msgspec.json.decode((ours / "site/since/days.json").read_bytes())["days"] == []
    with served(ours / "site", "/repo/", "127.0.0.1", 0) as place:
        tab.goto(place + "since/")
        expect(tab.locator(".since")).to_contain_text("no papers yet")


# -- a paper's own page -------------------------------------------------------------------------------------------


def test_a_papers_own_page_saves_marks_and_opens_it(address: str, tab: Page) -> None:
    tab.goto(address + "papers/2505.00003/")
    tab.keyboard.press("s")
    tab.keyboard.press("m")
    kept = stored(tab)["papers"]["2505.00003"]
    assert (kept["title"], kept["address"]) == (HOSTILE.replace("$O(n^2)$", "O(n²)"), "papers/2505.00003/")
    assert kept["authors"] == ["A. de Bie", "B", "C", "D", "E", "F"]
    assert kept["read"] > 0
    expect(tab.locator("article button.saved")).to_have_text("★")
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.get_by_role("button", name="Close").click()
    assert tab.evaluate(SHIFT) <= 0.01
    tab.route("https://arxiv.org/**", lambda route: route.fulfill(body="there"))
    tab.keyboard.press("o")
    tab.wait_for_url("https://arxiv.org/abs/2505.00003")
