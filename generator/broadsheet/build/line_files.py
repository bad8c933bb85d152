"""Files of the starter that are lists of lines. Lines can be added to the user's list."""

LINE_FILES = frozenset({".gitignore", "requirements.txt"})


def with_lines(before: bytes, starter: bytes, base: bytes = b"") -> bytes:
    """Return the user's list `before` with the lines of `starter` that neither it nor `base` has, at its end.

    A line of `base` that the user removed stays away. Comments come with the lines after them.
    """
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    present = {line.strip() for line in (*before.splitlines(), *base.splitlines())}
    lines = [line for line in starter.splitlines() if line.strip() not in present]
    while lines and not lines[-1].strip():
        lines.pop()
    if not any(line.strip() and not line.lstrip().startswith(b"#") for line in lines):
        return before
    end = b"" if not before or before.endswith(b"\n") else newline
    return before + end + newline.join([b"" if before else lines.pop(0), *lines, b""])
