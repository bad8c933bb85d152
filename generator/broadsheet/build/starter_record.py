"""The record of a digest's starter: the answers of its owner, and the files as the program wrote them."""

from pathlib import Path

import msgspec

from broadsheet.build.starter import Answers
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.files import read_regular

RECORD = ".broadsheet/starter.json"


class StarterRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the program, the answers, and the text of each file by its path in the digest."""

    version: str
    answers: Answers = Answers()
    files: dict[str, str] = {}


def read_record(root: Path) -> StarterRecord | None:
    """Read the record of the digest in `root`; None if there is none. Raises DigestError if it cannot be read."""
    try:
        return msgspec.json.decode(read_regular(root / RECORD), type=StarterRecord)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        hint = "restore it from Git; without it, upgrade writes its files beside yours"
        raise DigestError(Diagnostic(RECORD, f"damaged: {error}", hint)) from error


def encode_record(record: StarterRecord) -> bytes:
    """Return the record as a file that Git compares by lines."""
    return msgspec.json.format(msgspec.json.encode(record, order="sorted"), indent=1) + b"\n"


def beside(path: str) -> str:
    """Return the name of a file of ours beside the user's file at `path`: ``README.broadsheet.md``."""
    place = Path(path)
    name = f"{place.stem}.broadsheet{place.suffix}" if place.stem[1:] else f"{place.name}.broadsheet"
    return place.with_name(name).as_posix()
