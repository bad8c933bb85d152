"""``python -m tests.kills --count 200 --seed 1``: kill commands, print a line, fail if anything is wrong."""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.kills.killing import SIGNALS, VICTIMS, Kill, Stage
from tests.kills.scenes import Scene, scenes


def kills(count: int, seed: int, patience: float) -> Iterator[tuple[Kill, list[str]]]:
    """Kill `count` commands; with each, what is wrong afterwards."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="digest-kills-") as work, scenes(Path(work)) as all_scenes:
        stage = Stage(Path(work), patience)
        expected = {scene.name: stage.unkilled(scene) for scene in all_scenes}
        for number in range(count):
            scene = all_scenes[number % len(all_scenes)]
            result, seconds = expected[scene.name]
            yield _kill(stage, chance, scene, seconds, result)


def _kill(
    stage: Stage, chance: random.Random, scene: Scene, seconds: float, expected: dict[str, bytes]
) -> tuple[Kill, list[str]]:
    while True:
        kill = Kill(scene, chance.choice(SIGNALS), chance.choice(VICTIMS), chance.uniform(0.05, seconds))
        faults = stage.play(kill, expected)
        if faults is not None:
            return kill, faults


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many kills")
    parser.add_argument("--seed", type=int, default=1, help="another number, other moments")
    parser.add_argument("--patience", type=float, default=2, help="seconds in which all processes must have ended")
    arguments = parser.parse_args()
    wrong, done = 0, Counter[str]()
    for kill, faults in kills(arguments.count, arguments.seed, arguments.patience):
        done[f"{kill.scene.name} {kill.victim}"] += 1
        wrong += bool(faults)
        if done.total() % 20 == 0:
            print(f"{done.total()} of {arguments.count}", file=sys.stderr, flush=True)
        for fault in faults:
            print(f"{kill}: {fault}", flush=True)
    print(f"seed {arguments.seed}: {done.total()} kills, {wrong} with anything wrong: {dict(sorted(done.items()))}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
