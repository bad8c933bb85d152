"""A fingerprint of the program, and a cache of its compiled templates."""

import hashlib
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from broadsheet import PROGRAM
from broadsheet.store.files import read_regular

_HASH_BYTES = 32  # in front of a compiled template
COMPILED = PROGRAM / "views" / "__pycache__"
_UNREAD = ("hosts", "manual", "starter")  # folders without which a site would be the same
_SUFFIXES = {".py", ".j2", ".css", ".html", ".xml", ".js", ".json", ".txt", ".woff2", ".mo"}


@cache  # 1 % of one more day: it reads the whole program
def program_fingerprint() -> str:
    """Return a hash of the program's files: results of another version are not trusted."""
    digest = hashlib.sha256()
    for file in sorted(PROGRAM.rglob("*")):
        path = file.relative_to(PROGRAM)
        if path.parts[0] not in _UNREAD and file.suffix in _SUFFIXES:
            digest.update(path.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class Compiled(FileSystemBytecodeCache):
    """A cache of compiled templates in ``__pycache__``, like that of compiled modules, and trusted as much.

    `maker` names the owner of the templates. `version` changes with the filters that may run while compiling. There are
    two files at most for each name of a template: that of the program, and that of all digests.
    """

    def __init__(self, maker: str, version: str, folder: Path = COMPILED) -> None:
        super().__init__(str(folder), f"{maker}-%s.jinja")
        self._folder = folder
        self._version = f"{jinja2.__version__} {version} "

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        is_own = filename is not None and Path(filename).is_relative_to(PROGRAM)
        return super().get_cache_key(name, str(PROGRAM) if is_own else None)

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(self._version + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            data = read_regular(self._get_cache_filename(bucket))
            if hashlib.sha256(data[_HASH_BYTES:]).digest() == data[:_HASH_BYTES]:  # else truncated or damaged
                bucket.bytecode_from_string(data[_HASH_BYTES:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        code = bucket.bytecode_to_string()
        target = self._get_cache_filename(bucket)
        temporary = f"{target}.{os.getpid()}"
        if not sys.dont_write_bytecode:
            with suppress(OSError):  # a read-only installation
                self._folder.mkdir(exist_ok=True)
                Path(temporary).write_bytes(hashlib.sha256(code).digest() + code)
                os.replace(temporary, target)
