"""``python -m tests.manual.pictures``: take the pictures of README and manual from the demo and from a new digest."""

import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import ViewportSize, sync_playwright

from tests import tools
from tests.arxiv_today import ArxivToday
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.example import ROOT, build_demo, digest
from tests.loopback import Loopback

SHOTS = ROOT / "docs" / "assets" / "shots"
# The pictures of the demo, and their pages; each has one for light and one for dark colours.
PICTURES = {
    "day": "daily/2025/05/27/",
    "month": "monthly/2025-05/",
    "start-topic": "topics/model-compression/",
}
START_HOME = "start-home"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZE: ViewportSize = {"width": 960, "height": 750}
TODAY = "2026-09-24"


def new_site(folder: Path) -> Path:
    """Return the site that the first commands of the manual make from made-up papers of arXiv."""
    root = folder / "my-digest"
    assert digest("new", root, "--arxiv", "cs.LG,cs.CL", "--name", "Group papers", "--yes").returncode == 0
    with Loopback() as server:
        arxiv = ArxivToday(server, "cs.LG+cs.CL", {TODAY: 40}, TODAY)
        run = digest("run", "--root", root, now=f"{TODAY}T12:00+00:00", env=arxiv.environment)
    assert run.returncode == 0, run.stdout + run.stderr
    return root / "site"


def take() -> None:
    """Take all pictures."""
    path = tools.find("chromium")
    assert path, tools.missing("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = build_demo(Path(folder))
        pages = {name: demo / address / "index.html" for name, address in PICTURES.items()}
        pages[START_HOME] = new_site(Path(folder)) / "index.html"
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        for name, file in pages.items():
            for scheme in SCHEMES:
                page = browser.new_page(viewport=SIZE, color_scheme=scheme)
                page.goto(file.as_uri())
                page.screenshot(path=SHOTS / f"{name}-{scheme}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    take()
