"""An edition as plain text that is pleasant to read: 72 columns, contents first, addresses on lines of their own."""

import textwrap
from collections.abc import Iterator

from broadsheet.mail.edition import Edition, Section
from broadsheet.mail.prose import HEADINGS, Block, Run

WIDTH = 72
_LABEL = 40  # a paragraph of links no longer than this is a list of places


def text(shown: Edition, left_out: int, name: str, leave: str | None) -> str:
    """The whole letter. `left_out` papers stand on the site only; `leave` is where to unsubscribe."""
    parts = [_title(f"{name}: {shown.label}", "=")]
    parts += map(_block, shown.lead)
    if shown.contents:
        parts.append("\n".join([_title("Contents", "-"), "", *_contents(shown)]))
    parts += (_section(number, section) for number, section in enumerate(shown.sections, 1))
    if left_out:
        more = f"{left_out:,} more on the site:" if shown.sections or shown.contents else "All of it is on the site:"
        parts.append(more + f"\n{shown.url}" if shown.url else more.rstrip(":"))
    elif shown.url:
        parts.append(f"On the site:\n{shown.url}")
    foot = ["-- ", name] + ([f"Unsubscribe: {leave}"] if leave else [])
    return "\n\n".join(part for part in parts if part) + "\n\n" + "\n".join(foot) + "\n"


def _title(words: str, line: str) -> str:
    rows = _wrapped(words)
    return "\n".join([*rows, line * max(map(len, rows), default=0)])


def _contents(shown: Edition) -> Iterator[str]:
    digits = len(str(len(shown.contents)))
    for number, entry in enumerate(shown.contents, 1):
        mark = f"{number:>{digits}}. "
        yield "\n".join(_wrapped(entry.title, mark, " " * len(mark)))


def _section(number: int, section: Section) -> str:
    head = "\n".join(_wrapped(section.title, f"{number}. ", " " * len(f"{number}. ")))
    parts = ["-" * WIDTH + "\n" + head + (f"\n{section.url}" if section.url else "")]
    return "\n\n".join([*parts, *map(_block, section.blocks)])


def _block(block: Block) -> str:
    if block.kind == "pre":
        return block.text.strip("\n")
    if places := _places(block):
        return places
    mark = f"{block.marker} " if block.marker else ""
    lines = _lines(block.runs)
    rows = _wrapped(lines[0], mark, " " * len(mark)) if lines else []
    rows += [row for line in lines[1:] for row in _wrapped(line, " " * len(mark), " " * len(mark))]
    return _title(" ".join(rows), "-") if block.kind in HEADINGS else "\n".join(rows)


def _places(block: Block) -> str:
    """A paragraph that is nothing but short links, one a line."""
    between = "".join(run.text for run in block.runs if not run.url)
    links = [run for run in block.runs if run.url]
    if not links or any(character.isalnum() for character in between) or any(len(run.text) > _LABEL for run in links):
        return ""
    width = max(len(run.text) for run in links) + 1
    return "\n".join(f"{run.text + ':':<{width}} {run.url}" if run.text != run.url else run.url for run in links)


def _lines(runs: tuple[Run, ...]) -> list[str]:
    words = "".join(f"{run.text} <{run.url}>" if run.url and run.url != run.text else run.text for run in runs)
    return words.split("\n")


def _wrapped(words: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
