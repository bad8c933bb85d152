"""The models that signed the scores of a day. Apart from `kept`, whose parsers of replies not every command needs."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.store.files import read_regular


class _Heading(msgspec.Struct):
    model: str
    sent: dict[str, Any] = {}


_HEADING = msgspec.json.Decoder(_Heading)


def signers(path: Path) -> frozenset[str]:
    """Return the models that were asked about papers on a day: our scorer puts their names to their scores.

    What cannot be read counts for nothing, nor does a line that says what an imported receipt had paid.
    """
    models, lines = set(), b""
    with suppress(OSError):
        lines = read_regular(path)
    for line in lines.splitlines():
        with suppress(msgspec.MsgspecError, RecursionError):
            if (heading := _HEADING.decode(line)).sent:
                models.add(heading.model)
    return frozenset(models)
