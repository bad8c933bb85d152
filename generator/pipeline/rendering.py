"""Pages made by many hands: what a worker process is told, does and tells back."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from pathlib import Path

import msgspec

from generator.catalogue.index import Catalogue
from generator.catalogue.recording import Recorder
from generator.edges.atomic import write_atomically
from generator.edges.output import is_hand_written
from generator.edges.search import write_shard
from generator.edges.state import Answer, Made
from generator.edges.theme import Theme
from generator.ground import config
from generator.ground.config import Settings
from generator.pipeline.opening import Executors, catalogue_of
from generator.views.contents import KINDS
from generator.views.markdown import markdown
from generator.views.page import File, Page
from generator.views.search import Shard, documents

Progress = Callable[[int, int], None]
PROCESSORS = os.cpu_count() or 1
A_TASK = 24  # keys at most
FEW = 24  # keys that are not worth starting processes for


class Task(msgspec.Struct, frozen=True):
    """Some keys of some kinds of page, for the digest in `root`; HTML goes to `target`, if there is one.

    `version` tells two builds of one process apart: what a worker keeps at hand is for one of them.
    """

    root: str
    target: str | None
    version: str
    keys: tuple[tuple[str, str], ...]


class Job(msgspec.Struct, frozen=True):
    """What all tasks of a build have in common, and how many processes share them."""

    root: Path
    target: Path | None
    version: str
    processes: int
    executors: Executors = ProcessPoolExecutor

    def task(self, keys: list[tuple[str, str]]) -> Task:
        """The task to make the pages of `keys`."""
        return Task(str(self.root), str(self.target) if self.target else None, self.version, tuple(keys))


class Outcome(msgspec.Struct, frozen=True):
    """What became of a task; `written` counts the files in docs/ that changed."""

    made: tuple[Made, ...]
    written: int


def render(task: Task) -> Outcome:
    """Make the pages of a task: Markdown into docs/, HTML into the target."""
    root = Path(task.root)
    catalogue, settings, theme = _at_hand(task.root, task.version, task.target is not None)
    docs = root / settings.site.docs_dir
    made, written = [], 0
    for name, key in task.keys:
        recorder = Recorder(catalogue)
        pages: dict[str, str | None] = {}
        kept: list[str] = []
        files: list[str] = []
        for page in KINDS[name].pages(recorder.as_catalogue(), settings, key):
            if isinstance(page, File):
                files.append(page.path)
                written += write_atomically(docs / page.path, page.data)
            elif is_hand_written(docs, page.path):
                kept.append(page.path)
            else:
                written += _write_page(page, docs, task.target, theme)
                pages[page.address] = page.updated
        answers = [Answer(query, arguments, catalogue.version(query, arguments)) for query, arguments in recorder.reads]
        made.append(Made(name, key, pages, tuple(answers), tuple(kept), tuple(files)))
    return Outcome(tuple(made), written)


def _write_page(page: Page, docs: Path, target: str | None, theme: Theme | None) -> bool:
    """Whether the Markdown changed."""
    if theme and target is not None:
        write_atomically(Path(target, page.address, "index.html"), theme.render(page))
    return write_atomically(docs / page.path, markdown(page).encode())


@lru_cache(maxsize=2)  # with the theme, and without
def _at_hand(root: str, version: str, with_theme: bool) -> tuple[Catalogue, Settings, Theme | None]:
    settings = config.load(Path(root))
    return catalogue_of(Path(root), settings), settings, Theme(Path(root)) if with_theme else None


def render_all(
    job: Job,
    keys: Iterable[tuple[str, str]],
    progress: Progress = lambda done, total: None,
    shards: Sequence[Shard] = (),
) -> Outcome:
    """Make the pages of all `keys`, and beside them `shards` of the search index, by as many processes as the job has.

    A few pages are made right here, where they wait for no process to start.
    """
    listed = list(keys)
    few = len(listed) <= FEW
    size = max(1, min(A_TASK, -(-len(listed) // (4 * job.processes))))
    tasks = [job.task(listed[start : start + size]) for start in range(0, len(listed), size)]
    indexing = [(job.task([]), shard) for shard in shards]
    alone = job.processes == 1 or (few and not shards)
    outcomes = []
    done = 0
    for task, outcome in _alone(tasks, indexing) if alone else _together(tasks, indexing, job, few):
        outcomes.append(outcome)
        done += len(task.keys)
        progress(done, len(listed))
    made = {(one.kind, one.key): one for outcome in outcomes for one in outcome.made}
    return Outcome(tuple(made[key] for key in listed), sum(outcome.written for outcome in outcomes))


def index_shard(task: Task, shard: Shard) -> None:
    """Make one shard of the search index, in the target."""
    catalogue, settings, _ = _at_hand(task.root, task.version, False)
    assert task.target is not None
    write_shard(documents(catalogue, settings, shard), Path(task.target), shard.name)


def _alone(tasks: list[Task], indexing: list[tuple[Task, Shard]]) -> Iterator[tuple[Task, Outcome]]:
    for task in tasks:
        yield task, render(task)
    for task, shard in indexing:
        index_shard(task, shard)


def _together(
    tasks: list[Task], indexing: list[tuple[Task, Shard]], job: Job, few: bool
) -> Iterator[tuple[Task, Outcome]]:
    with job.executors(job.processes) as executor:
        indexed = [executor.submit(index_shard, *one) for one in indexing]  # first, since they take longest
        if few:
            yield from _alone(tasks, [])
        else:
            running = {executor.submit(render, task): task for task in tasks}
            for future in as_completed(running):
                yield running[future], future.result()
        for shard in indexed:
            shard.result()
