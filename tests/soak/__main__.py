"""``python -m tests.soak --seed 1-10 --days 365``: exit code 1 if anything was lost, doubled, wrong or paid twice."""

import argparse
import datetime
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.soak.comparison import KINDS
from tests.soak.simulation import first_day, simulate


def _seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> int:
    """Play the seeds one after the other."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--seed", type=_seeds, default=[1], metavar="N or N-M")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--first", type=datetime.date.fromisoformat, help="the day on which the world begins")
    parser.add_argument("--keep", type=Path, help="leave the digests in this folder")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    for seed in options.seed:
        with tempfile.TemporaryDirectory(prefix="soak-") as temporary:
            folder = options.keep / str(seed) if options.keep else Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            outcome = simulate(seed, options.days, folder, options.first)
        for finding in outcome.findings:
            print(f"{finding.kind}: {finding.what}", file=sys.stderr)
        facts = ", ".join(f"{value:,} {name}" for name, value in outcome.facts.items())
        print(f"seed {seed} from {options.first or first_day(seed)}: {facts}; {outcome.seconds:.0f} s", file=sys.stderr)
        print(outcome.line, flush=True)
        total.update(finding.kind for finding in outcome.findings)
    if len(options.seed) > 1:
        summary = ", ".join(f"{kind} {total[kind]}" for kind in KINDS)
        print(f"{summary}, days {options.days * len(options.seed)}, in {len(options.seed)} worlds")
    return int(bool(total))


if __name__ == "__main__":
    sys.exit(main())
