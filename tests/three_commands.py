"""``python -m tests.three_commands``: from an empty environment and an empty folder to a served site, timed.

It builds the wheel and makes an empty environment. There it runs three commands: the installation of the wheel with
its dependencies, ``broadsheet new`` and ``broadsheet run``. A loopback arXiv announces papers today. Standard output is
JSON: the seconds of each command, and the megabytes on the disk. Arguments are options of ``uv pip install``.
"""

import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from broadsheet.providers.arxiv.calendar import current_day
from tests.arxiv_today import ArxivToday
from tests.example import ROOT
from tests.loopback import Loopback
from tests.terminal import Terminal

CATEGORIES = "cs.LG,cs.CL"
PAPERS = 200
MAX_COMMANDS, MAX_S = 3, 180


def megabytes(folder: Path) -> float:
    """Return the size of the regular files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return round(sum(path.stat().st_size for path in files) / 1e6, 1)


def clean_environment(environment_folder: Path) -> dict[str, str]:
    """Return the variables of a shell in which the environment is active, without those of Python."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DIGEST_"))}
    return variables | {"PATH": f"{environment_folder / 'bin'}:{variables['PATH']}"}


def new_and_run(folder: Path, environment_folder: Path) -> dict[str, Any]:
    """Run the commands after the installation; return their seconds, and the papers on the served home page."""
    today = current_day(datetime.datetime.now(datetime.UTC))
    program = str(environment_folder / "bin" / "broadsheet")
    with Loopback() as server:
        arxiv = ArxivToday(server, CATEGORIES.replace(",", "+"), {today: PAPERS}, today)
        variables = clean_environment(environment_folder) | arxiv.environment
        started = time.monotonic()
        new = [program, "new", "my-digest", "--arxiv", CATEGORIES, "--topic", "Pruning: pruning, low-rank", "--yes"]
        subprocess.run(new, cwd=folder, env=variables, check=True, capture_output=True)
        after_new = time.monotonic()
        with Terminal([program, "run"], folder / "my-digest", variables) as terminal:
            terminal.until("(Ctrl-C ends it)")
            address = re.search(r"http://\S+/", terminal.screen[terminal.screen.index("serving ") :])
            assert address, terminal.screen
            with urllib.request.urlopen(address[0], timeout=60) as reply:
                home = reply.read().decode()
            served = time.monotonic()
            terminal.interrupt()
            status = terminal.end()
    return {
        "new_s": round(after_new - started, 1),
        "run_s": round(served - after_new, 1),
        "papers_at_home": sum(f'data-paper="{paper_id}" ' in home for paper_id in arxiv.ids(today)),
        "status": status,
        "digest_mb": megabytes(folder / "my-digest"),
    }


def install(wheel: Path, environment_folder: Path, installer: Sequence[str]) -> float:
    """Install the wheel and its dependencies from the index that pip knows; return the seconds."""
    started = time.monotonic()
    python = environment_folder / "bin" / "python"
    subprocess.run([*installer, "--python", str(python), str(wheel)], check=True, stdout=sys.stderr)
    return round(time.monotonic() - started, 1)


def main() -> None:
    """Measure, and fail if it takes more than the limits."""
    bin_folder = Path(sys.executable).parent
    with tempfile.TemporaryDirectory(prefix="three-commands-") as name:
        folder = Path(name)
        subprocess.run([bin_folder / "hatchling", "build", "-d", folder / "dist", "-t", "wheel"], cwd=ROOT, check=True)
        wheel = next((folder / "dist").glob("*.whl"))
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
        (folder / "empty").mkdir()
        install_s = install(wheel, folder / "env", [str(bin_folder / "uv"), "pip", "install", *sys.argv[1:]])
        result = new_and_run(folder / "empty", folder / "env")
        result |= {"install_s": install_s, "wheel_mb": megabytes(folder / "dist"), "env_mb": megabytes(folder / "env")}
    result["seconds"] = round(install_s + result["new_s"] + result["run_s"], 1)
    print(json.dumps({"commands": MAX_COMMANDS, **result}, indent=1))
    if result["seconds"] > MAX_S or not result["papers_at_home"] or result["status"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
