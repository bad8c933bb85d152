"""``broadsheet new``: a digest of one's own, from the files in ``generator/broadsheet/starter/``.

Its mkdocs.yml is a link to this repository's, with another name and address put in: there is one file to keep right.
"""

import json
import re
from pathlib import Path

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.config import SITE_FILE
from broadsheet.store.atomic import write_atomically
from broadsheet.text.sanitize import one_line, safe_url

STARTER = Path(__file__).resolve().parent.parent / "starter"


def start(folder: Path, name: str, url: str) -> list[str]:
    """Write settings, workflows and sample data of a new digest into `folder`; returns the paths written.

    `name` and `url` are the site's. Raises DigestError, before anything is written, if the folder holds something
    (other than ``.git``), or if name or address will not do.
    """
    problems = [*_folder_problems(folder), *_site_problems(name, url)]
    if problems:
        raise DigestError(problems)
    address = (safe_url(url) or "").rstrip("/") + "/"
    files = {_target(file): file.read_text("utf-8") for file in sorted(STARTER.rglob("*")) if file.is_file()}
    files[SITE_FILE] = _with(_with(files[SITE_FILE], "site_name", one_line(name)), "site_url", address)
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
        what, do = f"{name!r} is no name for a site", "use letters, digits, spaces and punctuation"
        problems.append(Diagnostic("--name", what, do))
    if not safe_url(url) or "?" in url or "#" in url:
        what, do = f"{url!r} is not an absolute http(s) address", "write the address readers will use, ending in /"
        problems.append(Diagnostic("--url", what, do))
    return problems


def _target(file: Path) -> str:
    """Where a starter file goes: ``dot-`` stands for the dot that would have made git obey it here."""
    return "/".join(re.sub(r"^dot-", ".", part) for part in file.relative_to(STARTER).parts)


def _with(site: str, key: str, value: str) -> str:
    """The text of mkdocs.yml with another `value`, double-quoted: for printable text, JSON's form is also YAML's."""
    return re.sub(rf"^{key}:.*$", lambda _: f"{key}: {json.dumps(value, ensure_ascii=False)}", site, flags=re.MULTILINE)
