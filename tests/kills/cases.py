"""The commands that are killed, each with the digest it works on, and with what it is to leave."""

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.example import ROOT, SETTINGS, command_line, make_digest, paper, tree
from tests.loopback import Loopback
from tests.mail_digest import MAIL, PAPERS, edition_html, rss
from tests.model_server import KEY, ModelServer
from tests.run_setup import HF, WEEKS_LATER, RunSetup, hf_list
from tests.smtp import Server

DAY = "2026-09-24"
DAYS = [f"2025-{month:02}-{day:02}" for month in (3, 4, 5) for day in range(1, 29)][:61]  # enough for workers
READERS = [f"reader{number}@group.example" for number in range(12)]
WORDS = "pruning sparse cache kernel norm token rank gradient prior graph search proof bound noise".split()
# Of a receipt: what differs from run to run, or with what a killed one had paid.
TIMES_AND_COSTS = {"started", "finished", "tokens", "cost"}

Result = dict[str, bytes]


class Case(NamedTuple):
    """A command (without ``broadsheet``), how its folder is made, its environment, and what it comes to."""

    name: str
    command: tuple[str, ...]
    make: Callable[[Path], None]
    result: Callable[[Path], Result]
    environment: dict[str, str]


@contextmanager
def cases(work: Path) -> Iterator[list[Case]]:
    """All of them, with the services that they need; `work` is a folder for what they have in common."""
    archive = _archive(work / "archive")
    built = work / "built"
    foreign = _foreign(work / "foreign")
    readers = work / "readers.txt"
    readers.write_text("\n".join(READERS), "utf-8")
    with ExitStack() as stack:
        services, model = stack.enter_context(Loopback()), stack.enter_context(ModelServer(KEY))
        post = stack.enter_context(Server())
        run_setup = RunSetup(work / "morning", services, model)
        services.on(HF, hf_list(*(f"2609.3{number:04}" for number in range(40))))
        run_setup.make("run: {min_relevance: 1}\n")
        yield [
            Case("import", ("import", str(foreign)), lambda root: _copy(archive, root), _all, {}),
            Case("build", ("build",), lambda root: _copy(archive, root), _all, {}),
            Case("rebuild", ("build",), lambda root: _changed(archive, built, root), _all, {}),
            Case("train", ("train",), lambda root: _copy(archive, root), _all, {}),
            Case(
                "run", ("run", "--date", DAY, "--no-build"), lambda root: _copy(run_setup.root, root), _day,
                run_setup.environment,
            ),
            Case(
                "mail", ("mail", "daily.xml", "--recipients", str(readers), "--state", "sent/list.sqlite"),
                lambda root: _mailing(post, root), lambda root: _mailed(post, root), post.environment,
            ),
        ]  # fmt: skip


def _archive(root: Path) -> Path:
    """A digest with days enough for worker processes, and papers enough to learn from."""
    chance = random.Random(1)
    papers = {}
    for number, date in enumerate(DAYS):
        ids = [f"{date[2:4]}{date[5:7]}.{number + 1:03}{place:02}" for place in range(1)]
        words = [" ".join(chance.choices(WORDS, k=20)) for _ in ids]
        papers[date] = [
            paper(i, title=text[:40], abstract=text, relevance=1 + text.count("pruning") % 9)
            for i, text in zip(ids, words, strict=True)
        ]
    return make_digest(root, papers)


def _foreign(folder: Path) -> Path:
    """Scored files of other days and of some that the archive has."""
    for number in range(300):
        date = f"2025-{1 + number % 12:02}-{1 + number // 12:02}"
        rows = {i: paper(i) for i in (f"2501.{number + 1:05}", f"2502.{number + 1:05}")}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{date}.json").write_text(json.dumps(rows), "utf-8")
    return folder


def _copy(original: Path, root: Path) -> None:
    shutil.copytree(original, root, symlinks=True)


def _changed(archive: Path, built: Path, root: Path) -> None:
    """The archive as it was built, with one day changed since; it is built at the place where it is needed."""
    if not built.exists():
        _copy(archive, root)
        process = start(root, ("build",), {"TMPDIR": str(root.parent / "tmp")})
        process.communicate()
        assert process.returncode == 0
        root.rename(built)
    _copy(built, root)
    day = root / "data" / "papers" / DAYS[-1][:4] / f"{DAYS[-1]}.jsonl"
    day.write_text(day.read_text("utf-8").replace("pruning", "distillation"), "utf-8")


def start(root: Path, command: tuple[str, ...], environment: dict[str, str]) -> "subprocess.Popen[str]":
    """Start a command in `root`, as the first of a group of processes."""
    now = WEEKS_LATER if command[0] in ("run", "import") else ""
    return subprocess.Popen(
        command_line(*command, "--quiet", now=now), cwd=root, text=True, start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _mailing(post: Server, root: Path) -> None:
    post.messages.clear()
    make_digest(root, settings=SETTINGS + MAIL)
    (root / "daily.xml").write_bytes(rss(("2025-05-27", edition_html(*PAPERS), ())))


def _all(root: Path) -> Result:
    """Every file, but for the bytes of the index, which is derived, and the folder that the next build begins with."""
    found = {name: data for name, data in tree(root).items() if not name.startswith(".site.new/")}
    return {name: b"" if name.startswith(".digest/index.sqlite") else data for name, data in found.items()}


def _day(root: Path) -> Result:
    """The same of a run."""
    found = _all(root)
    for name, data in found.items():
        if name.startswith("data/runs/"):
            receipt = json.loads(data)
            found[name] = json.dumps({key: receipt[key] for key in receipt if key not in TIMES_AND_COSTS}).encode()
        elif name.startswith("data/replies/"):
            found[name] = b""
        elif name.startswith("data/papers/"):  # a site may have shown the papers of a killed run, still unscored
            found[name] = re.sub(rb',"changed":"[^"]*"', b"", data)
    return found


def _mailed(post: Server, root: Path) -> Result:
    """The names of the files, and how many different messages each reader got."""
    boxes = {reader: str(len(set(ids))).encode() for reader, ids in post.boxes().items()}
    return dict.fromkeys(_all(root), b"") | boxes
