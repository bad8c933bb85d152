"""An executor (PEP 3148) for the workers of a Dask cluster, in place of this machine's processes.

Workers need the folders of digest and site at the same paths, and the same program: else they would write pages to the
wrong place, or different pages. Each worker is checked before the build, and at every call, since more may join. If a
worker dies, Dask repeats its call on another one. Calls only write whole files, so a repeated call changes nothing.
"""

import logging
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import msgspec
from distributed import Client, get_worker
from distributed.scheduler import KilledWorker

from broadsheet.build.last_build import TOOLCHAIN
from broadsheet.build.output import remove_unfinished
from broadsheet.build.site_folder import real_site
from broadsheet.build.swap import staging_folder
from broadsheet.index.open import CACHE, ExecutorFactory
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from broadsheet.store.program import program_fingerprint

P = ParamSpec("P")
A = TypeVar("A")

CONNECT_TIMEOUT_S = 5  # for the scheduler to answer
FIRST_WORKER_TIMEOUT_S = 10
NO_WORKERS_TIMEOUT_S = 60  # after that long without any worker, the build gives up

# The cached context of a worker (SQLite's connection, the theme) belongs to one thread, so calls run one by one.
_THREAD = ThreadPoolExecutor(1)


class WorkerNeeds(msgspec.Struct, frozen=True):
    """The requirements of a worker: it sees the files `marks`, and has the same program and packages."""

    marks: tuple[str, ...]
    program: str
    packages: dict[str, str]


@contextmanager
def cluster(place: str, root: Path, site: Path | None) -> Iterator[tuple[int, ExecutorFactory]]:
    """Yield the number of workers of the Dask scheduler at `place` (``HOST:PORT``), and a factory of executors.

    Raises DigestError if no scheduler answers, with a problem for each unfit worker, and if scheduler or workers are
    lost during the build.
    """
    settings = config.load(root)
    site = real_site(root, settings, site)
    unfinished = (root / settings.site.docs_dir, staging_folder(site))
    with _client(place) as client, _marks(root.absolute() / CACHE, site.parent) as marks:
        needs = WorkerNeeds(marks, program_fingerprint(), _versions())
        _check_workers(client, place, needs)
        try:
            with _watched(client):
                # At least two: with one process, a build calls everything in its own.
                yield max(2, len(client.nthreads())), lambda processes: ClusterExecutor(client, needs, unfinished)
        except CancelledError as error:
            what = "the scheduler, or every worker, was lost; the last site is untouched"
            raise DigestError(Diagnostic(f"dask://{place}", what, "start them, and build again")) from error
        except KilledWorker as error:
            what = (
                f"{error.allowed_failures + 1} workers died in the same call, the last was {error.last_worker.address}"
            )
            hint = "see its log; the usual cause is too little memory for each"
            raise DigestError(Diagnostic(f"dask://{place}", what, hint)) from error


class ClusterExecutor(Executor):
    """An executor whose calls run on the cluster's workers. At its end, it removes files that killed workers left."""

    def __init__(self, client: Client, needs: WorkerNeeds, unfinished: tuple[Path, Path] | tuple[()]) -> None:
        self._client, self._needs, self._unfinished = client, needs, unfinished
        # Not pure: the same call has another result after files have changed.
        self._dask = client.get_executor(pure=False)

    def submit(self, function: Callable[P, A], /, *args: P.args, **kwargs: P.kwargs) -> Future[A]:
        """Call the function on one of the workers."""
        future: Future[A] = self._dask.submit(_work, self._needs, function, args, kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Accept no more calls. Wait for running ones, which could otherwise write into the next build's site."""
        self._dask.shutdown(wait=wait and not cancel_futures)
        if cancel_futures and self._client.status == "running":
            self._client.run(_wait_until_idle, on_error="ignore")
        if self._unfinished:
            docs, site = self._unfinished
            remove_unfinished(docs, site)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown(cancel_futures=kind is not None)


def _work(needs: WorkerNeeds, function: Callable[..., A], args: tuple[Any, ...], kwargs: dict[str, Any]) -> A:
    """Call the function, on a worker. Raises DigestError if the worker is unfit."""
    if problems := _missing(needs):
        address = get_worker().address
        raise DigestError([Diagnostic(f"worker {address}", what, hint) for what, hint in problems])
    return _THREAD.submit(function, *args, **kwargs).result()


def _wait_until_idle() -> None:
    """Wait, on a worker, until no call is running."""
    _THREAD.submit(int).result()


def _missing(needs: WorkerNeeds) -> list[tuple[str, str]]:
    """Return the faults of a worker, each with a remedy."""
    problems = []
    for mark in map(Path, needs.marks):
        if not mark.exists():
            problems.append((f"it does not see {mark.parent} as it is here", "share the folder, at the same path"))
        elif not os.access(mark.parent, os.W_OK):
            problems.append((f"it may not write into {mark.parent}", "run it as the same user"))
    if program_fingerprint() != needs.program:
        problems.append(("its program is another version", "install the same broadsheet there, and start it again"))
    versions = _versions()
    for name in sorted(name for name in needs.packages if versions[name] != needs.packages[name]):
        what = f"it has {name} {versions[name]}, this machine has" if versions[name] else f"it lacks {name}"
        problems.append((f"{what} {needs.packages[name]}", "install the same version there, and start it again"))
    return problems


def _versions() -> dict[str, str]:
    return {name: _version(name) for name in TOOLCHAIN}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _check_workers(client: Client, place: str, needs: WorkerNeeds) -> None:
    """Raise DigestError unless every worker meets the needs, and the scheduler, which unpickles calls, the program."""
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_TIMEOUT_S)
    except TimeoutError as error:
        hint = f"start some: dask worker {place} --nworkers -1 --nthreads 1"
        raise DigestError(Diagnostic(f"dask://{place}", "the scheduler has no workers", hint)) from error
    install = "install the same broadsheet there, and start it again"
    try:
        client.run_on_scheduler(program_fingerprint)
    except ImportError as error:
        raise DigestError(
            Diagnostic(f"dask://{place}", f"the scheduler cannot load the program ({error})", install)
        ) from error
    problems = []
    for worker, answer in sorted(client.run(_missing, needs, on_error="return").items()):
        failed = isinstance(answer, Exception)
        missing = [(f"it cannot load the program ({answer})", install)] if failed else answer
        problems += [Diagnostic(f"worker {worker}", what, hint) for what, hint in missing]
    if problems:
        raise DigestError(problems)


@contextmanager
def _client(place: str) -> Iterator[Client]:
    try:
        _await_greeting(place)
        client = Client(f"tcp://{place}", timeout=CONNECT_TIMEOUT_S, set_as_default=False, name="digest")
    except OSError as error:
        what = f"no Dask scheduler answers ({error.strerror or error})"
        hint = "start one (dask scheduler), or build without --executor"
        raise DigestError(Diagnostic(f"dask://{place}", what, hint)) from error
    # These log tracebacks of exceptions that Dask also raises, and that are reported here as problems.
    for name in ("distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with client:
        yield client


def _await_greeting(place: str) -> None:
    """Raise OSError unless the server speaks first, as Dask's does. With others its client would wait forever."""
    parts = urlsplit(f"//{place}")
    with socket.create_connection((parts.hostname, parts.port), CONNECT_TIMEOUT_S) as connection:
        # A message starts with its length: some hundreds of bytes.
        if not 0 < int.from_bytes(connection.recv(8), "little") < 2**16:
            raise OSError("another server has this port")


@contextmanager
def _marks(*folders: Path) -> Iterator[tuple[str, ...]]:
    """Create a file in each folder. A worker that sees it has the same folder, not another one at the same path."""
    with ExitStack() as stack:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        files = [tempfile.NamedTemporaryFile(prefix=".digest-", dir=folder) for folder in folders]  # noqa: SIM115
        yield tuple(stack.enter_context(file).name for file in files)


@contextmanager
def _watched(client: Client) -> Iterator[None]:
    """Cancel all calls if there has been no worker for long. Dask would wait forever, and so would the next build."""
    finished = threading.Event()

    def watch() -> None:
        seconds_without = 0
        while not finished.wait(1) and client.status == "running":
            seconds_without = 0 if client.nthreads() else seconds_without + 1
            if seconds_without >= NO_WORKERS_TIMEOUT_S:
                client.cancel(list(client.futures), force=True)
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()
