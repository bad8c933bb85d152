"""Scripts as browsers get them: without comments and indentation, a sixth smaller over gzip."""

import re

_COMMENTS = re.compile(rb"^[ ]*(?:/\*\*.*?\*/|//[^\n]*)\n", re.DOTALL | re.MULTILINE)
# A comment after code. Without a quote it is no part of a string, which would end on its line.
_REMARKS = re.compile(rb"[ ]+// [^\n\"'`]*$", re.MULTILINE)
_INDENTATION = re.compile(rb"^[ \n]+", re.MULTILINE)


def compact_script(script: bytes) -> bytes:
    """Return `script` without comments, indentation and empty lines. No string in it spans lines."""
    return _INDENTATION.sub(b"", _REMARKS.sub(b"", _COMMENTS.sub(b"", script)))
