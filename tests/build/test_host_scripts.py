"""The scripts of workflows and hosts: with ``bash -e``, no command in them fails unseen."""

import re
import tomllib
from collections.abc import Iterator

import pytest
import yaml

from broadsheet.build.hosts import HOSTS, host_files
from tests.example import ROOT
from tests.starter.expressions import condition


def scripts() -> Iterator[tuple[str, str]]:
    """Yield a name and the text of every script that ends at its first failure."""
    for file in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        yield from steps(file.name, file.read_text("utf-8"))
    for host in HOSTS:
        for path, text in host_files(host.name).items():
            if path.startswith(".github/workflows/"):
                yield from steps(f"{host.name}: {path}", text)
            elif path.startswith(".ci/"):
                yield f"{host.name}: {path}", text
    for name, job in yaml.safe_load(host_files("gitlab")[".gitlab-ci.yml"]).items():
        if isinstance(job, dict) and "script" in job:
            yield f"gitlab: {name}", "\n".join([*job["before_script"], *job["script"]])


def steps(name: str, text: str) -> Iterator[tuple[str, str]]:
    for job, definition in yaml.safe_load(text)["jobs"].items():
        for number, step in enumerate(definition["steps"]):
            if "run" in step:
                yield f"{name}: {job} {number}", step["run"]


def unseen_failures(script: str) -> list[str]:
    """Return the lines with a command whose failure does not end the script.

    These are the first command of ``A && B``, and ``$(A)`` in the arguments of another command.
    """
    lines = [line.strip() for line in script.splitlines() if not line.lstrip().startswith("#")]
    commands = [line for line in lines if not re.match(r"(?:if|elif|while|until) ", line)]
    return [line for line in commands if "&&" in line or (re.search(ARGUMENT, line) and not re.match(ASSIGNED, line))]


ARGUMENT = r"\$\((?!\(|date |dirname |wc -l < )"  # these cannot fail there
ASSIGNED = r"\w+=\"?\$\(+[^|]*\)+\"?$|\w+=\$\(.*\| git mktree\)$"  # bash has pipefail there


@pytest.mark.parametrize(("name", "script"), [pytest.param(*pair, id=pair[0]) for pair in scripts()])
def test_no_command_of_a_script_fails_unseen(name: str, script: str) -> None:
    assert unseen_failures(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "git fetch && git show",
        "case 0 in\n  0) git fetch && git show ;;\nesac",
        'echo "feeds=$(broadsheet ping | wc -l)"',
        'git push origin "$(git commit-tree "$tree"):main"',
    ],
)
def test_an_unseen_failure_is_noticed(script: str) -> None:
    assert len(unseen_failures(script)) == 1


# -- time limits ---------------------------------------------------------------------------------------------------


def test_a_job_outlasts_its_run_and_the_repetition() -> None:
    """A job that reaches its own limit loses the paid replies."""
    script = host_files("github")[".ci/commit-data"]
    (again_s,) = re.findall(r"^again_s=(\d+)", script, re.MULTILINE)
    (pauses,) = re.findall(r"for pause in (.*); do", script)
    repetition_m = (int(again_s) + sum(map(int, pauses.split()))) / 60
    github, gitlab = host_files("github")[".github/workflows/daily.yml"], host_files("gitlab")[".gitlab-ci.yml"]
    job = yaml.safe_load(github)["jobs"]["run"]
    (run_m,) = re.findall(r"LIMIT: (\d+)m", github)
    assert int(run_m) + repetition_m + 5 < job["timeout-minutes"]
    job = yaml.safe_load(gitlab)["daily"]
    (run_m,) = re.findall(r"timeout (\d+)m", "\n".join(job["script"]))
    assert int(run_m) + repetition_m + 5 < int(job["timeout"].removesuffix(" minutes"))


@pytest.mark.parametrize("outcome", ["failure", "cancelled"])
def test_data_that_were_not_pushed_are_uploaded(outcome: str) -> None:
    steps = yaml.safe_load(host_files("github")[".github/workflows/daily.yml"])["jobs"]["run"]["steps"]
    (upload,) = [step for step in steps if "upload-artifact" in step.get("uses", "")]
    contexts = {"steps": {"commit": {"outcome": outcome}}}
    assert condition(upload["if"], contexts, {"always": lambda: True})


def test_our_scripts_are_those_of_a_new_digest() -> None:
    for name in (".ci/commit-data", ".ci/with-log"):
        assert (ROOT / name).read_text("utf-8") == host_files("github")[name]


# -- the folder of the site ----------------------------------------------------------------------------------------


def test_every_host_builds_the_folder_that_it_publishes() -> None:
    """Whatever ``site_dir`` is in mkdocs.yml."""
    pages = yaml.safe_load(host_files("github")[".github/workflows/pages.yml"])["jobs"]["build"]["steps"]
    published = next(step["with"]["path"] for step in pages if "upload-pages-artifact" in step.get("uses", ""))
    folders = {
        "github": published,
        "gitlab": "public",
        "netlify": tomllib.loads(host_files("netlify")["netlify.toml"])["build"]["publish"],
        "docker": "site",
        "systemd": "site",
    }
    for name, folder in folders.items():
        texts = "\n".join(host_files(name).values())
        assert set(re.findall(r"broadsheet build(.*?)(?: \|\|| >>| &&| #|$)", texts, re.MULTILINE)) == {
            f" --site {folder}"
        }, name


# -- the time of a build -------------------------------------------------------------------------------------------

# A cold build of ten years of 84 papers a day (430 s) and `check --site` (about 100 s), as if on one core.
TEN_YEARS_S = 530
SLOWER = 2  # a runner's core, and the installation and the cache around it


def test_a_fresh_runner_has_the_time_to_build_ten_years() -> None:
    github = yaml.safe_load(host_files("github")[".github/workflows/pages.yml"])["jobs"]["build"]["timeout-minutes"]
    gitlab = yaml.safe_load(host_files("gitlab")[".gitlab-ci.yml"])["pages"]["timeout"]
    for minutes in (github, int(gitlab.removesuffix(" minutes"))):
        assert minutes * 60 >= TEN_YEARS_S * SLOWER
