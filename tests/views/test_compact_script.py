"""Scripts are served without comments, indentation and most line ends, and otherwise as they are."""

import re

import pytest

from broadsheet.views.compact_script import compact_script
from tests.example import ROOT

SCRIPTS = sorted((ROOT / "generator/broadsheet/views/scripts").glob("*.js"))


def test_comments_indentation_and_line_ends_go_and_nothing_else() -> None:
    script = b"""// A list.

/** Return
 *  two. */
export function f() {
  // Why.

  const text = "a // b" + `c // d`; // the reader's: a quote keeps it
  const sum = [
    1, // don't join,
    2
  ];
  return fetch("https://example.org/"); // not a line of its own
}
"""
    kept = b"""export function f() {const text = "a // b" + `c // d`; // the reader's: a quote keeps it
const sum = [1, // don't join,
2
];return fetch("https://example.org/");
}
"""
    assert compact_script(script) == kept


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_string_spans_lines(path: object) -> None:
    lines = path.read_text("utf-8").splitlines()  # type: ignore[attr-defined]
    assert [line for line in lines if re.sub(r"\[[^\]]*\]", "", line).count("`") % 2] == []  # but in a class of signs
