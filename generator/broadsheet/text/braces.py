"""Braces in titles: those by which BibTeX keeps capitals, and those of TeX's macros and formulas."""

import re

_MAX_DEPTH = 20
_BRACED = re.compile(r"(\$[^$]*\$|\\[A-Za-z]+\*?\s*(?:\[[^\[\]]*\])?\{[^{}]*\}|\\.)|(?<![\^_}\\])\{([^{}\\$^_]*)\}")
_PROTECTED = re.compile(r"(?=.*[A-Z])[^\W_][\w'’&+./-]*(?: [\w'’&+./-]+)*", re.DOTALL)


def without_braces(title: str) -> str:
    """Return `title` without the braces by which BibTeX keeps capitals; formulas and macros keep theirs."""
    if "{" not in title:
        return title
    for _ in range(_MAX_DEPTH):
        before, title = title, _BRACED.sub(_unbraced, title)
        if title == before:
            break
    for _ in range(_MAX_DEPTH):
        if not (title.startswith("{") and title.endswith("}") and is_balanced(title[1:-1])) or title[1:2] in "\\$":
            break
        title = title[1:-1].strip()
    return title


def _unbraced(match: re.Match[str]) -> str:
    return match[2] if match[1] is None and _PROTECTED.fullmatch(match[2]) else match[0]


def is_balanced(text: str) -> bool:
    """Return whether the braces of `text` that are not escaped are balanced."""
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and not text.endswith("\\")
