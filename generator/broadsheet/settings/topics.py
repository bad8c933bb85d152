"""The topics of a digest."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import msgspec

from broadsheet.settings.document import Fault
from broadsheet.text.path_names import is_free

NO_HUE: Literal["grey"] = "grey"
Colour = Literal["auto", "blue", "amber", "green", "red", "violet", "teal", "pink", "brown", "grey"]
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An interest of this digest. `words` are matched, whole and without regard to case, in a paper's text."""

    id: str
    name: str
    short: str = ""
    relevant: str = ""
    irrelevant: str = ""
    words: tuple[str, ...] = ()
    colour: Colour = "auto"

    @property
    def label(self) -> str:
        """The short name where one is set."""
        return self.short or self.name


def faults(topics: Sequence[Topic]) -> Iterator[Fault]:
    """Yield the faults of the topics."""
    ids: set[str] = set()
    names: dict[str, str] = {}  # of topics, which rows of papers may use as their ids: the topic that has it
    for topic in topics:
        names.setdefault(topic.id.casefold(), topic.id)
    for index, topic in enumerate(topics):
        path = ("topics", str(index), "id")
        if not is_id(topic.id):
            message = f"topic id {topic.id!r} cannot be part of an address"
            yield Fault(path, message, "use a-z, 0-9 and single hyphens")
        if not topic.name.strip():
            yield Fault(path, f"topic {topic.id!r} has no name", "write the name that readers see")
        if topic.id in ids:
            yield Fault(path, f"topic id {topic.id!r} is used twice", "give each topic its own id")
        ids.add(topic.id)
        if (owner := names.setdefault(topic.name.strip().casefold(), topic.id)) != topic.id:
            message = f"topic {topic.id!r} has a name that stands for topic {owner!r} already: {topic.name!r}"
            yield Fault(("topics", str(index), "name"), message, "give it another name")
        for number, word in enumerate(topic.words):
            if not re.search(r"\w", word):  # would match no text, or all
                yield Fault(("topics", str(index), "words", str(number)), f"word {word!r} has no letters", "remove it")


def is_id(name: str) -> bool:
    """Return whether `name` can be a part of an address."""
    return bool(_ID.fullmatch(name)) and is_free(name)


def topic_id(name: str, taken: Collection[str] = ()) -> str:
    """Return an id for a topic of this name that is not `taken`."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    bare = re.sub(r"[^a-z0-9]+", "-", ascii_name.casefold())[:40].strip("-")
    base = bare if is_id(bare) else f"topic-{bare}".rstrip("-")
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in (base, *numbered) if candidate not in taken)
