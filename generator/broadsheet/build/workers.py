"""Parallel rendering: tasks, the processes that work on them, and results."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from contextlib import ExitStack
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, Self, TypeVar

import msgspec

from broadsheet.build.output import is_hand_written, remove_unfinished, write_generated
from broadsheet.build.report import Progress
from broadsheet.build.sample_notice import with_sample_notice
from broadsheet.build.search_index import write_shard
from broadsheet.build.state import BuiltKey, Dependency
from broadsheet.build.theme import Theme
from broadsheet.index.dependencies import DependencyTracker, Query
from broadsheet.index.index import Index
from broadsheet.index.open import ExecutorFactory, index_without_refresh
from broadsheet.processes.pool import WorkerPool, end_workers
from broadsheet.settings import config
from broadsheet.settings.address import VARIABLE
from broadsheet.settings.config import Settings
from broadsheet.store.atomic import write_atomically, write_new
from broadsheet.translations import language, use
from broadsheet.views.markdown import markdown_above
from broadsheet.views.page import File, Page
from broadsheet.views.page_types import PAGE_TYPES
from broadsheet.views.search_documents import Shard, documents

P = ParamSpec("P")
R = TypeVar("R")
Variables = tuple[tuple[str, str | None], ...]  # of the environment, with their values
PROCESSORS = os.cpu_count() or 1
TASK_SIZE = 24  # keys at most
WITH_SAME_PAPERS = {"month", "day", "paper", "paper_card"}  # page types whose keys are dates: 4 % of a cold build
INLINE_BELOW = 24  # keys: of so few, only the first is rendered in another process


class RenderTask(msgspec.Struct, frozen=True):
    """Some keys to render, for the digest in `root`.

    `target` is the folder of the site, None if only docs/ is written. Pages are also written as HTML if `themed`.
    `version` is the key of a worker's cache, so two builds in one process do not share a context. A worker on another
    machine has another environment, so the task has the `site_url`, and the `environment` that mkdocs.yml names.
    """

    root: str
    site_url: str
    environment: Variables
    target: str | None
    version: str
    keys: tuple[tuple[str, str], ...]
    themed: bool


class BuildJob(msgspec.Struct, frozen=True):
    """The settings that all tasks of a build share, and the number of processes."""

    root: Path
    site_url: str
    target: Path | None
    version: str
    processes: int
    executors: ExecutorFactory = WorkerPool
    themed: bool = False
    environment: Variables = ()

    def task(self, keys: list[tuple[str, str]]) -> RenderTask:
        """Return the task that renders `keys`."""
        target = str(self.target) if self.target else None
        return RenderTask(
            str(self.root), self.site_url, self.environment, target, self.version, tuple(keys), self.themed
        )


class RenderResult(msgspec.Struct, frozen=True):
    """The result of a task; `written` counts the files in docs/ that changed."""

    built_keys: tuple[BuiltKey, ...]
    written: int


class RenderContext(NamedTuple):
    """The inputs of every page; `theme` is None if no HTML is written."""

    paper_index: Index
    settings: Settings
    theme: Theme | None


def render(task: RenderTask, context: RenderContext | None = None) -> RenderResult:
    """Render the pages of a task: Markdown into docs/, HTML and files of the site into the target."""
    index, settings, theme = context or _worker_context(
        task.root, task.site_url, task.environment, task.version, task.themed
    )
    docs = Path(task.root) / settings.site.docs_dir
    target = Path(task.target) if task.target else None
    tracker, dependencies = DependencyTracker(index), dict[Query, Dependency]()  # pages of a task share most answers
    built_keys, written = [], 0
    for page_type, key in task.keys:
        tracker.dependencies.clear()
        writer = PageWriter(docs, target, theme)
        for output in PAGE_TYPES[page_type].pages(tracker, settings, key):
            writer.write(output)
        new = tracker.dependencies.keys() - dependencies.keys()
        dependencies.update((query, Dependency(*query, index.version(*query))) for query in new)
        queries = map(dependencies.__getitem__, tracker.dependencies)
        paths = map(tuple, (writer.shadowed, writer.sources, writer.site_only))
        built_keys.append(BuiltKey(page_type, key, writer.pages, tuple(queries), *paths))
        written += writer.written
    return RenderResult(tuple(built_keys), written)


class PageWriter:
    """A writer of the pages and files of one key, with lists of their paths. `written` counts changes in docs/."""

    def __init__(self, docs: Path, target: Path | None, theme: Theme | None) -> None:
        self._docs, self._target, self._theme = docs, target, theme
        self.pages: dict[str, str | None] = {}
        self.shadowed: list[str] = []
        self.sources: list[str] = []
        self.site_only: list[str] = []
        self.written = 0

    def write(self, output: Page | File) -> None:
        """Write a file, or a page with its alternates, unless a hand-written one has its path."""
        if isinstance(output, File):
            self._write_file(output)
        elif is_hand_written(self._docs, output.path):
            self.shadowed.append(output.path)
        else:
            body = output.body.encode()
            if self._theme and self._target:
                write_new(self._target / output.address / "index.html", self._theme.render(output, body))
            self.written += write_atomically(self._docs / output.path, markdown_above(output).encode() + body + b"\n")
            self.pages[output.address] = output.updated
            for file in (*output.alternates, *output.files):
                self._write_file(file)

    def _write_file(self, file: File) -> None:
        is_page_as_markdown = file.site_only and file.path.endswith(".md")  # in docs/ that path is the page's
        if not is_page_as_markdown and is_hand_written(self._docs, file.path):
            self.shadowed.append(file.path)
        elif not file.site_only:
            self.sources.append(file.path)
            self.written += write_generated(self._docs, file.path, file.data)
        elif self._target:
            self.site_only.append(file.path)
            write_new(self._target / file.path, file.data)


@lru_cache(maxsize=2)  # with the theme, and without; the index in it has caches of its own
def _worker_context(root: str, site_url: str, environment: Variables, version: str, with_theme: bool) -> RenderContext:
    variables = {name: value for name, value in environment if value is not None}
    for name, _ in environment:
        os.environ.pop(name, None)
    os.environ.update(variables)  # for MkDocs, which reads mkdocs.yml by itself
    settings = with_sample_notice(Path(root), config.load(Path(root), {**variables, VARIABLE: site_url}))
    return RenderContext(
        index_without_refresh(Path(root), settings), settings, Theme(Path(root), site_url) if with_theme else None
    )


class BuildWorkers:
    """The worker processes of a build. They start with the first call; leaving the context waits for all calls.

    With one process, and for most of a few pages, calls run in this process.
    """

    def __init__(self, job: BuildJob, index: Index, settings: Settings) -> None:
        self.job = job
        self._index, self._settings = index, settings
        self._stack = ExitStack()
        self._calls: dict[Future[Any], Callable[[], Any]] = {}
        self._is_broken = False

    def __enter__(self) -> Self:
        executor = self.job.executors(self.job.processes) if self.job.processes > 1 else SerialExecutor()
        self._executor = self._stack.enter_context(executor)
        return self

    def __exit__(self, *error: Any) -> None:
        is_interrupted = error[0] is not None and not issubclass(error[0], Exception)
        for future in self._calls if error[0] and not is_interrupted else ():
            future.cancel()
        self._stack.__exit__(*error)
        if is_interrupted:
            self._clear_up()

    @cached_property  # 2 % of one more day
    def _context(self) -> RenderContext:
        return RenderContext(
            self._index, self._settings, Theme(self.job.root, self.job.site_url) if self.job.themed else None
        )

    def submit(self, function: Callable[..., R], *arguments: Any) -> Future[R]:
        """Call a function in a worker process."""
        try:
            future = self._executor.submit(_in_language, language(), function, *arguments)
        except BrokenExecutor:
            self._clear_up()
            future = SerialExecutor().submit(function, *arguments)
        self._calls[future] = partial(function, *arguments)
        return future

    def result(self, future: Future[R]) -> R:
        """Return the result of a call. Repeat it in this process if its worker was killed, often for lack of memory."""
        try:
            return future.result()
        except BrokenExecutor:
            self._clear_up()
            result: R = self._calls[future]()
            return result

    def _clear_up(self) -> None:
        """End all workers after one was killed, and remove their unfinished files."""
        if not self._is_broken:
            self._is_broken = True
            end_workers()
            remove_unfinished(self.job.root / self._settings.site.docs_dir, self.job.target)

    def index(
        self,
        shards: Iterable[Shard],
        previous: Path,
        reusable: Collection[str],
        finish: Callable[[], None] | None = None,
    ) -> list[Future[None]]:
        """Write shards of the search index into the target, from the months that the site `previous` has.

        Call `finish` after a single one.
        """
        task = self.job.task([])
        return [self.submit(index_shard, task, shard, str(previous), reusable, finish) for shard in shards]

    def render(self, keys: Iterable[tuple[str, str]], progress: Progress = lambda done, total: None) -> RenderResult:
        """Render all `keys`. Return their results in the same order."""
        ordered = list(keys)
        few = len(ordered) <= INLINE_BELOW
        size = 1 if few else max(1, min(TASK_SIZE, -(-len(ordered) // (4 * self.job.processes))))
        by_date = ordered if few else sorted(ordered, key=_date_of)
        tasks = [self.job.task(by_date[start : start + size]) for start in range(0, len(ordered), size)]
        results = []
        done = 0
        for task, result in self._render_tasks(tasks, few):
            results.append(result)
            done += len(task.keys)
            progress(done, len(ordered))
        built = {(key.page_type, key.key): key for result in results for key in result.built_keys}
        return RenderResult(tuple(built[key] for key in ordered), sum(result.written for result in results))

    def _render_tasks(self, tasks: list[RenderTask], few: bool) -> Iterator[tuple[RenderTask, RenderResult]]:
        # Of few pages the first, most feeds, take as long as all others together.
        submitted = 0 if self.job.processes == 1 else 1 if few else len(tasks)
        running = {self.submit(render, task): task for task in tasks[:submitted]}
        for task in tasks[submitted:]:
            yield task, render(task, self._context)
        for future in as_completed(running):
            yield running[future], self.result(future)


def _in_language(name: str, function: Callable[..., R], *arguments: Any) -> R:
    """Call a function where words are those of a language: a worker may have served another build, or none."""
    use(name)
    return function(*arguments)


def _date_of(key: tuple[str, str]) -> str:
    """Return the date of a key with papers: pages of the same papers are rendered one after the other."""
    return key[1] if key[0] in WITH_SAME_PAPERS else ""


class SerialExecutor(Executor):
    """An executor that runs each call at once, in this process."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def index_shard(
    task: RenderTask, shard: Shard, previous: str, reusable: Collection[str], finish: Callable[[], None] | None = None
) -> None:
    """Write one shard of the search index into the target; then call `finish`.

    Its months are read from the folders of the site `previous` that are `reusable`.
    """
    index, settings, _ = _worker_context(task.root, task.site_url, task.environment, task.version, with_theme=False)
    assert task.target is not None
    write_shard(partial(documents, index, settings), shard, Path(task.target), Path(previous), reusable)
    if finish:
        finish()
