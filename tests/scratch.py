"""The place of what tests write: in memory, where a lasting write (``fsync``) need not wait for a disk."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

MEMORY = Path("/dev/shm")
NEEDED = 4 << 30  # four times what all tests keep at once
PLACE = "PYTEST_DEBUG_TEMPROOT"  # pytest's own variable; not TMPDIR, which the program obeys


def write_to_memory() -> None:
    """Let tests write to memory, unless a variable names the place or memory is short."""
    if os.environ.keys().isdisjoint({PLACE, "TMPDIR"}) and free_memory() >= NEEDED:
        os.environ[PLACE] = str(MEMORY)
    if PLACE in os.environ:
        tempfile.tempdir = os.environ[PLACE]


def free_memory() -> int:
    """Return how many bytes may be written to memory: 0 if there is no folder in memory."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        free = shutil.disk_usage(MEMORY).free
    except OSError:
        return 0
    sizes: Mapping[str, str] = dict(line.split(":", 1) for line in lines)
    available = int(sizes.get("MemAvailable", "0 kB").split()[0]) * 1024
    return min(free, available) if os.access(MEMORY, os.W_OK) else 0
