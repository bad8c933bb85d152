"""The state of a day."""

from enum import StrEnum


class DayState(StrEnum):
    """The state of a day. A day without a receipt is unknown, which is not complete."""

    OK = "ok"
    QUIET = "quiet"  # nothing was announced
    PARTIAL = "partial"
    FAILED = "failed"
    MISSING = "missing"
    UNKNOWN = "unknown"  # it has papers but no receipt
