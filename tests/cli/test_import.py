"""``broadsheet import`` on the command line: its output, its streams and its exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broadsheet.cli.import_ import import_command

ROWS = '{\n"2501.00001": {"title": "T", "authors": ["\\\\\'Eva"], "COMMENT": "c", "RELEVANCE": 9, "NOVELTY": 8}\n}\n'


def digest_import(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(import_command, arguments, input=given)


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A day's scored file in the current folder, which is a digest's."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "2025-01-02.json"
    path.write_text(ROWS)
    return path


def test_the_report_of_a_good_import(day: Path) -> None:
    result = digest_import(day.name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "1 file of scored papers",
        "1 row: 1 added, 0 filled, 0 conflicting, 0 unchanged, 0 rejected",
        "1 day changed in data/",
        "fixed: 1 × TeX accents in a name converted to letters, e.g. 2025-01-02.json:2: \\'Eva → Éva",
    ]
    again = digest_import(day.name)
    assert again.stdout.splitlines()[1:3] == [
        "1 row: 0 added, 0 filled, 0 conflicting, 1 unchanged, 0 rejected",
        "0 days changed in data/",
    ]


def test_problems_go_to_the_other_stream_and_end_in_one(day: Path) -> None:
    (day.parent / "2025-01-03.json").write_text("{")
    result = digest_import(".", "absent", "--quiet")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "./2025-01-03.json:1: the JSON breaks off in the middle: fetch or copy the file again",
        "absent: no such file or folder: check the path",
    ]


def test_texts_in_a_folder_are_no_failure(day: Path) -> None:
    (day.parent / "LICENSE").write_text("Do as you like\n")
    result = digest_import(".")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == (
        "note: ./LICENSE: text of no known kind: see 'broadsheet import --help' for what can be imported"
    )
    assert digest_import("LICENSE").exit_code == 1


def test_standard_input_needs_a_date(day: Path) -> None:
    assert digest_import("-", given=ROWS).stderr.startswith(
        "-: no date found: put YYYY-MM-DD into the file's name or as date into each row, or pass --date"
    )
    assert digest_import("-", "--date", "2025-01-09", given=ROWS).exit_code == 0
    assert (day.parent / "data/papers/2025/2025-01-09.jsonl").is_file()


def test_conflicting_values_stay_without_replace(day: Path) -> None:
    digest_import(day.name)
    day.write_text(ROWS.replace('"T"', '"Another"'))
    assert (
        "conflicts: other values than in data/ in 1 record; data/ stays (--replace overwrites it; --json lists them)"
        in (digest_import(day.name).stdout.splitlines())
    )
    report = json.loads(digest_import(day.name, "--json").stdout)
    assert report["conflicts"] == [{"date": "2025-01-02", "arxiv_id": "2501.00001", "fields": ["title"]}]
    assert json.loads(digest_import(day.name, "--json", "--replace").stdout)["outcomes"] == {"replaced": 1}
    assert '"title":"Another"' in (day.parent / "data/papers/2025/2025-01-02.jsonl").read_text()


def test_the_report_as_json_has_every_repair_and_problem(day: Path) -> None:
    (day.parent / "bad.json").write_text("[")
    result = digest_import(".", "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["files"], report["outcomes"]) == (1, 2, {"added": 1})
    assert report["fixes"] == [
        {
            "location": "./2025-01-02.json:2",
            "kind": "TeX accents in a name converted to letters",
            "detail": "\\'Eva → Éva",
        }
    ]
    assert report["problems"] == [
        {
            "location": "./bad.json:1",
            "message": "the JSON breaks off in the middle",
            "hint": "fetch or copy the file again",
            "is_note": False,
            "kind": "",
        }
    ]


@pytest.mark.parametrize(
    "arguments", [(), ("--date", "2025-02-30", "."), ("--root", "nowhere", "."), ("--unknown", ".")]
)
def test_wrong_usage_ends_in_two(day: Path, arguments: tuple[str, ...]) -> None:
    assert digest_import(*arguments).exit_code == 2


def test_help_shows_an_example() -> None:
    assert "Example:\n    broadsheet import ~/scored/2025-05 publications.yml" in digest_import("--help").stdout


def test_a_name_that_is_no_text_and_a_store_that_cannot_be_written(day: Path) -> None:
    (day.parent / "data").write_text("in the way")
    result = digest_import(day.name)
    assert result.exit_code == 1
    assert result.stderr.startswith("2025-01-02.json: ")
    assert "cannot be written" in result.stderr
    strange = day.parent / "2025-01-02 \udcff\x1b[31m.json"
    strange.write_text("[")
    assert digest_import(str(strange)).stderr.count("\x1b") == 0
