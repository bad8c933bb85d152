"""A three-way merge of texts by lines."""

import tempfile
from pathlib import Path

from broadsheet.model.diagnostics import DigestError
from broadsheet.processes.git import merge_file
from broadsheet.settings.document import Document

_BOM = b"\xef\xbb\xbf"


def merge(ours: bytes, base: bytes, theirs: bytes, name: str) -> bytes | None:
    """Return `ours` with the changes from `base` to `theirs`; None if they touch the same lines.

    Byte order mark and line ends are those of `ours`. Settings that could not be read any more are
    a conflict, too.
    """
    bom = _BOM if ours.startswith(_BOM) else b""
    text = ours.removeprefix(_BOM)
    is_windows = b"\r\n" in text and text.count(b"\n") == text.count(b"\r\n")
    merged = _merge_lines(text.replace(b"\r\n", b"\n") if is_windows else text, base, theirs)
    if merged is None or (name.endswith((".yml", ".yaml")) and _is_broken(merged) and not _is_broken(text)):
        return None
    return bom + (merged.replace(b"\n", b"\r\n") if is_windows else merged)


def _merge_lines(ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
    if ours == base:
        return theirs
    with tempfile.TemporaryDirectory(prefix="broadsheet-") as folder:
        for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
            Path(folder, name).write_bytes(data)
        return merge_file(Path(folder), "ours", "base", "theirs")


def _is_broken(data: bytes) -> bool:
    """Return whether a YAML file cannot be read, or has a key twice."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-") as folder:
        file = Path(folder, "settings.yml")
        file.write_bytes(data)
        try:
            return any(Document(file).duplicates())
        except DigestError:
            return True
