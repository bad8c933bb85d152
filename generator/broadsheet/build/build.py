"""``broadsheet build``: render the pages whose dependencies changed, and swap the site in one step."""

import datetime as dt
import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import msgspec

from broadsheet.build.archives import ArchiveBuilder
from broadsheet.build.generate import BuildReport, all_keys, place_theme, report, shadowed_paths, write_docs
from broadsheet.build.manifest import (
    MANIFEST,
    Manifest,
    copy_manifest,
    is_unchanged,
    listed_files,
    read_manifest,
    write_manifest,
)
from broadsheet.build.mkdocs_settings import environment, read_settings
from broadsheet.build.output import (
    begin_list,
    docs_files,
    generated_files,
    list_signature,
    outside_test,
)
from broadsheet.build.published_downloads import published_downloads
from broadsheet.build.published_ids import published_ids
from broadsheet.build.sample_notice import published_samples, with_sample_notice
from broadsheet.build.search_index import FOLDER, write_list
from broadsheet.build.site_folder import cached_file, check_folder, keep_others, real_site, recognized
from broadsheet.build.sitemap import split_sitemap
from broadsheet.build.state import ArchiveFile, BuildState, BuiltKey, encode_results, load_state, save_state
from broadsheet.build.swap import atomic_swap, link_unchanged, run_mkdocs, sizes_of
from broadsheet.build.theme import build_rest, can_bypass_markdown, compact_frames
from broadsheet.build.workers import PROCESSORS, BuildJob, BuildWorkers, Progress
from broadsheet.index.index import Index
from broadsheet.index.open import ExecutorFactory, open_index, with_sound_index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.pool import WorkerPool
from broadsheet.settings.config import SITE_FILE, Settings, address_problems
from broadsheet.settings.document import Document
from broadsheet.store.files import is_page, page_name_fault, printable, read_regular, refusals_explained, utf8_fault
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.program import program_fingerprint
from broadsheet.store.samples import shown_store
from broadsheet.translations import use
from broadsheet.views.downloads import downloads
from broadsheet.views.page import page_url
from broadsheet.views.permalink import author_address
from broadsheet.views.search_documents import shard_folder, shards

# The packages that the bytes of a page depend on.
TOOLCHAIN = (
    "deflate",
    "jinja2",
    "markdown",
    "markupsafe",
    "math-core",
    "mkdocs",
    "mkdocs-material",
    "nh3",
    "numpy",
    "pillow",
)


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

    `full` ignores earlier builds. `force` accepts a folder for the site that no build made. `executors` creates the
    executor for the given number of processes. Raises DigestError with every problem; then the last site stays, and
    docs/ too if the settings have an error.
    """
    settings, problems = read_settings(root)
    if errors := [problem for problem in address_problems(root, settings.site) if not problem.is_note]:
        raise DigestError(errors)
    problems += published_samples(root, settings)
    for published in (published_ids, published_downloads):
        problems += published(root, site or root / settings.site.site_dir, settings)
    settings = with_sample_notice(root, settings)
    use(settings.site.language)
    root = root.absolute()
    target = real_site(root, settings, site)
    check_folder(target, root, root / settings.site.docs_dir, cached_file(root, target, "manifest"), force=force)
    with refusals_explained(root), exclusive_lock(root, Lock.BUILD):

        def build_site() -> BuildReport:
            with closing(open_index(root, settings, executors, shown_store(root))) as index:
                run = _Build(root, target, settings, index, full, force)
                result = run.run(processes or PROCESSORS, executors, progress)
                return msgspec.structs.replace(result, warnings=tuple(problems))

        return with_sound_index(root, build_site)


class _Build:
    """One build: the previous state, the current inputs, and the steps from one site to the next."""

    def __init__(self, root: Path, site: Path, settings: Settings, index: Index, full: bool, force: bool) -> None:
        self.root, self.site, self.settings, self.index, self.force = root, site, settings, index, force
        self.docs, self.site_url = root / settings.site.docs_dir, settings.site.site_url
        self.state_file = cached_file(root, site, "state").with_suffix(".json")
        self.manifest_copy = cached_file(root, site, "manifest")
        self.doubtful: set[str] = set()
        self.handled: set[str] = set()
        begin_list(self.docs)
        place_theme(self.docs, settings)
        self.bypass = can_bypass_markdown(root)
        manifest = read_manifest(site)
        previous = BuildState() if full or not self.bypass else load_state(self.state_file, site, manifest)
        self.inputs = build_inputs(root, settings)
        self.previous = previous if previous.inputs == self.inputs else BuildState()
        # A shard's version says what it depends on.
        self.reusable_shards = {shard_folder(*shard) for shard in previous.shards.items()}
        self.docs_files = docs_files(self.docs)
        self.damaged = self._damaged(manifest)
        self.outside, self.hand_written = self._hand_written_files()
        contents = _hash_files(self.docs, self.hand_written)
        self.data = _hash([*index.day_versions().items(), index.publications_version(), contents, self.outside])

    def run(self, processes: int, executors: ExecutorFactory, progress: Progress) -> BuildReport:
        if self.previous.inputs and self.previous.data == self.data and not self.damaged:
            copy_manifest(self.site, self.manifest_copy)
            return self._report(self.previous.shadowed, 0, 0)
        with atomic_swap(self.site, self._keep_late_files, keep_previous=True) as staging:
            job = BuildJob(
                self.root,
                self.site_url,
                staging,
                self.inputs + self.data,
                processes,
                executors,
                themed=self.bypass,
                environment=tuple(environment(self.root)),
            )
            with BuildWorkers(job, self.index, self.settings) as workers:
                state, rendered, written = self._fill(staging, workers, progress)
            sizes = sizes_of(staging, self.site if self.previous.inputs else None)
            self._keep_others(staging)
            write_manifest(staging, state.fingerprint, sizes)
        copy_manifest(self.site, self.manifest_copy)
        if self.bypass:
            save_state(state, self.state_file)
        return self._report(state.shadowed, rendered, written)

    def _report(self, shadowed: tuple[str, ...], rendered: int, written: int) -> BuildReport:
        result = report(self.index, shadowed, rendered, written, self.site, self.settings.site.docs_dir)
        outside, doubtful = (tuple(map(printable, names)) for names in (self.outside, sorted(self.doubtful)))
        return msgspec.structs.replace(result, outside=outside, doubtful=doubtful)

    def _keep_others(self, staging: Path) -> None:
        recorded = listed_files(self.site, self.manifest_copy)
        ours = recognized(self.site, staging) if recorded is None else recorded
        others = keep_others(self.site, staging, ours, force=self.force)
        self.doubtful = others if recorded is None else set()
        self.handled = {*ours, *others}

    def _keep_late_files(self, last: Path) -> None:
        """Keep files that were added to the last site between `_keep_others` and the swap."""
        keep_others(last, self.site, self.handled, force=self.force)

    def _hand_written_files(self) -> tuple[list[str], list[str]]:
        """Return the hand-written files in docs/: those that lead out of it and are not published, and all others."""
        names = self.docs_files.hand_written
        outside = list(filter(outside_test(self.docs), names))
        if outside and not self.bypass:
            what, hint = f"a link that leads out of {self.docs.name}/", "put the file itself there"
            raise DigestError([Diagnostic(f"{self.docs.name}/{printable(name)}", what, hint) for name in outside])
        return outside, [name for name in names if name not in outside]

    def _damaged(self, manifest: Manifest | None) -> set[str]:
        """Return the generated files in docs/ that were removed or changed after the site was finished."""
        if manifest is None or not self.previous.inputs:
            return set()
        names = generated_files(self.docs)
        if list_signature(self.docs) != self.previous.generated:  # another command wrote the list
            names |= {path for built_key in self.previous.built_keys for path in built_key.docs_paths()}
        times = self.docs_files.generated
        hidden = {name for name in names - times.keys() if not is_unchanged(f"{self.docs}/{name}", manifest.time_ns)}
        return hidden.union(name for name in names & times.keys() if times[name] > manifest.time_ns)

    def _fill(self, staging: Path, workers: BuildWorkers, progress: Progress) -> tuple[BuildState, int, int]:
        """Build the new site. Return its state, the number of rendered keys and that of changed files in docs/."""
        side_outputs = SideOutputs(self, workers, staging)
        if self.bypass:  # else MkDocs would empty the folder later
            side_outputs.index()
        current = {(built_key.page_type, built_key.key): built_key for built_key in self._unchanged()}
        keys = all_keys(self.index, self.settings)
        unchanged = [current[key] for key in keys if key in current]
        linked = [path for built_key in unchanged for path in built_key.sources] if self.bypass else []
        pages = _site_paths(unchanged)
        link_unchanged(
            self.site, staging, [*pages, *linked, *side_outputs.unchanged_archives], apart=(FOLDER, MANIFEST)
        )
        if self.bypass:
            side_outputs.archive()
        result = workers.render([key for key in keys if key not in current], progress)
        current |= {(built_key.page_type, built_key.key): built_key for built_key in result.built_keys}
        built_keys = tuple(current[key] for key in keys)
        written = result.written + write_docs(
            self.root, self.docs, built_keys, self.settings, built=True, orphans=self.docs_files.orphans
        )
        self._run_mkdocs(staging, built_keys, linked)
        if not self.bypass:
            side_outputs.index()
            side_outputs.archive()
        shard_versions, archives = side_outputs.finish()
        state = BuildState(
            self.inputs,
            self.data,
            list_signature(self.docs),
            shadowed_paths(built_keys),
            shard_versions,
            archives,
            encode_results(built_keys),
        )
        return state, len(result.built_keys), written

    def _unchanged(self) -> list[BuiltKey]:
        """Return the previous build's results whose dependencies and files have not changed."""
        version = self.index.version
        dependencies = self.previous.dependencies  # each once: thousands of pages of authors depend on the same days
        changed = {query for query in dependencies if version(query.query, query.arguments) != query.version}
        reserved = {page_url(path) for path in self.hand_written if path.endswith(".md")}
        return [
            built_key
            for built_key in self.previous.built_keys
            if not built_key.shadowed
            and changed.isdisjoint(built_key.dependencies)
            and reserved.isdisjoint(built_key.pages)
            and self.damaged.isdisjoint(built_key.docs_paths())
        ]

    def _run_mkdocs(self, staging: Path, built_keys: tuple[BuiltKey, ...], linked: list[str]) -> None:
        """Let MkDocs build its part of the site, which is every page if Markdown cannot be bypassed.

        Files that are `linked` are in the site already.
        """
        epoch = source_date_epoch(self.index)
        if self.bypass:
            pages = (page for built_key in built_keys for page in built_key.pages.items())
            prerendered = {f"{address}index.md": updated for address, updated in pages}
            build_rest(self.root, staging, prerendered, epoch, self.site_url, linked)
        else:
            site_only = [path for built_key in built_keys for path in built_key.site_only]
            run_mkdocs(self.root, self.docs, staging, epoch, site_only, self.site_url)
            compact_frames(staging, (built_key.pages for built_key in built_keys))
        split_sitemap(staging, self.site_url)


class SideOutputs:
    """The search index and the downloads, written in parallel with the pages; unchanged ones are linked."""

    def __init__(self, build: _Build, workers: BuildWorkers, staging: Path) -> None:
        self._build, self._workers, self._staging = build, workers, staging
        program = build_program()
        self._shards = shards(build.index, build.settings, program) if build.settings.search else []
        self._archives = ArchiveBuilder(downloads(build.index, build.settings), build.previous.downloads)
        self.unchanged_archives = list(self._archives.unchanged)

    def index(self) -> None:
        """Start to write the shards that changed."""
        reusable = self._build.reusable_shards
        stale = [shard for shard in self._shards if shard.folder not in reusable]
        unchanged = {shard.folder for shard in self._shards if shard not in stale}
        link_unchanged(self._build.site / FOLDER, self._staging / FOLDER, unchanged)
        self._indexing = self._workers.index(stale, self._build.site, reusable)

    def archive(self) -> None:
        """Start to write the downloads that changed."""
        self._archives.start(self._workers, self._build.site, self._staging)

    def finish(self) -> tuple[dict[str, str], dict[str, ArchiveFile]]:
        """Wait for all files. Return the versions of the shards, and the downloads by path."""
        for shard in self._indexing:
            self._workers.result(shard)
        if self._shards:
            folders = [shard.folder for shard in self._shards]
            people = {author_address(slug): name for slug, name in self._build.index.author_names().items()}
            cache = cached_file(self._build.root, self._build.site, "words")
            if not self._build.reusable_shards:
                cache.unlink(missing_ok=True)
            write_list(folders, people, self._staging, cache)
        archives = self._archives.finish(self._workers, self._build.settings)
        return {shard.name: shard.version for shard in self._shards}, archives


def _site_paths(built_keys: Iterable[BuiltKey]) -> Iterator[str]:
    """Yield the paths in the site of pages and of their alternates."""
    for built_key in built_keys:
        yield from (f"{address}index.html" for address in built_key.pages)
        yield from built_key.site_only


def build_inputs(root: Path, settings: Settings) -> str:
    """Return the hash of what every page may depend on: program, packages, settings and theme."""
    site_file = [Document(root / SITE_FILE).meaning, *environment(root)]
    return _hash([build_program(), settings.fingerprint, *site_file])


def build_program() -> str:
    """Return the hash of the program and the packages that the site depends on."""
    versions = [*((name, version(name)) for name in TOOLCHAIN), sqlite3.sqlite_version, zlib.ZLIB_RUNTIME_VERSION]
    return _hash([program_fingerprint(), *versions])


def _hash_files(docs: Path, names: Iterable[str]) -> str:
    """Return the hash of names and contents of files in docs/. Raises DigestError for pages that are not UTF-8."""
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


def _hash(parts: Iterable[object]) -> str:
    return hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()


def source_date_epoch(index: Index) -> int:
    """Return noon UTC of the newest day, so that a build does not depend on the clock."""
    date = max(index.day_versions(), default="")
    if not date:
        return 0
    return int(dt.datetime.combine(dt.date.fromisoformat(date), dt.time(12), dt.UTC).timestamp())
