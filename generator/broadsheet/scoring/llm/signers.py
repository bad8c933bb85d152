"""The models that signed the scores of a day. Separate from `reply_log`, which loads the parsers of replies."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.store.files import read_regular


class _Heading(msgspec.Struct):
    model: str
    input_hashes: dict[str, Any] = {}
    sent: dict[str, Any] = {}  # the key of input_hashes before 0.1.0


_HEADING = msgspec.json.Decoder(_Heading)


def signers(path: Path) -> frozenset[str]:
    """Return the models of a day's requests: our scorer signs their scores.

    Unreadable lines are ignored. So is a line without papers, which has the payments of an imported receipt.
    """
    models, lines = set(), b""
    with suppress(OSError):
        lines = read_regular(path)
    for line in lines.splitlines():
        with suppress(msgspec.MsgspecError, RecursionError):
            heading = _HEADING.decode(line)
            if heading.input_hashes or heading.sent:
                models.add(heading.model)
    return frozenset(models)
