"""The source archive and the wheel: the same bytes each time, and a digest served from the wheel alone."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from broadsheet.views.pages import home
from tests.example import ROOT, digest, make_digest, paper, tree
from tests.installation import Installation
from tests.loopback import Loopback
from tests.run_setup import DAY, HF, RunSetup, hf_list
from tests.three_commands import MAX_S, new_and_run

pytestmark = pytest.mark.slow

EPOCH = "1767225600"  # 2026-01-01


def copy_of_repository(folder: Path) -> Path:
    """Copy what the repository has, with other times than here."""
    files = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in files.split("\0"):
        if name and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name, follow_symlinks=False)
    return folder


def build(source: Path, target: Path, *kinds: str) -> dict[str, bytes]:
    """Build in `source` and return the files by their names."""
    command = [str(Path(sys.executable).with_name("hatchling")), "build", "-d", str(target), *kinds]
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run(command, cwd=source, env=environment, capture_output=True, check=True)
    return {path.name: path.read_bytes() for path in target.iterdir()}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build(copy_of_repository(folder / "source"), folder / "dist")
    return folder / "dist"


def test_the_same_source_gives_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    again = build(copy_of_repository(tmp_path / "elsewhere"), tmp_path / "again")
    assert again == {path.name: path.read_bytes() for path in dist.iterdir()}
    assert sorted(name.rpartition(".")[2] for name in again) == ["gz", "whl"]


def test_the_source_archive_builds_the_same_wheel(dist: Path, tmp_path: Path) -> None:
    archive = next(dist.glob("*.tar.gz"))
    with tarfile.open(archive) as source:
        source.extractall(tmp_path, filter="data")
    wheel = build(tmp_path / archive.name.removesuffix(".tar.gz"), tmp_path / "wheel", "-t", "wheel")
    assert wheel == {path.name: path.read_bytes() for path in dist.glob("*.whl")}


def test_the_wheel_installs_one_package(dist: Path) -> None:
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"broadsheet"}
    assert "broadsheet/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


# -- the program from the wheel alone ------------------------------------------------------------------------------

HOSTING = ROOT / "docs" / "manual" / "hosting.md"
LOCAL = {"scikit-learn", "scipy", "threadpoolctl"}
NOTE = "to learn from the ratings in data/, run pip install 'broadsheet[local]'"


@pytest.fixture(scope="module", params=["", "local"], ids=["light", "full"])
def installation(request: pytest.FixtureRequest, dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel with the dependencies that it declares, without the extra and with it."""
    folder = tmp_path_factory.mktemp("installation") / "env"
    return Installation(folder, next(dist.glob("*.whl")), request.param)


@pytest.fixture(scope="module")
def light(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("light") / "env", next(dist.glob("*.whl")))


def test_the_declared_dependencies_are_enough(installation: Installation, tmp_path: Path) -> None:
    assert LOCAL & installation.names in (set(), LOCAL)
    checked = installation.check()
    assert (checked.returncode, checked.stdout) == (0, "No broken requirements found.\n"), checked.stderr
    code = "import broadsheet; print(broadsheet.__file__)"
    where = subprocess.run(
        [installation.program[0], "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(where.stdout.strip()).is_relative_to(installation.site_packages)


def test_the_documented_sizes_are_those_of_the_installed_files(installation: Installation) -> None:
    extra = r"\[local]" if installation.names > LOCAL else ""
    (size,) = re.findall(rf"`pip install '?broadsheet{extra}'?` \| (\d+) \|", HOSTING.read_text("utf-8"))
    assert f"{size} MB" in (ROOT / "README.md").read_text("utf-8")
    files = (file for name in installation.names - {"broadsheet"} for file in distribution(name).files or ())
    places = {str(file.locate()) for file in files if file.suffix != ".pyc"}
    installed = sum(os.stat(place).st_blocks * 512 for place in places if os.path.exists(place))
    assert 0.65 * int(size) < installed / 1e6 < int(size)  # the rest is pip, and what Python compiles


def test_the_wheel_alone_creates_builds_and_serves_a_digest(installation: Installation, tmp_path: Path) -> None:
    for command in (["new", "papers", "--url", "https://group.example/"], ["build", "--root", "papers"]):
        done = installation.run(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    command = [*installation.program, "serve", "--root", "papers", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            line = next(line for line in server.stdout if "http://" in line)
            address = line[line.index("http://") :].split()[0]
            with urllib.request.urlopen(address, timeout=60) as reply:
                assert b"Sample paper" in reply.read()
        finally:
            server.terminate()


def test_two_commands_after_the_installation_serve_the_papers_of_today(
    installation: Installation, tmp_path: Path
) -> None:
    result = new_and_run(tmp_path, installation.folder)
    assert (result["status"], result["papers_at_home"]) == (0, home.BEST)
    assert result["new_s"] + result["run_s"] < MAX_S


def test_the_site_is_the_same_without_the_extra(light: Installation, tmp_path: Path) -> None:
    texts = ("sparse pruning of kernels", "galaxies in dust", "rhymes of bards", "pruning kernels by gradients")
    rows = [paper(f"2505.1000{i}", title=text, abstract=f"{text}, studied.") for i, text in enumerate(texts)]
    root = make_digest(tmp_path / "papers", {"2025-05-26": rows[:2], "2025-05-27": rows[2:]})
    assert light.run("build", "--root", root).returncode == 0
    site = tree(root / "site")
    assert any(b"Related papers" in content for path, content in site.items() if path.startswith("papers/"))
    shutil.rmtree(root / ".digest")
    shutil.rmtree(root / "site")
    assert digest("build", "--root", root).returncode == 0
    assert {path for path, content in tree(root / "site").items() if site.get(path) != content} == set()


def test_the_words_of_the_topics_score_without_the_extra(light: Installation, tmp_path: Path) -> None:
    root = make_digest(tmp_path / "papers")
    unscored = [
        {"arxiv_id": f"2505.1000{i}", "title": f"{word} of models"} for i, word in enumerate(("Pruning", "Rhymes"))
    ]
    for name, rows in (("new", unscored), ("old", [paper(f"2505.2{i:04}") for i in range(50)])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert light.run("import", "--root", root, "--date", "2025-05-27", tmp_path / "new.jsonl").returncode == 0
    scored = light.run("score", "--root", root, "--date", "2025-05-27")
    assert (scored.returncode, scored.stderr) == (0, "")
    relevance = [row["relevance"] for row in rows_of(root, "2025-05-27")]
    assert relevance[0] > relevance[1] == 1
    assert light.run("import", "--root", root, "--date", "2025-05-28", tmp_path / "old.jsonl").returncode == 0
    again = light.run("score", "--root", root, "--date", "2025-05-27", "--rescore")
    assert (again.returncode, again.stderr) == (0, f"note: scored by the words of the topics; {NOTE}\n")
    assert relevance == [row["relevance"] for row in rows_of(root, "2025-05-27")]


def test_a_day_is_run_without_the_extra(light: Installation, server: Loopback, tmp_path: Path) -> None:
    server.on(HF, hf_list("2609.20001", "2609.20002"))
    setup = RunSetup(tmp_path / "papers", server)
    setup.make()
    done = light.run("run", "--root", setup.root, "--date", DAY)
    assert "2 shown with a score" in done.stdout, done.stdout + done.stderr
    assert (setup.root / "site" / "daily" / "2026" / "09" / "24" / "index.html").exists()


IMPORT_ALL = """
import importlib, pkgutil, broadsheet
for module in pkgutil.walk_packages(broadsheet.__path__, "broadsheet."):
    try:
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        print(module.name, error.name)
"""


def test_only_the_trained_model_needs_the_extra(light: Installation) -> None:
    command = [light.program[0], "-c", IMPORT_ALL]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    missing = dict(line.split() for line in done.stdout.splitlines())
    local = {f"scoring.local.{name}" for name in ("evaluation", "features", "landmarks", "model", "training")}
    needed = {module for module, name in missing.items() if name not in {"dask", "distributed"}}
    assert needed == {f"broadsheet.{name}" for name in {*local, "daily.train"}}


@pytest.mark.parametrize("arguments", [[], ["--evaluate", "2025-05-01"], ["--explain", "2505.00001"]], ids=str)
def test_training_names_the_extra(light: Installation, arguments: list[str], tmp_path: Path) -> None:
    done = light.run("train", "--root", make_digest(tmp_path / "papers"), *arguments)
    said = (
        "broadsheet train: needs SciPy and scikit-learn, which are not installed: run pip install 'broadsheet[local]'\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def rows_of(root: Path, date: str) -> list[dict[str, Any]]:
    lines = (root / "data" / "papers" / date[:4] / f"{date}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]
