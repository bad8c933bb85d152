"""Names as they are spelt: what TeX writes with macros, as letters."""

import re

from broadsheet.text.sanitize import one_line
from broadsheet.text.tex_accents import accents

_ESCAPED = re.compile(r"\\([&%#_$'\"`.=^])")
# A macro eats the space behind it: "\AA kesson" is Åkesson. In other texts the unit Å, and words, stand before spaces.
_SPACED = re.compile(r"(\\(?:AA|text[a-z]+|[lr]q))\s+(?=[^\W\d_])")
_MARKED_NAME = re.compile(r"[\\${}~]")


def name(text: str) -> str:
    """A person's name with TeX's accents as Unicode: ``{\\L}ukasz`` is Łukasz."""
    line = one_line(text)
    if not _MARKED_NAME.search(line):
        return line
    if "$" in line:
        return _plain(line)
    if "\\" in line:
        line = accents(_SPACED.sub(_closed, line))
        if not _MARKED_NAME.search(line):
            return line
        if re.search(r"\\[A-Za-z]", line):
            return _plain(line)
        line = re.sub(r"\\[,;:!/]?", " ", _ESCAPED.sub(r"\1", line))
    return one_line(re.sub(r"[{}]", "", line).replace("~", " "))


def _closed(macro: re.Match[str]) -> str:
    # A function, since Python looks at a template with groups for every text, also where nothing matches.
    return f"{macro[1]}{{}}"


def _plain(line: str) -> str:
    from broadsheet.text.rendering import plain  # noqa: PLC0415 - mathematics in a name is rare, and its modules are large

    return plain(line)
