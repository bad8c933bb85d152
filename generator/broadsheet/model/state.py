"""The state of a day."""

from enum import StrEnum


class DayState(StrEnum):
    """What became of a day; the six are never confused with each other."""

    OK = "ok"
    QUIET = "quiet"  # nothing was announced
    PARTIAL = "partial"
    FAILED = "failed"
    MISSING = "missing"
    UNKNOWN = "unknown"  # it has papers, and no receipt says whether they are all
