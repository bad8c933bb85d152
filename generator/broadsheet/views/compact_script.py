"""Scripts as browsers get them: without comments and indentation, a sixth smaller over gzip."""

import re

_COMMENTS = re.compile(rb"^[ ]*(?:/\*\*.*?\*/|//[^\n]*)\n", re.DOTALL | re.MULTILINE)
_INDENTATION = re.compile(rb"^[ ]+", re.MULTILINE)


def compact_script(script: bytes) -> bytes:
    """Return `script` without lines of comments and indentation. No string in it spans lines."""
    return _INDENTATION.sub(b"", _COMMENTS.sub(b"", script))
