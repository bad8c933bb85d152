"""Figures of a list: the skyline of papers, the bar of a receipt, and the line on a site that stopped."""

import datetime as dt
import random
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import lxml.html
import pytest
from coloraide import Color
from playwright.sync_api import Browser, expect

from broadsheet import PROGRAM
from broadsheet.build.preview import served
from broadsheet.index.days import DayHead
from broadsheet.index.periods import span
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.model.state import DayState
from broadsheet.views.charts.receipt_bar import parts, receipt_bar
from broadsheet.views.charts.skyline import MAX_BARS, Bar, height_of, skyline, words
from broadsheet.views.charts.year import ABOVE, STEP, WEEKS, year_of_weeks
from broadsheet.views.topic_colours import COLOURS
from tests.example import SETTINGS, digest, make_digest, paper

DAYS = {
    "2025-05-26": [paper("2505.10001", relevance=5, novelty=5, topics=["llm"])],
    "2025-05-27": [
        paper("2505.00001", relevance=9, novelty=8, topics=["compression"]),
        paper("2505.00002", relevance=8, novelty=7, topics=["llm"]),
        paper("2505.00003", relevance=None, novelty=None, topics=[], title="<b>&", abstract="", comment=""),
    ],
}
MAIL = "paper_pages: all\nmail: {from: digest@example.org}\n"
MIN_STEP = 5  # CIEDE2000; 2.3 is just noticeable
DAY, WEEK = "daily/2025/05/27/", "weekly/2025-W22/"
DIGEST_YML = SETTINGS + MAIL


def bars(site: Path, page: str) -> list[lxml.html.HtmlElement]:
    root = lxml.html.parse(str(site / page / "index.html"))
    return list(root.findall(".//figure[@class='skyline']/svg/a"))


@pytest.mark.parametrize(("page", "papers"), [(DAY, 3), (WEEK, 4), ("", 4)])
def test_a_skyline_has_a_link_for_each_paper(site: Path, page: str, papers: int) -> None:
    drawn = bars(site, page)
    assert len({bar.get("href") for bar in drawn}) == len(drawn) == papers
    for bar in drawn:
        href = bar.get("href")
        assert (site / page / href / "index.html").exists() if href[0] != "#" else (site / page).is_dir(), href


def test_bars_have_the_hue_of_their_topic_and_the_height_of_their_score(site: Path) -> None:
    heights = [int(bar.find("rect").get("height")) for bar in bars(site, DAY)]
    assert heights == sorted(set(heights), reverse=True)
    assert [bar.get("class") for bar in bars(site, DAY)] == ["hue-blue", "hue-amber", "hue-grey"]


def test_a_week_goes_day_after_day(site: Path) -> None:
    assert bars(site, WEEK)[0].get("data-paper") == "2505.10001"


def test_the_caption_has_the_figures() -> None:
    assert words([Bar("#", "", score, "grey", "") for score in (17, 17, 12, None)]).startswith(
        "Scores: 17 (2 papers), 12 (1). 1 paper without a score."
    )


def test_hostile_titles_stay_text() -> None:
    figure = skyline([Bar('"><script>', "<script>&", 17, "blue", '"onx')])
    assert "<script>" not in figure
    assert '"onx' not in figure
    assert skyline([]) == ""


@pytest.mark.parametrize(("score", "height"), [(None, 4), (2, 4), (10, 4), (20, 44), (25, 44)])
def test_heights_are_within_the_drawing(score: float | None, height: int) -> None:
    assert height_of(score) == height


def test_a_bar_of_a_receipt_is_to_scale() -> None:
    receipt = Receipt(date="2025-05-27", state=DayState.OK, announced=200, scanned=100, shown=20)
    assert [(part.kind, part.papers) for part in parts(receipt, 20)] == [
        ("shown", 20),
        ("scanned", 80),
        ("announced", 100),
    ]
    assert re.findall(r'width="([\d.]+)%"', receipt_bar(receipt, 20)) == ["10.00", "40.00", "50.00"]


def test_a_bar_is_hatched_where_something_failed() -> None:
    receipt = Receipt(
        date="2025-05-27",
        state=DayState.PARTIAL,
        announced=10,
        scanned=10,
        shown=8,
        unscored={"2505.1": "timeout", "2505.2": "timeout"},
        sources={"hf": SourceStats(status="failed")},
    )
    assert [part.kind for part in parts(receipt, 10)].count("failed") == 2
    assert "could not be read" in receipt_bar(receipt, 10)
    assert 'fill="url(#receipt-failed)"' in receipt_bar(receipt, 10)


def test_the_bar_of_a_receipt_is_as_wide_as_the_skyline(chromium: Browser, tmp_path: Path) -> None:
    root = make_digest(tmp_path, {"2025-05-27": DAYS["2025-05-27"]})
    run = root / "data/runs/2025/2025-05-27.json"
    run.parent.mkdir(parents=True)
    run.write_text('{"date": "2025-05-27", "state": "ok", "announced": 1691, "scanned": 1027, "shown": 3}')
    assert digest("build", "--root", root).returncode == 0
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    with served(root / "site", "/", "127.0.0.1", 0) as place:
        tab.goto(f"{place}{DAY}")
        receipt, papers = (tab.locator(name).bounding_box() for name in (".receipt-bar svg", ".skyline svg"))
    context.close()
    assert receipt
    assert papers
    assert receipt["width"] == pytest.approx(papers["width"], abs=2)


def test_a_receipt_without_figures_has_no_bar() -> None:
    assert receipt_bar(Receipt(date="2025-05-27", state=DayState.OK), 5) == ""


def test_a_site_that_stopped_says_so_and_stays_still(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(address)
    expect(tab.locator(".stale")).to_have_text(re.compile(r"^Nothing has been published for [\d,]+ days\.$"))
    tab.clock.install(time="2025-05-29")
    tab.goto(address)
    expect(tab.locator(".stale")).not_to_contain_text("Nothing")
    context.close()


def test_bars_show_marks(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(address + DAY)
    tab.keyboard.press("j")
    tab.keyboard.press("s")
    tab.keyboard.press("m")
    expect(tab.locator(".skyline a.is-read")).to_have_count(1)
    expect(tab.locator(".skyline a circle")).to_have_count(1)
    context.close()


DRAWING = """async (scores) => {
  const { drawSkyline } = await import("/repo/assets/skyline-drawing.js");
  const place = document.createElement("div");
  const paper = (score, i) => ({ id: `${i}`, score, title: `On ${i}`, address: `papers/${i}/`, topic: [] });
  drawSkyline(place, scores.map(paper), { hues: {}, order: [] });
  const bars = [...place.querySelectorAll("a")].map((bar) => [
    ...["y", "height"].map((name) => Number(bar.firstChild.getAttribute(name))),
    ...["x", "width"].map((name) => parseFloat(bar.firstChild.getAttribute(name)).toFixed(1)),
    bar.querySelector("title").textContent,
  ]);
  return [bars, place.querySelector("figcaption")?.textContent ?? ""];
}"""
RANDOM = random.Random(1)
SCORES: Mapping[str, Sequence[float | None]] = {
    "half pixels": [10 + step / 8 for step in range(80, -1, -1)],
    "ties": [17.25, 16.75, 16.25, 12.5, 12.05, 2, None],
    "as many as fit": [15.0] * MAX_BARS,
    "one more": [15.0] * MAX_BARS + [11.0],
    "no scores": [None, None],
    "nothing": [],
    "random": [round(RANDOM.uniform(2, 20), RANDOM.randrange(4)) for _ in range(60)],
}


@pytest.mark.parametrize("name", SCORES)
def test_the_script_draws_the_same_skyline(chromium: Browser, address: str, name: str) -> None:
    scores = SCORES[name]
    bars = [Bar(f"papers/{n}/", f"On {n}", score, "grey", f"{n}") for n, score in enumerate(scores[:MAX_BARS])]
    figure = str(skyline(bars, is_cut=len(scores) > MAX_BARS))
    parts = re.findall(r'<rect x="([\d.]+)%" y="(\d+)" width="([\d.]+)%" height="(\d+)"/><title>(.*?)</title>', figure)
    ours = [[int(y), int(high), f"{float(x):.1f}", f"{float(wide):.1f}", title] for x, y, wide, high, title in parts]
    caption = re.search(r"<figcaption.*?>(.*?)</figcaption>", figure)
    tab = chromium.new_page()
    tab.goto(address)
    drawn, words_of_script = tab.evaluate(DRAWING, scores)
    tab.close()
    assert words_of_script == (caption[1] if caption else "")
    assert [[*bar[:2], bar[4]] for bar in drawn] == [[*bar[:2], bar[4]] for bar in ours]
    for bar, other in zip(drawn, ours, strict=True):
        assert [float(bar[i]) for i in (2, 3)] == pytest.approx([float(other[i]) for i in (2, 3)], abs=0.11)


def test_a_year_has_a_tile_for_each_day(site: Path) -> None:
    tiles = lxml.html.parse(str(site / "archive/index.html")).findall(".//svg[@class='year']/a")
    assert [tile.get("href") for tile in tiles] == ["../daily/2025/05/26/", "../daily/2025/05/27/"]
    assert len({tile.find("rect").get("x") for tile in tiles}) == 1  # one week
    assert tiles[0].findtext("title") == "Monday, 26 May 2025: no receipt, 1 paper"


@pytest.mark.parametrize(
    ("date", "column", "row"),
    [("2024-01-01", 0, 0), ("2024-12-31", 52, 1), ("2023-01-01", 0, 6), ("2028-12-31", 52, 6), ("2012-12-31", 53, 0)],
)
def test_a_day_is_in_the_column_of_its_week_and_the_row_of_its_weekday(date: str, column: int, row: int) -> None:
    year = date[:4]
    days = [head if head and head.date == date else None for head in all_days(year)]
    (rect,) = lxml.html.fromstring(str(year_of_weeks(year, days, 1, str))).iter("rect")
    assert rect.get("x") == f"{column * 100 / WEEKS:.2f}%"
    assert (int(rect.get("y")) - ABOVE) / STEP == row


def all_days(year: str) -> list[DayHead | None]:
    first = dt.date(int(year), 1, 1)
    dates = ((first + dt.timedelta(number)).isoformat() for number in range(366))
    return [DayHead(date=date, state=DayState.OK, papers=1) for date in dates if date.startswith(year)]


def test_names_of_months_can_be_read_on_a_phone(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    tab = context.new_page()
    tab.goto(f"{address}archive/")
    boxes = [name.bounding_box() for name in tab.locator(".year text").all()]
    assert len(boxes) == 12
    for left, right in pairwise(boxes):
        assert left
        assert right
        assert left["height"] >= 10
        assert left["x"] + left["width"] < right["x"]
    context.close()


def test_the_card_of_a_topic_has_twelve_months(site: Path) -> None:
    cards = lxml.html.parse(str(site / "topics/index.html")).findall(".//section")
    assert [card.get("class") for card in cards] == ["card hue-blue", "card hue-amber"]
    months = [[title.text for title in card.iter("title")] for card in cards]
    assert [titles[0] for titles in months] == ["June 2024: 0 papers"] * 2
    assert [(len(titles), titles[-1]) for titles in months] == [(12, "May 2025: 1 paper"), (12, "May 2025: 2 papers")]


def test_the_tile_of_a_day_has_its_papers_and_best_title(site: Path) -> None:
    month = lxml.html.parse(str(site / "monthly/2025-05/index.html"))
    tile = month.find(".//table[@class='calendar']//a[@href='../../daily/2025/05/27/']")
    assert (tile.findtext("small"), tile.findtext("span")) == ("3", "A paper called 2505.00001")
    assert tile.get("aria-label") is None  # it would replace the words
    assert "".join(tile.itertext()).split() == "27 3 papers A paper called 2505.00001".split()


def test_the_tile_of_a_day_has_its_papers_on_a_phone_too(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    tab = context.new_page()
    tab.goto(f"{address}monthly/2025-05/")
    expect(tab.locator(".large small").last).to_be_visible()
    expect(tab.locator(".large .best").last).to_be_hidden()
    context.close()


def test_a_card_begins_with_the_newest_paper_of_a_high_score(tmp_path: Path) -> None:
    days = {
        f"2025-05-{day}": [paper(f"2505.0{day}01", relevance=9, novelty=high, topics=["llm"])]
        for day, high in ((19, 9), (20, 10), (21, 5), (22, 5), (23, 5))
    }
    root = make_digest(tmp_path, days, SETTINGS + "paper_pages: all\n")
    assert digest("generate", "--root", root).returncode == 0
    cards = lxml.html.fromstring((root / "docs/topics/index.md").read_text().partition("\n---\n")[2])
    titles = [item[0].text for item in cards.findall(".//section")[1].iter("li")]
    assert titles == [f"A paper called 2505.0{day}01" for day in (20, 23, 22)]


def test_no_number_of_a_card_contradicts_another(tmp_path: Path) -> None:
    again = [paper("2505.00001", topics=["llm"])]
    root = make_digest(tmp_path, {"2025-05-30": again, "2025-06-02": again}, SETTINGS)
    assert digest("generate", "--root", root).returncode == 0
    cards = lxml.html.fromstring((root / "docs/topics/index.md").read_text().partition("\n---\n")[2])
    card = cards.findall(".//section")[1]
    assert card.findtext("h2/span") == "1 paper"
    assert card.findtext("div/span") == "July 2024 to June 2025, most in May 2025: 1"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_steps_of_a_heat_map_differ(scheme: str) -> None:
    steps = [colour(f"level-{n}", scheme) for n in range(1, 5)]
    for ground in (colour("paper", scheme), colour("chip", scheme)):
        for lower, higher in pairwise([ground, *steps]):
            assert Color(lower).delta_e(higher, method="2000") >= MIN_STEP
    assert all(Color(colour("ink", scheme)).contrast(step, method="wcag21") >= 4.5 for step in steps)


def colour(name: str, scheme: str) -> str:
    sheet = (PROGRAM / "views/styles/frame.css").read_text()
    pair = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", sheet)
    assert pair
    return pair["light dark".split().index(scheme) + 1]


@pytest.mark.parametrize("trials", [["2024-05-01"], ["2024-05-01", "2024-05-02", "2024-09-03"]])
def test_weekdays_between_trials_are_no_gaps(trials: list[str]) -> None:
    regular = [f"2025-01-{n:02}" for n in (6, 7, 9, 10, 13, 14, 15, 16, 17)]
    heads = {date: DayHead(date=date, state=DayState.OK, papers=1) for date in [*trials, *regular]}
    days = [head for head in span(heads, "2024-01-01", "2025-12-31") if head]
    assert [head.date for head in days if head.state is DayState.MISSING] == ["2025-01-08"]


def test_a_mail_has_the_skyline_as_a_table(site: Path, tmp_path: Path) -> None:
    run = digest("mail", "--root", site.parent, "--edition", "2025-05-27", "--dry-run", "--out", tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    preview = lxml.html.parse(str(next(tmp_path.glob("*.html"))))
    drawn = preview.findall(".//table[@class='skyline']//a")
    assert [bar.get("class") for bar in drawn] == ["hue-blue", "hue-amber", "hue-grey"]
    styles = [bar.get("style", "") for bar in drawn]
    for hue, style in zip(("blue", "amber", "grey"), styles, strict=True):
        assert COLOURS[hue].light in style
    heights = [int(height[1]) for style in styles if (height := re.search(r"(?<!-)height: ?(\d+)px", style))]
    assert heights == sorted(set(heights), reverse=True)
