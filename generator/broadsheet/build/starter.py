"""``broadsheet new``: a new digest, copied from ``generator/broadsheet/starter/``.

The starter's mkdocs.yml is a link to this repository's, so there is one file to maintain.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from broadsheet.build.hosts import digest_path, host_files
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.config import SITE_FILE
from broadsheet.store.atomic import write_atomically
from broadsheet.text.sanitize import one_line, safe_url

STARTER = Path(__file__).resolve().parent.parent / "starter"


def start(folder: Path, name: str, url: str, host: str = "github") -> list[str]:
    """Write settings, workflows and sample data of a new digest into `folder`. Return the paths written.

    `name` and `url` are the site's; `host` is one of `HOSTS`. Raises DigestError, before anything is written, if the
    folder is not empty (``.git`` is allowed), or if name or address are invalid.
    """
    problems = [*_folder_problems(folder), *_site_problems(name, url)]
    if problems:
        raise DigestError(problems)
    address = (safe_url(url) or "").rstrip("/") + "/"
    files = {path: file.read_text("utf-8") for path, file in _common_files()} | host_files(host)
    files[SITE_FILE] = _set_key(_set_key(files[SITE_FILE], "site_name", one_line(name)), "site_url", address)
    for path, content in files.items():
        write_atomically(folder / path, content.encode())
    return list(files)


def _folder_problems(folder: Path) -> list[Diagnostic]:
    if folder.exists() and not folder.is_dir():
        return [Diagnostic(str(folder), "this is a file", "name a new folder")]
    if folder.is_dir() and any(entry.name != ".git" for entry in folder.iterdir()):
        return [Diagnostic(str(folder), "the folder is not empty", "name a new folder, or empty this one")]
    return []


def _site_problems(name: str, url: str) -> list[Diagnostic]:
    problems = []
    if not one_line(name) or not one_line(name).isprintable():
        what, do = f"{name!r} is not a name for a site", "use letters, digits, spaces and punctuation"
        problems.append(Diagnostic("--name", what, do))
    if not safe_url(url) or "?" in url or "#" in url:
        what, do = f"{url!r} is not an absolute http(s) address", "write the address readers will use, ending in /"
        problems.append(Diagnostic("--url", what, do))
    return problems


def _common_files() -> Iterator[tuple[str, Path]]:
    """Yield the starter files that every host has, each with its path in the digest."""
    for file in sorted(STARTER.rglob("*")):
        path = digest_path(file.relative_to(STARTER))
        if file.is_file() and not path.startswith(".github/"):
            yield path, file


def _set_key(site: str, key: str, value: str) -> str:
    """Set a key in the text of mkdocs.yml. A printable text in JSON's quotes is also valid YAML."""
    return re.sub(rf"^{key}:.*$", lambda _: f"{key}: {json.dumps(value, ensure_ascii=False)}", site, flags=re.MULTILINE)
