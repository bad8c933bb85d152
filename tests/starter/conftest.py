"""A digest of its own for each test, and services on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.example import digest
from tests.hourly_services import World
from tests.loopback import Loopback
from tests.model_server import ModelServer
from tests.starter.lab import Lab


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "digest"
    made = digest("new", folder, "--name", "Papers")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def lab(tmp_path: Path, template: Path) -> Lab:
    return Lab(tmp_path, template)


@pytest.fixture
def world() -> Iterator[World]:
    server = Loopback()
    server.__enter__()  # what a run asks for is not the question here
    yield World(server)
    server.__exit__(Exception)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server
