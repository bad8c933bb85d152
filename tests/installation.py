"""Environments with the wheel and the dependencies that it declares, and nothing else that this machine has."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Collection
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


class Installation:
    """A virtual environment. The wheel is unpacked into it; dependencies are links to those of this environment."""

    def __init__(self, folder: Path, wheel: Path, extra: str = "") -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        self.site_packages = next((folder / "lib").glob("python*")) / "site-packages"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(self.site_packages)
            metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        own = Distribution.at(self.site_packages / Path(metadata).parent)
        self.names = {own.metadata["Name"], *link_requirements(self.site_packages, own, {extra})}
        self.folder = folder
        self.program = [str(folder / "bin" / "python"), "-m", "broadsheet"]
        script = folder / "bin" / "broadsheet"
        script.write_text(f"#!{self.program[0]}\nfrom broadsheet.cli import main\n\nmain()\n")
        script.chmod(0o755)

    def run(self, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run the program; its output is text."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= options.pop("env", {})
        command = [*self.program, *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **options)

    def check(self) -> subprocess.CompletedProcess[str]:
        """Check with pip that all requirements of the installed packages are met."""
        command = [sys.executable, "-m", "pip", "--python", self.program[0], "check"]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def link_requirements(site_packages: Path, package: Distribution, extras: Collection[str] = ()) -> list[str]:
    """Link what `package` needs from this environment, and what that needs. Return the names."""
    names = []
    for name, wanted in sorted(_requirements(package, extras).items()):
        needed = distribution(name)
        entries = {file.parts[0] for file in needed.files or () if file.parts[0] not in {"..", "__pycache__"}}
        if all((site_packages / entry).exists() for entry in entries):
            continue
        for entry in entries:
            link = site_packages / entry
            if not link.exists():
                link.symlink_to(Path(str(needed.locate_file(entry))))
        names += [name, *link_requirements(site_packages, needed, wanted)]
    return names


def _requirements(package: Distribution, extras: Collection[str]) -> dict[str, set[str]]:
    """Return the names of the required packages, each with its extras."""
    wanted: dict[str, set[str]] = {}
    for requirement in map(Requirement, package.requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            wanted.setdefault(canonicalize_name(requirement.name), set()).update(requirement.extras)
    return wanted
