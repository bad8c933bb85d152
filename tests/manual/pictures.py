"""``python -m tests.manual.pictures``: take the pictures of README and manual from the demo and from a new digest."""

import io
import tempfile
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from broadsheet.build.preview import served
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
SIZE: ViewportSize = {"width": 1040, "height": 780}
# A page says how old its newest day is, so each site is looked at on that day.
DEMO_DAY = "2025-06-04"
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
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        take_site(browser, build_demo(Path(folder)), DEMO_DAY, PICTURES)
        take_site(browser, new_site(Path(folder)), TODAY, {START_HOME: ""})
        browser.close()


def take_site(browser: Browser, site: Path, day: str, pictures: dict[str, str]) -> None:
    """Take the pictures of a site. It is served, since scripts need that, and looked at on `day`."""
    with served(site, "/", "127.0.0.1", 0) as address:
        for name, path in pictures.items():
            for scheme in SCHEMES:
                page = browser.new_page(viewport=SIZE, color_scheme=scheme)
                page.clock.set_fixed_time(f"{day}T12:00:00Z")
                page.goto(f"{address}{path}", wait_until="networkidle")
                save(page.screenshot(), SHOTS / f"{name}-{scheme}.png")
                page.close()


def save(png: bytes, path: Path) -> None:
    """Write a picture with a palette: less than half the bytes, and the eye sees no difference."""
    palette = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    palette.save(path, optimize=True)


if __name__ == "__main__":
    take()
