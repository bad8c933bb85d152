"""Dates in file names, time stamps and rows."""

import re
from pathlib import PurePath

from broadsheet.store.records import is_date

# ISO 8601: a date with separators may have letters on either side. Digits alone are a date only by themselves or
# before a time (``20250203T132959``).
_DATE = re.compile(
    r"(?<![0-9])([0-9]{4})([-_.])([0-9]{2})\2([0-9]{2})(?![0-9])"
    r"|(?<![0-9A-Za-z])([0-9]{4})([0-9]{2})([0-9]{2})"
    r"(?=(?:[Tt]?(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?[Zz]?)?(?![0-9A-Za-z]))"
)
_FOLDERS = re.compile(r"(?:^|/)([0-9]{4})/([0-9]{2})/([0-9]{2})/")
_VALUE = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})(?:$|[T\s])")


def dates_in(text: str) -> list[str]:
    """Return the distinct days that `text` names as ``YYYY-MM-DD`` or ``YYYYMMDD``."""
    dates = (f"{a or b}-{c or d}-{e or f}" for a, _, c, e, b, d, f in _DATE.findall(text))
    return [date for date in dict.fromkeys(dates) if is_date(date)]


def day_of_path(path: str) -> str | None:
    """Return the only day in a file's name or, without any, in its innermost dated folder."""
    pure = PurePath(path)
    for part in reversed(pure.parts):
        if dates := dates_in(part):
            return dates[0] if len(dates) == 1 else None
    for match in reversed(list(_FOLDERS.finditer(pure.as_posix()))):
        if is_date("-".join(match.groups())):
            return "-".join(match.groups())
    return None


def day_of_time(text: str | None) -> str | None:
    """Return the day of a time stamp in its own zone: ISO 8601 or RFC 822 (``Thu, 24 Sep 2026 00:00:00 -0400``)."""
    text = (text or "").strip()
    if is_date(text[:10]):
        return text[:10]
    import email.utils  # noqa: PLC0415 - 5 ms of an import, for feeds alone

    try:
        date = email.utils.parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if is_date(date) else None


def day_of_value(raw: object) -> str | None:
    """Return the day of a row's date: a time stamp, ``20250203`` or ``2025/02/03``."""
    text = str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    match = _VALUE.match(text)
    date = f"{match[1]}-{match[3]}-{match[4]}" if match else ""
    return date if is_date(date) else day_of_time(text)
