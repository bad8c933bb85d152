"""MkDocs' messages about hand-written pages, in plain words and with the line of what they quote."""

import re
from pathlib import Path

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.store.files import printable, read_regular

# Patterns of MkDocs' messages after the name of the page, each with ours.
_OF_LINKS = (
    (r"a link '(.*?)', but the target.* is not found among documentation files\.", "leads to no page or file of docs/"),
    (r"an absolute link '(.*?)', it was left as is\.", "is absolute, and breaks where the site is in a folder"),
    (r"an unrecognized relative link '(.*?)', it was left as is\.", "leads to no page or file of docs/"),
    (r"a link '(.*?)', but there is no such anchor on this page\.", "leads to no heading of this page"),
    (r"a link '(.*?)', but the doc '.*' does not contain an anchor '.*'\.", "leads to no heading of that page"),
)
_LINK = re.compile(r"Doc file '(.+?)' contains (.*?)(?: (?:Did you mean '(.*)'\?|This seems to .*))?", re.DOTALL)
_CONFLICT = re.compile(r"Excluding '(.+)' from the site because it conflicts with '(.+)'\.")
_ERROR = re.compile(r"Error (?:reading|building) page '(.+?)':? ?(.*)", re.DOTALL)
_TEMPLATE = re.compile(r"'(.+?)' not found in search paths?: .*", re.DOTALL)
_CORRECT = "correct the page"


def page_problem(message: str, docs: Path, *, is_note: bool = False) -> Diagnostic | None:
    """Return the problem that MkDocs' `message` is about, if it is one of a page in `docs`."""
    if match := _CONFLICT.fullmatch(message):
        return Diagnostic(_place(docs, match[1]), f"has the address of {match[2]}", "rename it", is_note)
    if match := _ERROR.fullmatch(message):
        return _error(docs, match[1], match[2])
    if not (match := _LINK.fullmatch(message)):
        return None
    for pattern, what in _OF_LINKS:
        if link := re.fullmatch(pattern, match[2], re.DOTALL):
            hint = f"did you mean {match[3]}?" if match[3] else "correct it, or remove it"
            return Diagnostic(_place(docs, match[1], _of_link(link[1])), f"the link {link[1]} {what}", hint, is_note)
    return Diagnostic(_place(docs, match[1]), f"contains {match[2]}", _CORRECT, is_note)


def _error(docs: Path, name: str, text: str) -> Diagnostic:
    if match := _TEMPLATE.fullmatch(text):
        place = _place(docs, name, re.compile(r"template\s*:"))
        return Diagnostic(place, f"template: the theme has no {match[1]}", "correct it, or remove it")
    line = next(iter(text.strip().splitlines()), "unknown error")
    return Diagnostic(_place(docs, name), f"cannot be rendered: {line}", _CORRECT)


def _of_link(url: str) -> re.Pattern[str]:
    return re.compile(rf"""(?<![\w./#-]){re.escape(url)}(?![\w/#-])""")


def _place(docs: Path, name: str, words: re.Pattern[str] | None = None) -> str:
    """Return the place of a page in docs/, with the first line that has the `words`."""
    where = f"{docs.name}/{printable(name)}"
    try:
        lines = read_regular(docs / name).decode("utf-8", "replace").splitlines()
    except OSError:
        return where
    number = next((number for number, line in enumerate(lines, 1) if words and words.search(line)), None)
    return f"{where}:{number}" if number else where
