"""Who is at work on a digest: one at a time, and the next one is told whom it waits for."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HOLDER = Path(".digest") / "run"


@contextmanager
def take_turn(root: Path, since: str, waiting: Callable[[str], None]) -> Iterator[None]:
    """Work on the ``data/`` of the digest in `root` alone.

    Where another is at work, `waiting` hears which process on which host since when, and then it is waited for. The
    system gives a dead process's turn to the next, so nothing is left behind that has to be removed by hand.
    """
    path = root / HOLDER
    path.parent.mkdir(exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting(_holder(path))
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "host": os.uname().nodename, "since": since}))
        file.flush()
        yield


def _holder(path: Path) -> str:
    try:
        told = json.loads(path.read_text("utf-8"))
        return f"process {int(told['pid'])} on {told['host']} has been at work since {told['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process is at work"
