"""The colours of topics: the one each topic gets, and whether an outside library can tell them apart.

Those of the style sheet are written again where no sheet is read.
"""

import re
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from coloraide import Color

from broadsheet import PROGRAM
from broadsheet.index.days import Entry
from broadsheet.model.paper import Paper
from broadsheet.settings import config
from broadsheet.settings.topics import Colour, Topic
from broadsheet.views.share.picture import ACCENT_COLOUR, INK_COLOUR, PAPER_COLOUR
from broadsheet.views.topic_colours import COLOURS, GREY, PALETTE, hue_of, style_rules, topic_hues
from tests.example import SETTINGS, make_digest

SCHEMES = ("light", "dark")
# Two colours that differ by 10 in CIEDE2000 are told apart at a glance; a difference of 2.3 is just noticeable.
MIN_DIFFERENCE = 10
MIN_OF_SIX = 12.5  # as many topics as a digest usually has
EYES = (None, "protan", "deutan", "tritan")


def test_the_palette_has_the_names_that_the_setting_allows() -> None:
    assert ("auto", *COLOURS) == get_args(Colour)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_hue_stands_out_from_page_and_chip(scheme: str) -> None:
    for ground in grounds(scheme):
        for name, hue in COLOURS.items():
            assert Color(getattr(hue, scheme)).contrast(ground, method="wcag21") >= 3, (name, ground)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_hues_can_be_told_apart_by_every_kind_of_eye(scheme: str, eyes: str | None) -> None:
    seen = {name: as_seen(getattr(hue, scheme), eyes) for name, hue in COLOURS.items()}
    first_six = set(list(PALETTE)[:6])
    for a, b in combinations(seen, 2):
        least = MIN_OF_SIX if {a, b} <= first_six else MIN_DIFFERENCE
        assert seen[a].delta_e(seen[b], method="2000") >= least, (a, b)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_hue_looks_like_the_accent(scheme: str) -> None:
    accent = colours_of_the_sheet()["accent"][SCHEMES.index(scheme)]
    for name, hue in COLOURS.items():
        assert Color(getattr(hue, scheme)).delta_e(accent, method="2000") >= 14, name
    for eyes in EYES:
        red = as_seen(getattr(COLOURS["red"], scheme), eyes)
        assert red.delta_e(as_seen(accent, eyes), method="2000") >= MIN_DIFFERENCE, eyes


def test_the_measure_sees_red_and_green_that_only_some_eyes_can_tell_apart() -> None:
    red, green = "#a05040", "#607020"
    assert as_seen(red, None).delta_e(as_seen(green, None), method="2000") > 30
    assert as_seen(red, "deutan").delta_e(as_seen(green, "deutan"), method="2000") < MIN_DIFFERENCE


def as_seen(colour: str, eyes: str | None) -> Color:
    """Return a colour as eyes see it that lack one kind of cones; Machado, Oliveira and Fernandes (2009)."""
    return Color(colour).filter(eyes, 1, method="machado").clip("srgb") if eyes else Color(colour)


def grounds(scheme: str) -> tuple[str, str]:
    """Return the colours of the page and of a chip, from the style sheet."""
    colours = colours_of_the_sheet()
    paper, chip = (colours[name][SCHEMES.index(scheme)] for name in ("paper", "chip"))
    return paper, chip


def colours_of_the_sheet() -> dict[str, list[str]]:
    """Return the light and the dark colour of each name in the style sheet."""
    sheet = (PROGRAM / "views/styles/frame.css").read_text("utf-8")
    return {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", sheet)}


def test_topics_take_the_next_hue_that_no_topic_has() -> None:
    topics = [Topic(id=letter, name=letter) for letter in "abcd"]
    assert list(topic_hues(topics).values()) == ["blue", "amber", "green", "red"]
    topics[1] = Topic(id="b", name="b", colour="green")
    topics[3] = Topic(id="d", name="d", colour="grey")
    assert topic_hues(topics) == {"a": "blue", "b": "green", "c": "amber", "d": "grey"}


def test_a_ninth_topic_is_grey_and_two_may_share_a_hue() -> None:
    topics = [Topic(id=str(number), name=str(number)) for number in range(10)]
    assert list(topic_hues(topics).values()) == [*PALETTE, "grey", "grey"]
    shared = [Topic(id="a", name="a", colour="red"), Topic(id="b", name="b", colour="red")]
    assert topic_hues(shared) == {"a": "red", "b": "red"}


def test_a_paper_has_the_hue_of_its_first_topic_in_the_order_of_the_digest() -> None:
    hues = {"a": "blue", "b": "amber"}
    entries = [entry_of(*topics) for topics in (["b"], ["b", "a"], [], ["gone"])]
    assert [hue_of(entry, hues) for entry in entries] == ["amber", "blue", "grey", "grey"]


def entry_of(*topics: str) -> Entry:
    paper = Paper(arxiv_id="2505.00001", title="A", source="arxiv")
    return Entry(date="2025-05-27", rank=1, paper=paper, sources=("arxiv",), topics=topics)


def test_the_style_sheet_has_a_class_for_each_hue_in_both_schemes() -> None:
    rules = dict(re.findall(r"^\.hue-(\w+)\{--hue:light-dark\((.*?)\)\}$", style_rules(), re.MULTILINE))
    assert rules == {name: ",".join(hue) for name, hue in COLOURS.items()}
    sheet = (PROGRAM / "views" / "styles" / "frame.css").read_text()
    assert f"--muted: light-dark({GREY.light}, {GREY.dark});" in sheet


def test_a_colour_without_a_name_is_a_problem_that_lists_the_names(tmp_path: Path) -> None:
    root = make_digest(tmp_path, settings=SETTINGS.replace("    short: Compression", "    colour: mauve"))
    settings, problems = config.read(root)
    assert settings is None
    (problem,) = problems
    assert problem.location == "digest.yml:4"
    assert "colour" in problem.message
    assert "teal" in f"{problem.message} {problem.hint}"


def test_colours_of_pictures_of_browsers_and_of_mails_are_those_of_the_style_sheet() -> None:
    views = PROGRAM / "views"
    colours = colours_of_the_sheet()
    pictures = [INK_COLOUR, PAPER_COLOUR, ACCENT_COLOUR]
    assert pictures == [colours[name][0] for name in ("ink", "paper", "accent")]
    frame = (views / "theme/main.html").read_text("utf-8")
    assert re.findall(r'<meta name="theme-color" .* content="(#\w+)"', frame) == colours["paper"]
    mail = (views / "templates/mail.css.j2").read_text("utf-8").partition("prefers-color-scheme: dark")
    for part, scheme in ((mail[0], 0), (mail[2], 1)):
        assert set(re.findall(r"#[0-9a-f]{6}", part)) <= {pair[scheme] for pair in colours.values()}
