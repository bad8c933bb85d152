"""Names of persons, whose TeX macros become letters."""

import re

from broadsheet.text.sanitize import one_line
from broadsheet.text.tex_accents import accents

_ESCAPED = re.compile(r"\\([&%#_$'\"`.=^])")
# A macro eats the space behind it: "\AA kesson" is Åkesson. In other texts, spaces follow the unit Å and words.
_SPACED = re.compile(r"(\\(?:AA|text[a-z]+|[lr]q))\s+(?=[^\W\d_])")
_MARKED_NAME = re.compile(r"[\\${}~]")


def readable_name(text: str) -> str:
    """Return a person's name with TeX's accents as Unicode: ``{\\L}ukasz`` is Łukasz."""
    line = one_line(text)
    if not _MARKED_NAME.search(line):
        return line
    if "$" in line:
        return _plain(line)
    if "\\" in line:
        line = accents(_SPACED.sub(r"\1{}", line))
        if not _MARKED_NAME.search(line):
            return line
        if re.search(r"\\[A-Za-z]", line):
            return _plain(line)
        line = re.sub(r"\\[,;:!/]?", " ", _ESCAPED.sub(r"\1", line))
    return one_line(re.sub(r"[{}]", "", line).replace("~", " "))


def _plain(text: str) -> str:
    from broadsheet.text.rendering import plain  # noqa: PLC0415 - 11 ms of an import; few names need it

    return plain(text)
