"""The manual in the wheel, and the README on a package index."""

import importlib.util
import re
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest

from broadsheet import HOMEPAGE
from tests.example import ROOT, tree
from tests.manual.generated import MANUAL
from tests.test_dist import build, copy_of_repository

pytestmark = pytest.mark.slow
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build(copy_of_repository(folder / "source"), folder / "dist", "-t", "wheel")
    return zipfile.ZipFile(next((folder / "dist").glob("*.whl")))


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_the_wheel_has_the_manual_and_the_schemas(wheel: zipfile.ZipFile) -> None:
    prefix = "broadsheet/manual/"
    packed = {name.removeprefix(prefix): wheel.read(name) for name in wheel.namelist() if name.startswith(prefix)}
    assert packed == tree(MANUAL)
    assert sum(map(len, packed.values())) < 500_000


def test_the_address_of_the_project_is_the_one_of_the_program(metadata: Message) -> None:
    assert metadata.get_all("Project-URL") == [f"Homepage, {HOMEPAGE}", f"Documentation, {HOMEPAGE}"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Homepage"] == HOMEPAGE


def test_the_readme_on_an_index_has_no_link_to_a_file(metadata: Message) -> None:
    text = str(metadata.get_payload())
    assert "## Quick start" in text
    assert re.findall(r"\]\((?!https?:)", text) == []


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("index_readme", ROOT / ".ci" / "index_readme.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_with_a_repository_its_links_and_pictures_are_absolute(hook: ModuleType) -> None:
    text = hook.for_index(
        "![A](a.png)\n\n[b](docs/b.md#c) [d](https://d.example/) [e](#e)\n", "https://host.example/o/r"
    )
    assert text == (
        "![A](https://host.example/o/r/raw/HEAD/a.png)\n\n"
        "[b](https://host.example/o/r/blob/HEAD/docs/b.md#c) [d](https://d.example/) [e](#e)\n"
    )


def test_without_a_repository_their_text_stays(hook: ModuleType) -> None:
    assert hook.for_index("![A](a.png)\n\n[b](b.md) [d](https://d.example/)\n", "") == "b [d](https://d.example/)\n"


def test_the_about_page_links_to_the_project() -> None:
    page = Path(ROOT / "generator/broadsheet/views/templates/about.html.j2").read_text("utf-8")
    assert "{{ homepage }}" in page
