"""Names from outside that become a part of a path, in ``docs/``, in the site and in addresses."""

import re

LONGEST = 80
# What builders and servers take for a folder's own page, in any form, and what the program puts beside pages.
_PAGES = re.compile(r"(?:index|readme|papers)(?:\..*)?")
# Names that some file systems keep for devices, whatever follows a dot:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.ASCII)


def is_free(name: str) -> bool:
    """Return whether `name` may be a part of a path: it is not too long, and not reserved, in upper case or lower."""
    folded = name.casefold()
    return len(name) <= LONGEST and not _PAGES.fullmatch(folded) and not _DEVICES.fullmatch(folded)
