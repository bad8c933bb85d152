"""Fixtures of tests of builds."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def root(original: Path) -> Path:
    """A copy of the digest that the test module's `original` built."""
    return fresh_copy(original)


def fresh_copy(original: Path) -> Path:
    """Copy a built digest to the path where it was built: the state of a build is valid for one path only."""
    root = original.with_name("digest")
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(original, root)
    return root
