"""A stand-in of pip that installs nothing: it fails if a requirement is not this program and its extras."""

import re
import sys

from tests.manual.followed import extras

for argument in sys.argv[1:]:
    match = re.fullmatch(r"broadsheet(?:\[([\w,]+)\])?(?:[=<>~]=.+)?", argument)
    if not (match and set((match[1] or "").split(",")) - {""} <= extras()) and not re.match(r"-|install$|-r$", argument):
        sys.exit(f"pip: cannot install {argument}")
