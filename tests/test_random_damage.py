"""A short run of `tests.random_damage`: after any damage a build makes the clean site, or says what is in its way."""

import random
from pathlib import Path

import pytest

from tests.random_damage import World, attack

pytestmark = pytest.mark.slow


def test_random_damages_cost_a_build_and_never_a_wrong_page(tmp_path: Path) -> None:
    world = World(tmp_path, search=False, states=2)
    random_ = random.Random(4)
    for _ in range(8):
        attack(world, random_)
    copy = next((world.root / ".digest").glob("manifest-*")).relative_to(world.root).as_posix()
    for path in ("site/.digest", copy, "site/.digest", "site/.digest"):
        attack(world, random_, path)
