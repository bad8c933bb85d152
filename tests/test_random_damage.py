"""A short run of `tests.random_damage`: after any damage a build makes the clean site or names the obstacle."""

import random
from pathlib import Path

import pytest

from tests.random_damage import DamageSetup, attack

pytestmark = pytest.mark.slow


def test_a_build_after_random_damage_makes_no_wrong_page(tmp_path: Path) -> None:
    setup = DamageSetup(tmp_path, search=False, states=2)
    random_ = random.Random(4)
    for _ in range(8):
        attack(setup, random_)
    copy = next((setup.root / ".digest").glob("manifest-*")).relative_to(setup.root).as_posix()
    for path in ("site/.digest", copy, "site/.digest", "site/.digest"):
        attack(setup, random_, path)
