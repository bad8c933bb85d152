"""A stand-in of pip that installs nothing: it fails if a requirement is not this program and its extras."""

import re
import sys

from tests.manual.followed import extras

_OTHERS = r"install|-r|-c|--upgrade|--quiet|requirements\.txt|constraints\.txt"
for argument in sys.argv[1:]:
    requirement = re.fullmatch(r"broadsheet(?:\[([\w,]+)\])?(?:[=<>~]=.+)?", argument)
    wanted = set((requirement[1] or "").split(",")) - {""} if requirement else {argument}
    if not re.fullmatch(_OTHERS, argument) and not wanted <= extras():
        sys.exit(f"pip: cannot install {argument}")
