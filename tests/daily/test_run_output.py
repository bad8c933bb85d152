"""The output of `broadsheet run`, `score` and `build`: news, the right plurals, and useful hints."""

import datetime
import json
from pathlib import Path

import pytest

from broadsheet.providers.arxiv.calendar import current_day
from tests.example import digest, make_digest
from tests.hourly_services import HfPaper, Operator, World, later

PAPER = {"arxiv_id": "2505.00001", "title": "On pruning", "authors": ["Ada"], "abstract": "Words.", "source": "hf"}


@pytest.mark.parametrize("now", ["2026-03-06T00:59", "2026-03-06T01:00"])  # about 20:00 US Eastern
def test_earlier_days_are_one_line_unless_they_changed_or_failed(tmp_path: Path, world: World, now: str) -> None:
    today = current_day(datetime.datetime.fromisoformat(f"{now}:00+00:00"))
    days = [later(today, -back) for back in range(5, -1, -1)]
    world.hf = [HfPaper(f"2509.1000{n}", day, f"{day}T00:00:00Z") for n, day in enumerate(days)]
    operator = Operator(tmp_path, world, huggingface=True)
    for day in days:
        operator.run_alone(day, now)
    done = digest("run", "--root", tmp_path, "--no-build", now=f"{now}+00:00")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "5 earlier days: nothing new"
    assert all(line.startswith(today) for line in lines[:-1])
    assert len(json.loads(digest("run", "--root", tmp_path, "--no-build", "--json", now=f"{now}+00:00").stdout)) == 6
    world.hf.append(HfPaper("2509.20000", days[2], f"{days[2]}T00:00:00Z"))
    lines = digest("run", "--root", tmp_path, "--no-build", now=f"{now}+00:00").stdout.splitlines()
    assert lines[-1] == "4 earlier days: nothing new"
    assert {line[:10] for line in lines[:-1]} == {today, days[2]}
    world.hf_down = True
    failed = digest("run", "--root", tmp_path, "--no-build", now=f"{now}+00:00")
    assert {line[:10] for line in failed.stdout.splitlines() if line[:2] == "20"} == set(days)


def test_counts_of_one_have_no_plural_and_the_local_scorer_no_cost(tmp_path: Path) -> None:
    make_digest(tmp_path, {"2025-05-27": [PAPER]})
    scored = digest("score", "--root", tmp_path, "--date", "2025-05-27")
    assert scored.stdout == "2025-05-27: 1 paper scored by the local scorer, 0 unscored\n"
    built = digest("build", "--root", tmp_path)
    assert built.stdout.startswith("1 day, 1 paper, 0 publications: ")


def test_messages_name_the_folder_of_docs_dir(tmp_path: Path) -> None:
    settings = make_digest(tmp_path, {"2025-05-27": [PAPER]}) / "mkdocs.yml"
    settings.write_text(settings.read_text("utf-8").replace("docs_dir: docs\n", "docs_dir: pages\n"), "utf-8")
    (tmp_path / "docs").rename(tmp_path / "pages")
    done = digest("generate", "--root", tmp_path)
    assert done.returncode == 0, done.stderr
    assert " in pages/" in done.stdout
    assert "docs/" not in done.stdout


@pytest.mark.parametrize(
    ("site", "message"),
    [
        ("/proc/foo", "/proc/foo: cannot be written: name another folder"),
        ("{}/file/x", "{}/file/x: {}/file is not a folder"),
    ],
)
def test_an_impossible_site_folder_has_a_message(tmp_path: Path, site: str, message: str) -> None:
    make_digest(tmp_path, {"2025-05-27": [PAPER]})
    (tmp_path / "file").touch()
    done = digest("build", "--root", tmp_path, "--site", site.replace("{}", str(tmp_path)))
    assert done.stderr.startswith(message.replace("{}", str(tmp_path))), done.stderr
