"""The marks of a merge conflict, which Git writes into a file."""

import re

_MARK = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?= |\r?$)", re.MULTILINE)


def conflict_line(text: str) -> int | None:
    """Return the number of the first line that marks a merge conflict."""
    mark = _MARK.search(text)
    return text.count("\n", 0, mark.start()) + 1 if mark else None
