"""``digest build``: only what changed is made again; the site changes in one step, or not at all."""

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

from generator.catalogue.index import Catalogue
from generator.edges import state as states
from generator.edges.lock import Lock, exclusive_lock
from generator.edges.output import begin, generated, hand_written, leads_out
from generator.edges.processes import WorkerPool
from generator.edges.seal import SEAL, Seal, copy_seal, is_unchanged, listed_files, read_seal, write_seal
from generator.edges.search import FOLDER, write_list
from generator.edges.site import replacing, run_mkdocs, take_over, take_over_unchanged
from generator.edges.site_folder import check_folder, keep_others, recognized
from generator.edges.state import Made, State, Written
from generator.edges.theme import build_rest, knows_short_way
from generator.ground import config
from generator.ground.config import SETTINGS_FILE, SITE_FILE, Settings
from generator.ground.errors import DigestError, Problem
from generator.ground.files import is_page, page_name_fault, printable, read_regular, refusals_explained, utf8_fault
from generator.ground.program import program_fingerprint
from generator.pipeline.downloading import Packing
from generator.pipeline.generating import Generated, all_keys, place_theme, report, write_docs
from generator.pipeline.opening import CACHE, Executors, open_catalogue, with_sound_index
from generator.pipeline.rendering import PROCESSORS, Job, Progress, Workers
from generator.views.downloads import volumes
from generator.views.page import page_url
from generator.views.search import shards

# A page's bytes depend on these too.
MAKERS = ("jinja2", "markdown", "markupsafe", "math-core", "mkdocs", "mkdocs-material", "nh3", "pagefind")


def build(
    root: Path,
    site: Path | None = None,
    *,
    full: bool = False,
    force: bool = False,
    processes: int | None = None,
    progress: Progress = lambda done, total: None,
    executors: Executors = WorkerPool,
) -> Generated:
    """Build the digest in `root` into `site` (default: the ``site_dir`` of mkdocs.yml).

    `full` leaves earlier builds out of account; `force` takes a folder for the site that no build made; `executors`
    says who does the work. Raises DigestError with every problem; then the last site stands.
    """
    settings = config.load(root)
    root = root.absolute()
    target = real_site(root, settings, site)
    check_folder(target, root, root / settings.site.docs_dir, cached_file(root, target, "seal"), force=force)
    with refusals_explained(root), exclusive_lock(root, Lock.BUILD):

        def once() -> Generated:
            with closing(open_catalogue(root, settings, executors)) as catalogue:
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
        self, root: Path, site: Path, settings: Settings, catalogue: Catalogue, full: bool, force: bool
    ) -> None:
        self.root, self.site, self.settings, self.catalogue, self.force = root, site, settings, catalogue, force
        self.docs = root / settings.site.docs_dir
        self.state_file = cached_file(root, site, "state").with_suffix(".json")
        self.seal_copy = cached_file(root, site, "seal")
        self.doubtful: set[str] = set()
        self.settled: set[str] = set()
        begin(self.docs)
        place_theme(self.docs)
        self.short = knows_short_way(root)
        seal = read_seal(site)
        before = State() if full or not self.short else states.load(self.state_file, site, seal)
        self.base = _base(root, settings)
        self.before = before if before.base == self.base else State()
        self.damaged = _damaged(self.docs, self.before, seal)
        self.outside, self.by_hand = self._hand_written()
        by_hand = _contents(self.docs, self.by_hand)
        self.data = _digest(
            [*catalogue.day_versions().items(), catalogue.publications_version(), by_hand, self.outside]
        )

    def run(self, processes: int, executors: Executors, progress: Progress) -> Generated:
        if self.before.made and self.before.data == self.data and not self.damaged:
            copy_seal(self.site, self.seal_copy)
            return self._report(self.before.made, 0, 0)
        with replacing(self.site, self._keep_latecomers, spare=True) as fresh:
            job = Job(self.root, fresh, self.base + self.data, processes, executors, themed=self.short)
            with Workers(job, self.catalogue, self.settings) as workers:
                state, rendered, written = self._fill(fresh, workers, progress)
            if self.before.made:
                take_over_unchanged(self.site, fresh)
            write_seal(fresh, state.seal, self._keep_others(fresh))
        copy_seal(self.site, self.seal_copy)
        if self.short:
            states.save(state, self.state_file)
        return self._report(state.made, rendered, written)

    def _report(self, made: tuple[Made, ...], rendered: int, written: int) -> Generated:
        done = report(self.catalogue, made, rendered, written, self.site)
        outside, doubtful = (tuple(map(printable, names)) for names in (self.outside, sorted(self.doubtful)))
        return msgspec.structs.replace(done, outside=outside, doubtful=doubtful)

    def _keep_others(self, fresh: Path) -> set[str]:
        listed = listed_files(self.site, self.seal_copy)
        ours = recognized(self.site, fresh) if listed is None else listed
        others = keep_others(self.site, fresh, ours, force=self.force)
        self.doubtful = others if listed is None else set()
        self.settled = {*ours, *others}
        return others

    def _keep_latecomers(self, last: Path) -> None:
        """Take along from the last site what came after `_keep_others` and before the new one took its place."""
        keep_others(last, self.site, self.settled, force=self.force)

    def _hand_written(self) -> tuple[list[str], list[str]]:
        """Return the files in docs/ that lead out of it, which are not published, and all others made by hand."""
        names = hand_written(self.docs)
        outside = [name for name in names if leads_out(self.docs, name)]
        if outside and not self.short:
            what, do = "a link that leads out of docs/", "put the file itself there"
            raise DigestError([Problem(f"{self.docs.name}/{printable(name)}", what, do) for name in outside])
        return outside, [name for name in names if name not in outside]

    def _fill(self, fresh: Path, workers: Workers, progress: Progress) -> tuple[State, int, int]:
        """Make the new site. Returns what it is made of, how many keys were rendered, how many files docs/ got."""
        beside = _Beside(self, workers, fresh)
        if self.short:  # else MkDocs would empty the folder later
            beside.index()
        current = {(one.kind, one.key): one for one in self._unchanged()}
        keys = all_keys(self.catalogue, self.settings)
        pages = _files(current[key] for key in keys if key in current)
        take_over(self.site, fresh, [*pages, *beside.downloads], apart=(FOLDER, SEAL))
        if self.short:
            beside.pack()
        outcome = workers.render([key for key in keys if key not in current], progress)
        current |= {(one.kind, one.key): one for one in outcome.made}
        made = tuple(current[key] for key in keys)
        written = outcome.written + write_docs(self.docs, made, built=True)
        self._site(fresh, made)
        if not self.short:
            beside.index()
            beside.pack()
        indexed, packed = beside.finish()
        return State(self.base, self.data, made, indexed, packed), len(outcome.made), written

    def _unchanged(self) -> list[Made]:
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

    def _site(self, fresh: Path, made: tuple[Made, ...]) -> None:
        """What is MkDocs' of the site; without the short way that is every page."""
        if not self.short:
            run_mkdocs(self.root, fresh, _epoch(self.catalogue), [path for one in made for path in one.built])
        else:
            known = {f"{address}index.md": updated for one in made for address, updated in one.pages.items()}
            build_rest(self.root, fresh, known, _epoch(self.catalogue))


class _Beside:
    """What is made beside new pages: the search index and the downloads, as far as the last site does not have them."""

    def __init__(self, build: _Build, workers: Workers, fresh: Path) -> None:
        self._build, self._workers, self._fresh = build, workers, fresh
        self._shards = shards(build.catalogue, build.settings) if build.settings.search else []
        self._packing = Packing(volumes(build.catalogue, build.settings), build.before.downloads)
        self.downloads = list(self._packing.same)

    def index(self) -> None:
        """Have the shards made that are not as they were."""
        stale = [shard for shard in self._shards if self._build.before.shards.get(shard.name) != shard.version]
        same = {shard.name for shard in self._shards if shard not in stale}
        take_over(self._build.site / FOLDER, self._fresh / FOLDER, same)
        self._indexing = self._workers.index(stale)

    def pack(self) -> None:
        """Have the downloads written."""
        self._packing.begin(self._workers, self._build.site, self._fresh)

    def finish(self) -> tuple[dict[str, str], dict[str, Written]]:
        """Wait for all of it. Returns the shards' versions, and the downloads."""
        for shard in self._indexing:
            self._workers.result(shard)
        if self._shards:
            write_list([shard.name for shard in self._shards], self._fresh)
        packed = self._packing.finish(self._workers, self._build.settings)
        return {shard.name: shard.version for shard in self._shards}, packed


def _damaged(docs: Path, before: State, seal: Seal | None) -> set[str]:
    """Return the generated files in docs/ that are gone, or were written to since the site was sealed."""
    if seal is None or not before.made:
        return set()
    names = {path for one in before.made for path in one.sources()} | generated(docs)
    return {name for name in names if not is_unchanged(f"{docs}/{name}", seal.time_ns)}


def _files(made: Iterable[Made]) -> Iterator[str]:
    """The files that pages are in the site, with what stands beside them."""
    for one in made:
        yield from (f"{page}index.html" for page in one.pages)
        yield from one.built


def _base(root: Path, settings: Settings) -> str:
    """Changes when something does that every page may depend on: program, settings, theme."""
    files = [read_regular(root / name).hex() for name in (SETTINGS_FILE, SITE_FILE)]
    makers = [*((name, version(name)) for name in MAKERS), sqlite3.sqlite_version, zlib.ZLIB_RUNTIME_VERSION]
    return _digest([program_fingerprint(), settings.fingerprint, *files, *makers])


def _contents(docs: Path, names: Iterable[str]) -> str:
    """Changes when a file of that name in docs/ does, comes or goes. Raises DigestError for pages that are no text."""
    digest = hashlib.sha256()
    problems = []
    for name in names:
        data = read_regular(docs / name)
        digest.update(f"{name}\0".encode("utf-8", "surrogateescape") + hashlib.sha256(data).digest())
        if fault := page_name_fault(name) or (utf8_fault(data) if is_page(name) else None):
            problems.append(Problem(f"{docs.name}/{printable(name)}", *fault))
    if problems:
        raise DigestError(problems)
    return digest.hexdigest()


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()


def _epoch(catalogue: Catalogue) -> int:
    """Noon UTC of the newest day: the one time a build knows."""
    date = max(catalogue.day_versions(), default="")
    if not date:
        return 0
    return int(dt.datetime.combine(dt.date.fromisoformat(date), dt.time(12), dt.UTC).timestamp())
