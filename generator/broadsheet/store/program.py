"""What tells one version of the program from another, and its templates in the form in which Jinja2 runs them."""

import hashlib
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from broadsheet.store.files import read_regular

PROGRAM = Path(__file__).resolve().parent.parent
_HASH = 32  # bytes of a compiled template that say whether the others are whole
COMPILED = PROGRAM / "views" / "__pycache__"


@cache
def program_fingerprint() -> str:
    """Changes when the program does: what another version derived is not trusted."""
    digest = hashlib.sha256()
    for file in sorted(PROGRAM.rglob("*")):
        if file.suffix in {".py", ".j2", ".css", ".html", ".xml", ".js", ".json"}:
            digest.update(file.relative_to(PROGRAM).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept as Python keeps compiled modules: in ``__pycache__``, trusted as much, and no more.

    `maker` is whose templates they are; `version` changes when the filters do that may be applied while compiling.
    There is one file for each name of a template, whichever digest's folder it stands in.
    """

    def __init__(self, maker: str, version: str, folder: Path = COMPILED) -> None:
        super().__init__(str(folder), f"{maker}-%s.jinja")
        self._folder = folder
        self._version = f"{jinja2.__version__} {version} "

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return super().get_cache_key(name)

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(self._version + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            data = read_regular(self._get_cache_filename(bucket))
            if hashlib.sha256(data[_HASH:]).digest() == data[:_HASH]:  # else cut short or damaged
                bucket.bytecode_from_string(data[_HASH:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        code = bucket.bytecode_to_string()
        target = self._get_cache_filename(bucket)
        temporary = f"{target}.{os.getpid()}"
        if not sys.dont_write_bytecode:
            with suppress(OSError):  # an installation that nobody may write to
                self._folder.mkdir(exist_ok=True)
                Path(temporary).write_bytes(hashlib.sha256(code).digest() + code)
                os.replace(temporary, target)
