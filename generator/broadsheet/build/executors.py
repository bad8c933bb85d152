"""A Dask cluster in place of this machine's processes, through the standard interface (PEP 3148).

Workers must see the digest's folder and the site's at the same paths, and run the same program: else they would write
pages to where nobody looks for them, or other pages. Each is asked before the build begins, and at every call, since
more may join. A call whose worker died is made again by another; calls do nothing but put whole files in their places,
so that a second time changes nothing.
"""

import logging
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import msgspec
from distributed import Client, get_worker
from distributed.scheduler import KilledWorker

from broadsheet.build.build import MAKERS, real_site
from broadsheet.build.output import remove_unfinished
from broadsheet.build.swap import fresh_of
from broadsheet.index.open import CACHE, ExecutorFactory
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from broadsheet.store.program import program_fingerprint

P = ParamSpec("P")
A = TypeVar("A")

CONNECT = 5  # seconds for the scheduler to answer
WORKERS = 10  # seconds for the first worker to come
GONE = 60  # seconds without any worker, then the build gives up

# What a worker keeps at hand (SQLite's connection, the theme) is for one thread: calls of one worker take turns.
_THREAD = ThreadPoolExecutor(1)


class Needs(msgspec.Struct, frozen=True):
    """What a worker must have: sight of the `marks`, files made just now; the program; what else makes pages."""

    marks: tuple[str, ...]
    program: str
    makers: dict[str, str]


@contextmanager
def cluster(place: str, root: Path, site: Path | None) -> Iterator[tuple[int, ExecutorFactory]]:
    """How many workers the Dask scheduler at `place` has, and how they build the digest in `root` into `site`.

    `place` is of the form ``HOST:PORT``. Raises DigestError if no scheduler answers there, with a problem for each
    worker that cannot take part, and when scheduler or workers are lost while work is under way.
    """
    settings = config.load(root)
    site = real_site(root, settings, site)
    unfinished = (root / settings.site.docs_dir, fresh_of(site))
    with _client(place) as client, _marks(root.absolute() / CACHE, site.parent) as marks:
        needs = Needs(marks, program_fingerprint(), _versions())
        _ask(client, place, needs)
        try:
            with _watched(client):
                # Two at least: a build by one process would start none.
                yield max(2, len(client.nthreads())), lambda processes: ClusterExecutor(client, needs, unfinished)
        except CancelledError as error:
            what = "the scheduler, or every worker, was lost; the last site is untouched"
            raise DigestError(Diagnostic(f"dask://{place}", what, "start them, and build again")) from error
        except KilledWorker as error:
            what = (
                f"{error.allowed_failures + 1} workers died at the same work, the last was {error.last_worker.address}"
            )
            do = "see its log; often it is memory: give each more of it"
            raise DigestError(Diagnostic(f"dask://{place}", what, do)) from error


class ClusterExecutor(Executor):
    """Calls are made by the cluster's workers. When it ends, what killed workers left unfinished is taken away."""

    def __init__(self, client: Client, needs: Needs, unfinished: tuple[Path, Path] | tuple[()]) -> None:
        self._client, self._needs, self._unfinished = client, needs, unfinished
        # Not pure: the same call is another one when files have changed.
        self._dask = client.get_executor(pure=False)

    def submit(self, function: Callable[P, A], /, *args: P.args, **kwargs: P.kwargs) -> Future[A]:
        """Have some worker call the function."""
        future: Future[A] = self._dask.submit(_work, self._needs, function, args, kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; wait for those under way, which could otherwise write into the next build's site."""
        self._dask.shutdown(wait=wait and not cancel_futures)
        if cancel_futures and self._client.status == "running":
            self._client.run(_rest, on_error="ignore")
        if self._unfinished:
            docs, site = self._unfinished
            remove_unfinished(docs, site)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown(cancel_futures=kind is not None)


def _work(needs: Needs, function: Callable[..., A], args: tuple[Any, ...], kwargs: dict[str, Any]) -> A:
    """What a worker does."""
    if problems := _missing(needs):
        address = get_worker().address
        raise DigestError([Diagnostic(f"worker {address}", what, do) for what, do in problems])
    return _THREAD.submit(function, *args, **kwargs).result()


def _rest() -> None:
    """Wait until nothing is under way."""
    _THREAD.submit(int).result()


def _missing(needs: Needs) -> list[tuple[str, str]]:
    """What is wrong here, and what to do about it."""
    problems = []
    for mark in map(Path, needs.marks):
        if not mark.exists():
            problems.append((f"it does not see {mark.parent} as it is here", "share the folder, at the same path"))
        elif not os.access(mark.parent, os.W_OK):
            problems.append((f"it may not write into {mark.parent}", "run it as the same user"))
    if program_fingerprint() != needs.program:
        problems.append(("its program is another version", "install the same broadsheet there, and start it again"))
    found = _versions()
    for name in sorted(name for name in needs.makers if found[name] != needs.makers[name]):
        what = f"it has {name} {found[name] or 'not at all'}, here is {needs.makers[name]}"
        problems.append((what, "install the same version there, and start it again"))
    return problems


@cache
def _versions() -> dict[str, str]:
    return {name: _version(name) for name in MAKERS}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _ask(client: Client, place: str, needs: Needs) -> None:
    """Ask every worker whether it has what it needs, and the scheduler, which unpacks calls too, for the program."""
    try:
        client.wait_for_workers(1, timeout=WORKERS)
    except TimeoutError as error:
        do = f"start some: dask worker {place} --nworkers -1 --nthreads 1"
        raise DigestError(Diagnostic(f"dask://{place}", "the scheduler has no workers", do)) from error
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
        problems += [Diagnostic(f"worker {worker}", what, do) for what, do in missing]
    if problems:
        raise DigestError(problems)


@contextmanager
def _client(place: str) -> Iterator[Client]:
    try:
        _greet(place)
        client = Client(f"tcp://{place}", timeout=CONNECT, set_as_default=False, name="digest")
    except OSError as error:
        what = f"no Dask scheduler answers ({error.strerror or error})"
        do = "start one (dask scheduler), or build without --executor"
        raise DigestError(Diagnostic(f"dask://{place}", what, do)) from error
    # They log tracebacks where Dask also raises, and what it raises is said here in words.
    for name in ("distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with client:
        yield client


def _greet(place: str) -> None:
    """Raises OSError where nobody speaks first, as Dask does: with another server its client would wait for ever."""
    parts = urlsplit(f"//{place}")
    with socket.create_connection((parts.hostname, parts.port), CONNECT) as connection:
        # A message starts with the number of bytes to come: some hundreds.
        if not 0 < int.from_bytes(connection.recv(8), "little") < 2**16:
            raise OSError("another server has this port")


@contextmanager
def _marks(*folders: Path) -> Iterator[tuple[str, ...]]:
    """A new file in each folder: who sees it sees the folder, not another one at the same path."""
    with ExitStack() as stack:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        files = [tempfile.NamedTemporaryFile(prefix=".digest-", dir=folder) for folder in folders]  # noqa: SIM115
        yield tuple(stack.enter_context(file).name for file in files)


@contextmanager
def _watched(client: Client) -> Iterator[None]:
    """Give up when there has been no worker for long: Dask would wait for ever, and so would the next build."""
    over = threading.Event()

    def watch() -> None:
        without = 0
        while not over.wait(1) and client.status == "running":
            without = 0 if client.nthreads() else without + 1
            if without >= GONE:
                client.cancel(list(client.futures), force=True)
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
