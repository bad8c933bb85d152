"""Random damage to the saved state of a build: ``python -m tests.random_damage --count 100 --seed 1``.

After each damage a build must make the site of a clean build, byte for byte, or name the obstacle and make that site
once it is removed. It must never print a traceback, hang, or remove a foreign file.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.example import ROOT, SETTINGS, digest, make_digest, paper, tree

LONGEST_S = 300
BY_HAND = (
    *("docs/by-hand.md", "site/CNAME", "site/photos/a.jpg", "site/assets/own/logo.svg", "site/daily/mine.txt"),
    *("site/daily/2025/05/22/slides.pdf", "site/daily/2025/06/02/notes/index.html", "site/search-index/mine"),
)
TEXT = "# By hand\n"
SQLITE = ".digest/index.sqlite"


def truncated(data: bytes, random_: random.Random) -> bytes:
    return data[: random_.randrange(len(data) + 1)]


def zeroed(data: bytes, random_: random.Random) -> bytes:
    start = random_.randrange(len(data) + 1)
    length = min(random_.randrange(1, 20_000), len(data) - start)
    return data[:start] + bytes(length) + data[start + length :]


def scattered(data: bytes, random_: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random_.randrange(1, 200)):
        if changed:
            changed[random_.randrange(len(changed))] = random_.randrange(256)
    return bytes(changed)


def noise(data: bytes, random_: random.Random) -> bytes:
    return random_.randbytes(len(data))


def longer(data: bytes, random_: random.Random) -> bytes:
    return data + random_.randbytes(random_.randrange(1, 5000))


def by_pages(data: bytes, random_: random.Random) -> bytes:
    changed = bytearray(data)
    changed[:: 3 * 16384] = b"\xff" * len(changed[:: 3 * 16384])
    return bytes(changed)


CONTENTS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(truncated, zeroed, scattered, noise, longer, by_pages),
    lambda data, random_: b"",
)
PLACES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda path: None,
    "a folder": lambda path: (path / "inside").mkdir(parents=True),
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("/nowhere/at-all"),
    "a link to another file": lambda path: path.symlink_to("/etc/hostname"),
    "a link to itself": lambda path: path.symlink_to(path),
}


class DamageSetup:
    """A digest with a few states of its data, and the clean site of each."""

    def __init__(self, folder: Path, *, search: bool, states: int = 3) -> None:
        self.root = folder / "digest"
        days = {f"2025-05-{day:02}": [paper(f"2505.00{day:03}", upvotes=day)] for day in range(20, 29)}
        make_digest(self.root, days, SETTINGS + f"search: {str(search).lower()}\n")
        shutil.copytree(ROOT / "data" / "publications", self.root / "data" / "publications")
        (self.root / "docs/by-hand.md").write_text(TEXT)
        self.clean = [self._clean(number, folder / f"clean{number}") for number in range(states)]
        self.set_data(0)
        assert self.build().returncode == 0
        self.put_by_hand()

    def _clean(self, number: int, site: Path) -> dict[str, bytes]:
        self.set_data(number)
        run = self.build("--site", str(site), "--no-cache")
        assert run.returncode == 0, run.stderr
        return tree(site)

    def set_data(self, number: int) -> None:
        """Write state `number` of the data: a day's paper differs, and another day exists in odd states only."""
        make_digest(self.root, {"2025-05-22": [paper(f"2505.1000{number}", comment="On LLMs.")]}, self.settings())
        if number % 2:
            make_digest(self.root, {"2025-06-02": [paper("2506.00001")]}, self.settings())
        else:
            (self.root / "data/papers/2025/2025-06-02.jsonl").unlink(missing_ok=True)

    def settings(self) -> str:
        return (self.root / "digest.yml").read_text("utf-8")

    def put_by_hand(self) -> None:
        for path in BY_HAND:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            if not (self.root / path).exists():
                (self.root / path).write_text(TEXT)

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        run = digest("build", "--root", self.root, "--jobs", "1", *arguments, timeout=LONGEST_S)
        assert "Traceback" not in run.stderr, run.stderr
        return run

    def is_clean(self, number: int) -> bool:
        site = {path: data for path, data in tree(self.root / "site").items() if f"site/{path}" not in BY_HAND}
        return site == self.clean[number]

    def files(self) -> list[str]:
        """Return every file that builds made. Files of small folders are repeated: each folder is equally likely."""
        listed = (self.root / "docs/.generated").read_text("utf-8", "replace").splitlines()
        docs = [f"docs/{path}" for path in listed if (self.root / "docs" / path).is_file()] + ["docs/.generated"]
        others = {folder: [*tree(self.root / folder)] for folder in (".digest", "site", ".site.new")}
        made = {folder: [f"{folder}/{path}" for path in paths] for folder, paths in others.items()} | {"docs": docs}
        beside = [f"{SQLITE}{end}" for end in ("-journal", "-wal", "-shm")]
        groups = [*made.values(), [SQLITE, *beside], ["site/.digest", *made[".digest"]]]
        most = max(map(len, groups))
        return [path for paths in groups if paths for path in (paths * most)[:most] if path not in BY_HAND]

    def damage(self, path: str, random_: random.Random) -> str:
        """Damage the file at `path`, and return the kind of damage."""
        target = self.root / path
        if random_.random() < 0.7:
            change = random_.choice(CONTENTS)
            data = target.read_bytes() if target.exists() else random_.randbytes(9000)
            target.unlink(missing_ok=True)  # other names of the file are other damages
            target.write_bytes(change(data, random_))
            return change.__name__
        place = random_.choice([*PLACES])
        target.unlink(missing_ok=True)
        PLACES[place](target)
        return place


def attack(setup: DamageSetup, random_: random.Random, path: str = "") -> tuple[str, bool]:
    """Damage something or `path`, build, and return what was damaged and whether a message asked to remove it."""
    number = random_.randrange(len(setup.clean))
    path = path or random_.choice(setup.files())
    done = f"{path}: {setup.damage(path, random_)}, data {number}"
    setup.set_data(number)
    try:
        run = setup.build()
    except (AssertionError, subprocess.TimeoutExpired) as error:
        error.add_note(done)
        raise
    assert "may be left" not in run.stderr, f"{done}: one damage made two lists unreadable: {run.stderr}"
    asked = run.returncode != 0 or not setup.is_clean(number)
    if asked:
        where = "site" if path.startswith("site/") else path.split("/")[-1]
        assert where in run.stderr, f"{done}: no message about it: {run.stderr}"
        remove(setup.root / ("site" if path.startswith("site/") else path))
        run = setup.build()
        assert run.returncode == 0, f"{done}: {run.stderr}"
    assert setup.is_clean(number), f"{done}: not the site of a clean build"
    lost = [it for it in BY_HAND if not (setup.root / it).is_file() or (setup.root / it).read_text() != TEXT]
    assert not lost or (asked and path.startswith("site/")), f"{done}: lost {lost}"
    setup.put_by_hand()
    return done, asked


def remove(path: Path) -> None:
    """Remove a file or folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="damages (default: 100)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random_ = random.Random(options.seed)
    asked = 0
    with tempfile.TemporaryDirectory() as folder:
        setup = DamageSetup(Path(folder), search=True)
        for number in range(1, options.count + 1):
            done, message = attack(setup, random_)
            asked += message
            print(f"{number}: {done}{': a message' if message else ''}", file=sys.stderr, flush=True)
    print(f"damages {options.count}, seed {options.seed}: 0 tracebacks, 0 stale pages, 0 files lost, {asked} messages")


if __name__ == "__main__":
    main()
