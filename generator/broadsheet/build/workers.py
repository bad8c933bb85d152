"""Pages made by many hands: what a worker process is told, does and tells back."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from contextlib import ExitStack
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, Self, TypeVar

import msgspec

from broadsheet.build.output import is_hand_written, put, remove_unfinished
from broadsheet.build.search_index import remove_scratch, write_shard
from broadsheet.build.state import Dependency, BuiltKey
from broadsheet.build.theme import Theme
from broadsheet.index.dependencies import DependencyTracker
from broadsheet.index.index import Index
from broadsheet.index.open import ExecutorFactory, index_without_refresh
from broadsheet.processes.pool import WorkerPool, end_workers
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.atomic import write_atomically
from broadsheet.views.markdown import markdown_above
from broadsheet.views.page import File, Page
from broadsheet.views.page_types import PAGE_TYPES
from broadsheet.views.search_documents import Shard, documents

P = ParamSpec("P")
R = TypeVar("R")
Progress = Callable[[int, int], None]
PROCESSORS = os.cpu_count() or 1
TASK_SIZE = 24  # keys at most
INLINE_BELOW = 24  # keys that are not worth handing out


class RenderTask(msgspec.Struct, frozen=True):
    """Some keys of some kinds of page, for the digest in `root`.

    What is no source goes to the site in `target`, if there is one; the pages' HTML too, if it is `themed`.
    `version` tells two builds of one process apart: what a worker keeps at hand is for one of them.
    """

    root: str
    target: str | None
    version: str
    keys: tuple[tuple[str, str], ...]
    themed: bool


class BuildJob(msgspec.Struct, frozen=True):
    """What all tasks of a build have in common, and how many processes share them."""

    root: Path
    target: Path | None
    version: str
    processes: int
    executors: ExecutorFactory = WorkerPool
    themed: bool = False

    def task(self, keys: list[tuple[str, str]]) -> RenderTask:
        """The task to make the pages of `keys`."""
        target = str(self.target) if self.target else None
        return RenderTask(str(self.root), target, self.version, tuple(keys), self.themed)


class RenderResult(msgspec.Struct, frozen=True):
    """What became of a task; `written` counts the files in docs/ that changed."""

    made: tuple[BuiltKey, ...]
    written: int


class RenderContext(NamedTuple):
    """What pages are made of, and the theme where they become HTML."""

    catalogue: Index
    settings: Settings
    theme: Theme | None


def render(task: RenderTask, hand: RenderContext | None = None) -> RenderResult:
    """Make the pages of a task: Markdown into docs/, HTML and what stands beside it into the target."""
    catalogue, settings, theme = hand or _worker_context(task.root, task.version, task.themed)
    docs = Path(task.root) / settings.site.docs_dir
    made, written = [], 0
    for name, key in task.keys:
        recorder = DependencyTracker(catalogue)
        writer = PageWriter(docs, Path(task.target) if task.target else None, theme)
        for it in PAGE_TYPES[name].pages(recorder, settings, key):
            writer.put(it)
        answers = [Dependency(query, arguments, catalogue.version(query, arguments)) for query, arguments in recorder.dependencies]
        made.append(BuiltKey(name, key, writer.pages, tuple(answers), tuple(writer.kept), tuple(writer.files), tuple(writer.built)))
        written += writer.written
    return RenderResult(tuple(made), written)


class PageWriter:
    """Where the pages and files of a key go, and the list of what went where. `written` counts changes in docs/."""

    def __init__(self, docs: Path, target: Path | None, theme: Theme | None) -> None:
        self._docs, self._target, self._theme = docs, target, theme
        self.pages: dict[str, str | None] = {}
        self.kept: list[str] = []
        self.files: list[str] = []
        self.built: list[str] = []
        self.written = 0

    def put(self, it: Page | File) -> None:
        """Write a page, with what stands beside it, unless somebody else's page is in its place; or a file."""
        if isinstance(it, File):
            self._put_file(it)
        elif is_hand_written(self._docs, it.path):
            self.kept.append(it.path)
        else:
            body = it.body.encode()
            if self._theme and self._target:
                write_atomically(self._target / it.address / "index.html", self._theme.render(it, body))
            self.written += write_atomically(self._docs / it.path, markdown_above(it).encode() + body + b"\n")
            self.pages[it.address] = it.updated
            for twin in it.alternates:
                self._put_file(twin)

    def _put_file(self, it: File) -> None:
        is_twin_of_page = it.site_only and it.path.endswith(".md")  # in docs/ that is the page
        if not is_twin_of_page and is_hand_written(self._docs, it.path):
            self.kept.append(it.path)
        elif not it.site_only:
            self.files.append(it.path)
            self.written += put(self._docs, it.path, it.data)
        elif self._target:
            self.built.append(it.path)
            write_atomically(self._target / it.path, it.data)


@lru_cache(maxsize=2)  # with the theme, and without
def _worker_context(root: str, version: str, with_theme: bool) -> RenderContext:
    settings = config.load(Path(root))
    return RenderContext(index_without_refresh(Path(root), settings), settings, Theme(Path(root)) if with_theme else None)


class BuildWorkers:
    """The processes that share the work of a build; they start with what is first given to them.

    Leave it, and all work is done. Without others the work is done right here; so are most of a few pages.
    """

    def __init__(self, job: BuildJob, catalogue: Index, settings: Settings) -> None:
        self.job = job
        self._catalogue, self._settings = catalogue, settings
        self._stack = ExitStack()
        self._calls: dict[Future[Any], Callable[[], Any]] = {}
        self._is_broken = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        is_interrupted = error[0] is not None and not issubclass(error[0], Exception)
        for future in self._calls if error[0] and not is_interrupted else ():
            future.cancel()
        self._stack.__exit__(*error)
        if is_interrupted:
            self._clear_up()

    @cached_property
    def _context(self) -> RenderContext:
        return RenderContext(self._catalogue, self._settings, Theme(self.job.root) if self.job.themed else None)

    @cached_property
    def _executor(self) -> Executor:
        executor = self.job.executors(self.job.processes) if self.job.processes > 1 else SerialExecutor()
        return self._stack.enter_context(executor)

    def submit(self, do: Callable[..., R], *arguments: Any) -> Future[R]:
        """Have something done beside everything else."""
        try:
            future = self._executor.submit(do, *arguments)
        except BrokenExecutor:
            self._clear_up()
            future = SerialExecutor().submit(do, *arguments)
        self._calls[future] = partial(do, *arguments)
        return future

    def result(self, future: Future[R]) -> R:
        """Return what a call returned. If its process was killed, often for lack of memory, it is made again here."""
        try:
            return future.result()
        except BrokenExecutor:
            self._clear_up()
            answer: R = self._calls[future]()
            return answer

    def _clear_up(self) -> None:
        """Once a worker was killed, end the others, and remove what they left unfinished."""
        if not self._is_broken:
            self._is_broken = True
            end_workers()
            remove_scratch()
            remove_unfinished(self.job.root / self._settings.site.docs_dir, self.job.target)

    def index(self, shards: Iterable[Shard]) -> list[Future[None]]:
        """Have shards of the search index made in the target."""
        return [self.submit(index_shard, self.job.task([]), shard) for shard in shards]

    def render(self, keys: Iterable[tuple[str, str]], progress: Progress = lambda done, total: None) -> RenderResult:
        """Make the pages of all `keys`."""
        listed = list(keys)
        few = len(listed) <= INLINE_BELOW
        size = 1 if few else max(1, min(TASK_SIZE, -(-len(listed) // (4 * self.job.processes))))
        tasks = [self.job.task(listed[start : start + size]) for start in range(0, len(listed), size)]
        outcomes = []
        done = 0
        for task, outcome in self._rendered(tasks, few):
            outcomes.append(outcome)
            done += len(task.keys)
            progress(done, len(listed))
        made = {(one.kind, one.key): one for outcome in outcomes for one in outcome.made}
        return RenderResult(tuple(made[key] for key in listed), sum(outcome.written for outcome in outcomes))

    def _rendered(self, tasks: list[RenderTask], few: bool) -> Iterator[tuple[RenderTask, RenderResult]]:
        # Of few pages the first, most feeds, take as long as all others; these are made right here.
        given = 0 if self.job.processes == 1 else 1 if few else len(tasks)
        running = {self.submit(render, task): task for task in tasks[:given]}
        for task in tasks[given:]:
            yield task, render(task, self._context)
        for future in as_completed(running):
            yield running[future], self.result(future)


class SerialExecutor(Executor):
    """Nobody else: what is submitted is done at once."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def index_shard(task: RenderTask, shard: Shard) -> None:
    """Make one shard of the search index, in the target."""
    catalogue, settings, _ = _worker_context(task.root, task.version, with_theme=False)
    assert task.target is not None
    write_shard(documents(catalogue, settings, shard), Path(task.target), shard.name)
