"""``python -m tests.manual.pictures``: take the pictures of README and manual from the demo."""

import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from tests import tools
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.example import ROOT, build_demo

SHOTS = ROOT / "docs" / "assets" / "shots"
# Name of the picture: the page, and the colours.
PICTURES = {
    "day-light": ("daily/2025/05/27/", "light"),
    "day-dark": ("daily/2025/05/27/", "dark"),
    "month-light": ("monthly/2025-05/", "light"),
    "month-dark": ("monthly/2025-05/", "dark"),
    "start-home": ("", "light"),
    "start-topic": ("topics/model-compression/", "light"),
}
SIZE: ViewportSize = {"width": 960, "height": 750}


def take(names: list[str]) -> None:
    """Take these pictures."""
    path = tools.find("chromium")
    assert path, tools.missing("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = build_demo(Path(folder))
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        for name in names:
            address, colours = PICTURES[name]
            page = browser.new_page(viewport=SIZE, color_scheme="dark" if colours == "dark" else "light")
            page.goto((site / address / "index.html").as_uri())
            page.screenshot(path=SHOTS / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    take(list(PICTURES))
