"""Files of the starter that are lists of lines. Lines can be added to the user's list.

A requirement is compared by the name of its package, so that a list never has two versions of one package.
"""

import re
from dataclasses import dataclass, field

LINE_FILES = frozenset({".gitignore", "requirements.txt"})
REQUIREMENTS = "requirements.txt"

# Source: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
_NAME = re.compile(rb"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?=$|[\s\[@=<>!~;#(])")
_URL = re.compile(
    rb"\s*(?:-e\s+|--editable[ =]\s*)?\S*?://\S*?(?:#(?:\S*&)?egg=|/)([\w.-]+?)(?:\.git)?(?:[@\[#]\S*)?\s*$"
)
_OPTION = re.compile(rb"\s*(-c|--constraint|-r|--requirement)[\s=]\s*(\S+)")
_PIN = re.compile(
    rb"(\s*[\w.-]+\s*(?:\[[^\]]*\])?)(\s*(?:@\s*\S+|[=<>!~(][^;#\\]*?))?(\s*(?:;[^#\\]*?)?(?:\s#.*)?)", re.DOTALL
)


def with_lines(path: str, before: bytes, starter: bytes, base: bytes = b"") -> bytes:
    """Return the user's list `before` with the lines of `starter` that neither it nor `base` has, at its end.

    A line of `base` that the user removed stays away. Comments come with the lines after them.
    """
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    present = {_key(path, line) for line in (*before.splitlines(), *base.splitlines())}
    lines = [line for line in starter.splitlines() if _key(path, line) not in present]
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(b"#")):
        lines.pop()
    if not lines:
        return before
    end = b"" if not before or before.endswith(b"\n") else newline
    return before + end + newline.join([b"" if before else lines.pop(0), *lines, b""])


def with_pins(ours: bytes, theirs: bytes, base: bytes = b"") -> tuple[bytes, list[str]]:
    """Return the user's requirements with the versions that changed from `base` to `theirs`, and the conflicts.

    A conflict is a line of the user with a version of its own: it stays. Extras and comments are the user's.
    """
    before, after = _pins(base), _pins(theirs)
    lines, conflicts = [], []
    for line in ours.splitlines(keepends=True):
        key, pin = _key(REQUIREMENTS, line), _pin(line)
        old, new = before.get(key), after.get(key)
        if new is None or new in (old, pin):
            lines.append(line)
        elif pin and pin == old:
            lines.append(pin.head + new.version + pin.tail + line[len(line.rstrip(b"\r\n")) :])
        else:
            lines.append(line)
            conflicts.append(line.strip().decode("utf-8", "replace"))
    return b"".join(lines), conflicts


@dataclass(frozen=True)
class _Pin:
    """The parts of a requirement: the name with extras, the version, and marker and comment."""

    head: bytes = field(compare=False)
    version: bytes = field(compare=False)
    tail: bytes = field(compare=False)
    compared: bytes  # the version without spaces


def _pins(text: bytes) -> dict[bytes, _Pin]:
    lines = text.splitlines()
    return {_key(REQUIREMENTS, line): pin for line in lines if (pin := _pin(line))}


def _pin(line: bytes) -> _Pin | None:
    """Return the parts of a requirement; None if the line is none, or continues on the next one."""
    match = _PIN.fullmatch(line.rstrip(b"\r\n"))
    return _Pin(match[1], match[2] or b"", match[3], b"".join((match[2] or b"").split())) if match else None


def _key(path: str, line: bytes) -> bytes:
    """Return the same for two lines of a list that are about the same thing."""
    if path != REQUIREMENTS or line.lstrip().startswith(b"#"):
        return line.strip()
    if option := _OPTION.match(line):
        return b"--" + option[1].lstrip(b"-")[:1] + b" " + option[2]
    name = _NAME.match(line) or _URL.match(line)
    return re.sub(rb"[-_.]+", b"-", name[1]).lower() if name else line.strip()
