"""Names from outside as parts of paths: in ``docs/``, in the site and in addresses."""

import re

MAX_CHARS = 80
# Names of a folder's own page to builders and servers, in any form, and of the program's files beside pages.
_PAGES = re.compile(r"(?:index|readme|papers)(?:\..*)?")
# Names that some file systems reserve for devices, with any suffix:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.ASCII)


def is_free(name: str) -> bool:
    """Return whether `name` may be a part of a path: not too long, and not reserved in upper or lower case."""
    folded = name.casefold()
    return len(name) <= MAX_CHARS and not _PAGES.fullmatch(folded) and not _DEVICES.fullmatch(folded)
