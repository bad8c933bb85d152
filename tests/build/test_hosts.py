"""The files of hosts: complete, without keys, and on time for arXiv."""

import datetime
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from broadsheet import HOMEPAGE
from broadsheet.build.hosts import HOSTS, host_files
from broadsheet.build.starter import Answers, render
from broadsheet.providers.arxiv.calendar import current_day
from tests.example import digest

NAMES = [host.name for host in HOSTS]


@pytest.mark.parametrize("name", NAMES)
def test_new_writes_the_files_of_a_host_and_no_others(name: str, tmp_path: Path) -> None:
    done = digest("new", tmp_path / "papers", "--host", name)
    assert done.returncode == 0, done.stderr
    every = {path for other in NAMES for path in host_files(other)}
    files = {path: (tmp_path / "papers" / path) for path in every}
    assert {path: file.read_text("utf-8") for path, file in files.items() if file.exists()} == host_files(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_of_a_digest_names_the_files_of_its_host_and_of_no_other(name: str) -> None:
    readme = render(Answers(host=name))["README.md"]
    marks = {"github": "GitHub Pages", "gitlab": "GitLab", "netlify": "Netlify", "cloudflare": "Cloudflare"}
    assert {host for host, mark in marks.items() if mark in readme} == {name} & marks.keys()
    every = {path for other in NAMES for path in host_files(other) if not path.startswith("systemd/")}
    assert {path for path in every if path in readme} <= host_files(name).keys()
    assert "@" not in re.sub(r"\S+@\S+\.\S+", "", readme)
    assert HOMEPAGE in readme
    assert "broadsheet docs" in readme


@pytest.mark.parametrize("name", NAMES)
def test_the_files_of_a_host_are_sound(name: str) -> None:
    parsers: dict[str, Callable[[str], Any]] = {
        ".yml": yaml.safe_load,
        ".yaml": yaml.safe_load,
        ".toml": tomllib.loads,
        ".json": json.loads,
    }
    files = host_files(name)
    assert files
    for path, text in files.items():
        assert text.endswith("\n")
        parse = parsers.get(Path(path).suffix)
        assert parse is None or parse(text)
        assert not re.search(r"(?i)(?:key|token|password)[\"']?\s*[:=]\s*[\"']?[a-z0-9]{8}", text), path


def test_an_unknown_host_is_refused(tmp_path: Path) -> None:
    done = digest("new", tmp_path / "papers", "--host", "heroku")
    assert done.returncode == 2
    assert "'github', 'gitlab', 'netlify', 'cloudflare', 'docker', 'systemd'" in done.stderr
    assert not (tmp_path / "papers").exists()


# -- the hour ------------------------------------------------------------------------------------------------------


def hours() -> dict[str, str]:
    """The hour in UTC at which each host starts the daily run."""
    compose = yaml.safe_load(host_files("docker")["compose.yaml"])["services"]["daily"]["command"][0]
    (shift,) = re.findall(r"date \+%s\) \+ (\d+)", compose)
    second = 86400 - int(shift)
    timer = host_files("systemd")["systemd/broadsheet@.timer"]
    return {
        "gitlab": ":".join(reversed(re.findall(r"(\d+) (\d+) \* \* 1-5", host_files("gitlab")[".gitlab-ci.yml"])[0])),
        "docker": f"{second // 3600}:{second % 3600 // 60}",
        "systemd": re.findall(r"OnCalendar=Mon\.\.Fri \*-\*-\* (\d+:\d+):00 UTC", timer)[0],
    }


@pytest.mark.parametrize("name", ["gitlab", "docker", "systemd"])
@pytest.mark.parametrize("day", ["2025-01-15", "2025-03-10", "2025-07-15", "2025-11-03"])
def test_the_daily_run_starts_while_arxiv_has_the_feed_of_the_day(name: str, day: str) -> None:
    hour, minute = map(int, hours()[name].split(":"))
    start = datetime.datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:00+00:00")
    there = start.astimezone(ZoneInfo("America/New_York"))
    assert (there.date().isoformat(), current_day(start)) == (day, day)
    assert start.time() >= datetime.time(5, 10)


# -- systemd -------------------------------------------------------------------------------------------------------


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The unit files of a digest."""
    for path, text in host_files("systemd").items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path / "systemd"


def test_systemd_takes_the_units(units: Path, systemd: Path) -> None:
    names = ("broadsheet@.service", "broadsheet@.timer", "broadsheet-mail@.service")
    files = [units / name.replace("@", "@my-digest") for name in names]
    for name, file in zip(names, files, strict=True):
        shutil.copy(units / name, file)
    command: list[str | Path] = [systemd, "--user", "--man=no", "verify", *files]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(units)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "broadsheet" in line]) == (0, [])
    files[0].write_text(files[0].read_text().replace("ExecStart=/bin/sh", "ExecStart=/nowhere/sh"))
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode != 0


def test_the_timer_elapses_each_weekday(units: Path, systemd: Path) -> None:
    (when,) = re.findall(r"OnCalendar=(.*)", (units / "broadsheet@.timer").read_text())
    command = [systemd, "calendar", "--iterations=5", "--base-time=2026-10-23 12:00:00 UTC", when]
    done = subprocess.run(command, env={"TZ": "UTC"}, capture_output=True, text=True, check=True)
    days = re.findall(r"(?:Next elapse|Iter\S* #\d): \w+ (\S+) (\S+)", done.stdout)
    assert days == [(f"2026-10-{day}", "05:23:00") for day in (26, 27, 28, 29, 30)], done.stdout


@pytest.mark.parametrize("name", ["my-papers", "papers", "a_b.c-d"])
def test_the_units_run_in_the_folder_that_has_the_name_of_the_instance(name: str, units: Path) -> None:
    for unit in units.iterdir():
        text = unit.read_text()
        for letter, value in {"%i": name, "%I": name.replace("-", "/"), "%h": "/home/ada"}.items():  # systemd.unit(5)
            text = text.replace(letter, value)
        folders = re.findall(r"^(?:WorkingDirectory=|Description=.* in )(\S+?)(?:,|$)", text, re.MULTILINE)
        assert set(folders) == {f"/home/ada/{name}"}, unit.name
