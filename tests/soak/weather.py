"""How well each service is while one run of the command lasts."""

import random
from enum import Enum, auto

SERVICES = ("feed", "api", "oai", "hf", "librecat", "model")


class Mood(Enum):
    """What is wrong with a service. Until `STUMBLING` nothing is that asking again does not mend."""

    FAIR = auto()
    SHORT = auto()  # short pages, tokens that expire
    LIMITED = auto()  # 429 with Retry-After, now and then
    STUMBLING = auto()  # every other request fails
    REFUSED = auto()  # nobody listens
    BROKEN = auto()  # 500, 502, 503
    SILENT = auto()  # hangs up
    BANNED = auto()  # 429, and wants hours of quiet
    EMPTY = auto()  # 200, valid, and nothing in it
    STALE = auto()  # the items of the day before under today's date
    OLD = auto()  # the whole feed of the day before

    @property
    def tells_truth(self) -> bool:
        """Whether a client that asks again gets everything."""
        return self in (Mood.FAIR, Mood.SHORT, Mood.LIMITED, Mood.STUMBLING)


_ROUGH = (Mood.LIMITED, Mood.STUMBLING)
_DOWN = (Mood.REFUSED, Mood.BROKEN, Mood.SILENT, Mood.BANNED)
_LYING = {
    "feed": (Mood.EMPTY, Mood.STALE, Mood.OLD),
    "api": (Mood.EMPTY,),
    "hf": (),
    "librecat": (),
    "oai": (),
    "model": (),
}
_SHORT = {"api", "oai", "hf", "librecat"}

Weather = dict[str, Mood]
FAIR: Weather = dict.fromkeys(SERVICES, Mood.FAIR)


def draw(rng: random.Random) -> Weather:
    """The weather of one run: fair in most, each service for itself."""
    return {name: _mood(name, rng) for name in SERVICES}


def _mood(name: str, rng: random.Random) -> Mood:
    kind = rng.random()
    if kind < 0.03:
        return rng.choice(_DOWN)
    if kind < 0.06 and _LYING[name]:
        return rng.choice(_LYING[name])
    if kind < 0.14:
        return rng.choice(_ROUGH)
    return Mood.SHORT if kind < 0.24 and name in _SHORT else Mood.FAIR
