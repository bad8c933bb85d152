"""``broadsheet new``: a new digest, copied from ``generator/broadsheet/starter/``.

The starter's mkdocs.yml is a link to this repository's, so there is one file to maintain. The new one does not name the
program's manual.
"""

import json
import re
from pathlib import Path

from broadsheet.build.requirement import requirement
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.config import SITE_FILE
from broadsheet.store.atomic import write_atomically
from broadsheet.text.sanitize import one_line, safe_url

REQUIREMENTS = "requirements.txt"
STARTER = Path(__file__).resolve().parent.parent / "starter"
_MANUAL_PAGE = re.compile(r"^  /[a-z-]+\.md\n", re.MULTILINE)  # of this program, in not_in_nav


def start(folder: Path, name: str, url: str) -> list[str]:
    """Write settings, workflows and sample data of a new digest into `folder`. Return the paths written.

    `name` and `url` are the site's. Raises DigestError, before anything is written, if the folder is not empty
    (``.git`` is allowed), or if name or address are invalid.
    """
    problems = [*_folder_problems(folder), *_site_problems(name, url)]
    if problems:
        raise DigestError(problems)
    address = (safe_url(url) or "").rstrip("/") + "/"
    files = {_target(file): file.read_text("utf-8") for file in sorted(STARTER.rglob("*")) if file.is_file()}
    site = _set_key(_set_key(files[SITE_FILE], "site_name", one_line(name)), "site_url", address)
    files[SITE_FILE] = _MANUAL_PAGE.sub("", site)
    files[REQUIREMENTS] = files[REQUIREMENTS].replace("broadsheet[local]==@version@", requirement())
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


def _target(file: Path) -> str:
    """Return the path of a starter file in the digest. ``dot-`` becomes a dot; here git would obey a dotfile."""
    return "/".join(re.sub(r"^dot-", ".", part) for part in file.relative_to(STARTER).parts)


def _set_key(site: str, key: str, value: str) -> str:
    """Set a key in the text of mkdocs.yml. A printable text in JSON's quotes is also valid YAML."""
    return re.sub(rf"^{key}:.*$", lambda _: f"{key}: {json.dumps(value, ensure_ascii=False)}", site, flags=re.MULTILINE)
