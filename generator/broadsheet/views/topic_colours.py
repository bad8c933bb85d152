"""The colours of topics: a palette of eight hues, and grey for every other topic.

In each scheme every two hues, and each hue and grey, differ by at least 10 CIEDE2000, for eyes without one of the three
kinds of cones too. Each has at least three times the contrast of the page and of a chip (WCAG 2, 1.4.11), and differs
from the accent colour of links and bars.
`tests/views/test_topic_colours.py` measures all of it. The first hues of the palette differ most.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from broadsheet.index.days import Entry
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import NO_HUE, Topic


class Hue(NamedTuple):
    """A hue on a light and on a dark page."""

    light: str
    dark: str


PALETTE = {
    "blue": Hue("#1f05bc", "#506fe2"),
    "amber": Hue("#726801", "#f2bf2d"),
    "green": Hue("#2b9266", "#9ef2af"),
    "red": Hue("#f1013e", "#c54b57"),
    "violet": Hue("#775fe9", "#d6b1f6"),
    "teal": Hue("#255960", "#18adb6"),
    "pink": Hue("#bc27a6", "#fd6eb8"),
    "brown": Hue("#4a3e3a", "#bb8f6d"),
}
GREY = Hue("#66655e", "#a6a39a")
COLOURS = {**PALETTE, NO_HUE: GREY}


def topic_hues(topics: Sequence[Topic]) -> dict[str, str]:
    """Return the name of each topic's hue by the id of the topic: the one it sets, or the next that no topic has."""
    chosen = {topic.colour for topic in topics}
    unused = (name for name in PALETTE if name not in chosen)
    return {topic.id: next(unused, NO_HUE) if topic.colour == "auto" else topic.colour for topic in topics}


def hue_of(entry: Entry, hues: Mapping[str, str]) -> str:
    """Return the name of the hue of a paper: that of its first topic in the digest's order, or grey."""
    return next((hue for topic, hue in hues.items() if topic in entry.topics), NO_HUE)


def topic_labels(settings: Settings) -> dict[str, dict[str, str] | list[str]]:
    """Return the labels and the hues of topics by id, from which scripts make rows, and the `order` of the ids.

    The keys of an object have no order that lasts: templates sort them, and JavaScript puts numbers first.
    """
    return {
        "topics": {topic.id: topic.label for topic in settings.topics},
        "hues": topic_hues(settings.topics),
        "order": [topic.id for topic in settings.topics],
    }


def style_rules() -> str:
    """Return the classes ``hue-NAME`` as CSS: each sets ``--hue``."""
    return "".join(f".hue-{name}{{--hue:light-dark({hue.light},{hue.dark})}}\n" for name, hue in COLOURS.items())
