"""The faults of the services during one run of the command."""

import random
from enum import Enum, auto

SERVICES = ("feed", "api", "oai", "hf", "librecat", "model")


class Fault(Enum):
    """A fault of a service. Retries get around those before `REFUSED`."""

    NONE = auto()
    SHORT = auto()  # short pages, tokens that expire
    LIMITED = auto()  # 429 with Retry-After, now and then
    STUMBLING = auto()  # every other request fails
    REFUSED = auto()  # the port is closed
    BROKEN = auto()  # 500, 502, 503
    SILENT = auto()  # hangs up
    BANNED = auto()  # 429, with a Retry-After of hours
    EMPTY = auto()  # 200, valid and empty
    STALE = auto()  # the items of the day before under today's date
    OLD = auto()  # the whole feed of the day before

    @property
    def is_truthful(self) -> bool:
        """True if a client that retries gets everything."""
        return self in (Fault.NONE, Fault.SHORT, Fault.LIMITED, Fault.STUMBLING)


_ROUGH = (Fault.LIMITED, Fault.STUMBLING)
_DOWN = (Fault.REFUSED, Fault.BROKEN, Fault.SILENT, Fault.BANNED)
_UNTRUTHFUL = {
    "feed": (Fault.EMPTY, Fault.STALE, Fault.OLD),
    "api": (Fault.EMPTY,),
    "hf": (),
    "librecat": (),
    "oai": (),
    "model": (),
}
_SHORT = {"api", "oai", "hf", "librecat"}

Faults = dict[str, Fault]
NO_FAULTS: Faults = dict.fromkeys(SERVICES, Fault.NONE)


def draw(rng: random.Random) -> Faults:
    """Return the faults of one run: none in most, drawn for each service."""
    return {name: _fault(name, rng) for name in SERVICES}


def _fault(name: str, rng: random.Random) -> Fault:
    kind = rng.random()
    if kind < 0.03:
        return rng.choice(_DOWN)
    if kind < 0.06 and _UNTRUTHFUL[name]:
        return rng.choice(_UNTRUTHFUL[name])
    if kind < 0.14:
        return rng.choice(_ROUGH)
    return Fault.SHORT if kind < 0.24 and name in _SHORT else Fault.NONE
