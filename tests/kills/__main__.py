"""``python -m tests.kills --count 200 --seed 1``: kill commands, print a line, fail if anything is wrong."""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.kills.cases import Case, cases
from tests.kills.kill import SIGNALS, VICTIMS, Kill, KillTest


def kills(count: int, seed: int, timeout: float) -> Iterator[tuple[Kill, list[str]]]:
    """Kill `count` commands; with each, what is wrong afterwards."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="digest-kills-") as work, cases(Path(work)) as all_scenes:
        kill_test = KillTest(Path(work), timeout)
        expected = {case_.name: kill_test.run_without_kill(case_) for case_ in all_scenes}
        for number in range(count):
            case_ = all_scenes[number % len(all_scenes)]
            result, seconds = expected[case_.name]
            yield _kill(kill_test, chance, case_, seconds, result)


def _kill(
    kill_test: KillTest, chance: random.Random, case_: Case, seconds: float, expected: dict[str, bytes]
) -> tuple[Kill, list[str]]:
    while True:
        kill = Kill(case_, chance.choice(SIGNALS), chance.choice(VICTIMS), chance.uniform(0.05, seconds))
        faults = kill_test.run(kill, expected)
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
        done[f"{kill.case_.name} {kill.victim}"] += 1
        wrong += bool(faults)
        if done.total() % 20 == 0:
            print(f"{done.total()} of {arguments.count}", file=sys.stderr, flush=True)
        for fault in faults:
            print(f"{kill}: {fault}", flush=True)
    print(f"seed {arguments.seed}: {done.total()} kills, {wrong} with anything wrong: {dict(sorted(done.items()))}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
