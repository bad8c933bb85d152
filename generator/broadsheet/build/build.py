"""``broadsheet build``: only what changed is made again; the site changes in one step, or not at all."""

import datetime as dt
import hashlib
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from broadsheet.build import state as states
from broadsheet.build.archives import ArchiveBuilder
from broadsheet.build.generate import BuildReport, all_keys, place_theme, report, write_docs
from broadsheet.build.output import begin, generated, hand_written_files, leads_out
from broadsheet.build.manifest import MANIFEST, Manifest, copy_manifest, is_unchanged, listed_files, read_manifest, write_manifest
from broadsheet.build.search_index import FOLDER, write_list
from broadsheet.build.site_folder import check_folder, keep_others, recognized
from broadsheet.build.state import BuiltKey, BuildState, ArchiveFile
from broadsheet.build.swap import atomic_swap, run_mkdocs, link_unchanged, keep_identical
from broadsheet.build.theme import build_rest, can_bypass_markdown
from broadsheet.build.workers import PROCESSORS, BuildJob, Progress, BuildWorkers
from broadsheet.index.index import Index
from broadsheet.index.open import CACHE, ExecutorFactory, open_index, with_sound_index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.pool import WorkerPool
from broadsheet.settings import config
from broadsheet.settings.config import SITE_FILE, Settings
from broadsheet.store.files import is_page, page_name_fault, printable, read_regular, refusals_explained, utf8_fault
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.program import program_fingerprint
from broadsheet.views.downloads import downloads
from broadsheet.views.page import page_url
from broadsheet.views.search_documents import shards

# A page's bytes depend on these too.
TOOLCHAIN = ("jinja2", "markdown", "markupsafe", "math-core", "mkdocs", "mkdocs-material", "nh3", "pagefind")


def build(
    root: Path,
    site: Path | None = None,
    *,
    full: bool = False,
    force: bool = False,
    processes: int | None = None,
    progress: Progress = lambda done, total: None,
    executors: ExecutorFactory = WorkerPool,
) -> BuildReport:
    """Build the digest in `root` into `site` (default: the ``site_dir`` of mkdocs.yml).

    `full` leaves earlier builds out of account; `force` takes a folder for the site that no build made; `executors`
    says who does the work. Raises DigestError with every problem; then the last site stands.
    """
    settings = config.load(root)
    root = root.absolute()
    target = real_site(root, settings, site)
    check_folder(target, root, root / settings.site.docs_dir, cached_file(root, target, "seal"), force=force)
    with refusals_explained(root), exclusive_lock(root, Lock.BUILD):

        def once() -> BuildReport:
            with closing(open_index(root, settings, executors)) as catalogue:
                run = _Build(root, target, settings, catalogue, full, force)
                return run.run(processes or PROCESSORS, executors, progress)

        return with_sound_index(root, once)


def real_site(root: Path, settings: Settings, site: Path | None) -> Path:
    """Return where the site really is: links lead to it, and are not what is exchanged."""
    return Path(os.path.realpath(site or root / settings.site.site_dir))


def cached_file(root: Path, site: Path, name: str) -> Path:
    """Return the place in the cache of what a build notes about one site, of those that may be built from `root`."""
    return root / CACHE / f"{name}-{hashlib.sha256(str(site).encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"


class _Build:
    """One run: what was there before, what is there now, and the way from the one to the other."""

    def __init__(
        self, root: Path, site: Path, settings: Settings, catalogue: Index, full: bool, force: bool
    ) -> None:
        self.root, self.site, self.settings, self.catalogue, self.force = root, site, settings, catalogue, force
        self.docs = root / settings.site.docs_dir
        self.state_file = cached_file(root, site, "state").with_suffix(".json")
        self.manifest_copy = cached_file(root, site, "seal")
        self.doubtful: set[str] = set()
        self.settled: set[str] = set()
        begin(self.docs)
        place_theme(self.docs)
        self.short = can_bypass_markdown(root)
        manifest = read_manifest(site)
        before = BuildState() if full or not self.short else states.load(self.state_file, site, manifest)
        self.base = _build_inputs(root, settings)
        self.before = before if before.base == self.base else BuildState()
        self.damaged = _damaged(self.docs, self.before, manifest)
        self.outside, self.by_hand = self._hand_written()
        by_hand = _contents(self.docs, self.by_hand)
        self.data = _digest(
            [*catalogue.day_versions().items(), catalogue.publications_version(), by_hand, self.outside]
        )

    def run(self, processes: int, executors: ExecutorFactory, progress: Progress) -> BuildReport:
        if self.before.made and self.before.data == self.data and not self.damaged:
            copy_manifest(self.site, self.manifest_copy)
            return self._report(self.before.made, 0, 0)
        with atomic_swap(self.site, self._keep_latecomers, spare=True) as staging:
            job = BuildJob(self.root, staging, self.base + self.data, processes, executors, themed=self.short)
            with BuildWorkers(job, self.catalogue, self.settings) as workers:
                state, rendered, written = self._fill(staging, workers, progress)
            if self.before.made:
                keep_identical(self.site, staging)
            write_manifest(staging, state.manifest, self._keep_others(staging))
        copy_manifest(self.site, self.manifest_copy)
        if self.short:
            states.save(state, self.state_file)
        return self._report(state.made, rendered, written)

    def _report(self, made: tuple[BuiltKey, ...], rendered: int, written: int) -> BuildReport:
        done = report(self.catalogue, made, rendered, written, self.site)
        outside, doubtful = (tuple(map(printable, names)) for names in (self.outside, sorted(self.doubtful)))
        return msgspec.structs.replace(done, outside=outside, doubtful=doubtful)

    def _keep_others(self, staging: Path) -> set[str]:
        listed = listed_files(self.site, self.manifest_copy)
        ours = recognized(self.site, staging) if listed is None else listed
        others = keep_others(self.site, staging, ours, force=self.force)
        self.doubtful = others if listed is None else set()
        self.settled = {*ours, *others}
        return others

    def _keep_latecomers(self, last: Path) -> None:
        """Take along from the last site what came after `_keep_others` and before the new one took its place."""
        keep_others(last, self.site, self.settled, force=self.force)

    def _hand_written(self) -> tuple[list[str], list[str]]:
        """Return the files in docs/ that lead out of it, which are not published, and all others made by hand."""
        names = hand_written_files(self.docs)
        outside = [name for name in names if leads_out(self.docs, name)]
        if outside and not self.short:
            what, do = "a link that leads out of docs/", "put the file itself there"
            raise DigestError([Diagnostic(f"{self.docs.name}/{printable(name)}", what, do) for name in outside])
        return outside, [name for name in names if name not in outside]

    def _fill(self, staging: Path, workers: BuildWorkers, progress: Progress) -> tuple[BuildState, int, int]:
        """Make the new site. Returns what it is made of, how many keys were rendered, how many files docs/ got."""
        beside = SideOutputs(self, workers, staging)
        if self.short:  # else MkDocs would empty the folder later
            beside.index()
        current = {(one.kind, one.key): one for one in self._unchanged()}
        keys = all_keys(self.catalogue, self.settings)
        pages = _files(current[key] for key in keys if key in current)
        link_unchanged(self.site, staging, [*pages, *beside.downloads], apart=(FOLDER, MANIFEST))
        if self.short:
            beside.pack()
        outcome = workers.render([key for key in keys if key not in current], progress)
        current |= {(one.kind, one.key): one for one in outcome.made}
        made = tuple(current[key] for key in keys)
        written = outcome.written + write_docs(self.docs, made, built=True)
        self._site(staging, made)
        if not self.short:
            beside.index()
            beside.pack()
        indexed, packed = beside.finish()
        return BuildState(self.base, self.data, made, indexed, packed), len(outcome.made), written

    def _unchanged(self) -> list[BuiltKey]:
        """What the last build made of answers that are the same today."""
        known: dict[tuple[str, tuple[Any, ...]], str] = {}
        taken = {page_url(path) for path in self.by_hand if path.endswith(".md")}

        def now(query: str, arguments: tuple[Any, ...]) -> str:
            if (query, arguments) not in known:
                known[query, arguments] = self.catalogue.version(query, arguments)
            return known[query, arguments]

        return [
            one
            for one in self.before.made
            if not one.kept
            and all(now(answer.query, answer.arguments) == answer.version for answer in one.answers)
            and taken.isdisjoint(one.pages)
            and self.damaged.isdisjoint(one.sources())
        ]

    def _site(self, staging: Path, made: tuple[BuiltKey, ...]) -> None:
        """What is MkDocs' of the site; without the short way that is every page."""
        if not self.short:
            run_mkdocs(self.root, staging, source_date_epoch(self.catalogue), [path for one in made for path in one.built])
        else:
            known = {f"{address}index.md": updated for one in made for address, updated in one.pages.items()}
            build_rest(self.root, staging, known, source_date_epoch(self.catalogue))


class SideOutputs:
    """What is made beside new pages: the search index and the downloads, as far as the last site does not have them."""

    def __init__(self, build: _Build, workers: BuildWorkers, staging: Path) -> None:
        self._build, self._workers, self._fresh = build, workers, staging
        self._shards = shards(build.catalogue, build.settings) if build.settings.search else []
        self._packing = ArchiveBuilder(downloads(build.catalogue, build.settings), build.before.downloads)
        self.downloads = list(self._packing.same)

    def index(self) -> None:
        """Have the shards made that are not as they were."""
        stale = [shard for shard in self._shards if self._build.before.shards.get(shard.name) != shard.version]
        same = {shard.name for shard in self._shards if shard not in stale}
        link_unchanged(self._build.site / FOLDER, self._fresh / FOLDER, same)
        self._indexing = self._workers.index(stale)

    def pack(self) -> None:
        """Have the downloads written."""
        self._packing.begin(self._workers, self._build.site, self._fresh)

    def finish(self) -> tuple[dict[str, str], dict[str, ArchiveFile]]:
        """Wait for all of it. Returns the shards' versions, and the downloads."""
        for shard in self._indexing:
            self._workers.result(shard)
        if self._shards:
            write_list([shard.name for shard in self._shards], self._fresh)
        packed = self._packing.finish(self._workers, self._build.settings)
        return {shard.name: shard.version for shard in self._shards}, packed


def _damaged(docs: Path, before: BuildState, manifest: Manifest | None) -> set[str]:
    """Return the generated files in docs/ that are gone, or were written to since the site was sealed."""
    if manifest is None or not before.made:
        return set()
    names = {path for one in before.made for path in one.sources()} | generated(docs)
    return {name for name in names if not is_unchanged(f"{docs}/{name}", manifest.time_ns)}


def _files(made: Iterable[BuiltKey]) -> Iterator[str]:
    """The files that pages are in the site, with what stands beside them."""
    for one in made:
        yield from (f"{page}index.html" for page in one.pages)
        yield from one.built


def _build_inputs(root: Path, settings: Settings) -> str:
    """Changes when something does that every page may depend on: program, settings, theme."""
    makers = [*((name, version(name)) for name in TOOLCHAIN), sqlite3.sqlite_version, zlib.ZLIB_RUNTIME_VERSION]
    return _digest([program_fingerprint(), settings.fingerprint, read_regular(root / SITE_FILE), *makers])


def _contents(docs: Path, names: Iterable[str]) -> str:
    """Changes when a file of that name in docs/ does, comes or goes. Raises DigestError for pages that are no text."""
    digest = hashlib.sha256()
    problems = []
    for name in names:
        data = read_regular(docs / name)
        digest.update(f"{name}\0".encode("utf-8", "surrogateescape") + hashlib.sha256(data).digest())
        if fault := page_name_fault(name) or (utf8_fault(data) if is_page(name) else None):
            problems.append(Diagnostic(f"{docs.name}/{printable(name)}", *fault))
    if problems:
        raise DigestError(problems)
    return digest.hexdigest()


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()


def source_date_epoch(catalogue: Index) -> int:
    """Noon UTC of the newest day: the one time a build knows."""
    date = max(catalogue.day_versions(), default="")
    if not date:
        return 0
    return int(dt.datetime.combine(dt.date.fromisoformat(date), dt.time(12), dt.UTC).timestamp())
