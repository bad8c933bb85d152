"""Scripts are served without comments, indentation and empty lines, and otherwise as they are."""

import pytest

from broadsheet.views.compact_script import compact_script
from tests.example import ROOT

SCRIPTS = sorted((ROOT / "generator/broadsheet/views/scripts").glob("*.js"))


def test_comments_and_indentation_go_and_nothing_else() -> None:
    script = b"""// A list.

/** Return
 *  two. */
export function f() {
  // Why.

  const text = "a // b" + `c // d`; // the reader's: a quote keeps it
  return fetch("https://example.org/"); // not a line of its own
}
"""
    kept = b"""export function f() {
const text = "a // b" + `c // d`; // the reader's: a quote keeps it
return fetch("https://example.org/");
}
"""
    assert compact_script(script) == kept


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_string_spans_lines(path: object) -> None:
    lines = path.read_text("utf-8").splitlines()  # type: ignore[attr-defined]
    assert [line for line in lines if line.count("`") % 2 and "/[" not in line] == []
