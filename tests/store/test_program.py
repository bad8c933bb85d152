"""The fingerprint of the program."""

from pathlib import Path

import pytest

from broadsheet import PROGRAM
from broadsheet.store import program


@pytest.mark.parametrize("name", ["search/phrases.txt", "views/fonts/card.woff2", "views/scripts/reader.js"])
def test_the_fingerprint_changes_with_a_file_that_a_site_depends_on(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_bytes((PROGRAM / name).read_bytes())
    monkeypatch.setattr(program, "PROGRAM", tmp_path)
    before = program.program_fingerprint.__wrapped__()
    with (tmp_path / name).open("ab") as file:
        file.write(b"\n")
    assert program.program_fingerprint.__wrapped__() != before
