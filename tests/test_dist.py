"""The source archive and the wheel: the same bytes each time, and a digest served from the wheel alone."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.example import ROOT
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


def install(dist: Path, environment: Path) -> Path:
    """Unpack the wheel into a new environment, with the dependencies of this one; return its packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    site_packages = next((environment / "lib").glob("python*")) / "site-packages"
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        wheel.extractall(site_packages)
    # As a path in a .pth, this environment's own editable install is left out.
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    script = environment / "bin" / "broadsheet"
    script.write_text(f"#!{environment / 'bin' / 'python'}\nfrom broadsheet.cli import main\n\nmain()\n")
    script.chmod(0o755)
    return site_packages


def test_two_commands_after_the_installation_serve_the_papers_of_today(dist: Path, tmp_path: Path) -> None:
    install(dist, tmp_path / "env")
    result = new_and_run(tmp_path, tmp_path / "env")
    assert (result["status"], result["papers_at_home"]) == (0, 8)
    assert result["new_s"] + result["run_s"] < MAX_S


def test_the_wheel_alone_creates_builds_and_serves_a_digest(dist: Path, tmp_path: Path) -> None:
    site_packages = install(dist, tmp_path / "env")
    python = str(tmp_path / "env" / "bin" / "python")
    program = [python, "-m", "broadsheet"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(*arguments: str) -> str:
        command = [*program, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    where = [python, "-c", "import broadsheet; print(broadsheet.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert Path(found.strip()).is_relative_to(site_packages)
    run("new", "papers", "--url", "https://group.example/")
    run("build", "--root", "papers")
    command = [*program, "serve", "--root", "papers", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            line = next(line for line in server.stdout if "http://" in line)
            address = line[line.index("http://") :].split()[0]
            with urllib.request.urlopen(address, timeout=60) as reply:
                assert b"Sample paper" in reply.read()
        finally:
            server.terminate()
