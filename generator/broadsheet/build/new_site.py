"""A new site in the place of the last one: the pages whose dependencies changed, and links to all other files."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from broadsheet.build.archives import ArchiveBuilder
from broadsheet.build.generate import all_keys
from broadsheet.build.last_build import LastBuild, build_program
from broadsheet.build.manifest import MANIFEST, copy_manifest, listed_files, read_manifest, write_manifest
from broadsheet.build.mkdocs_settings import environment
from broadsheet.build.output import generated_files, list_signature
from broadsheet.build.report import Progress, shadowed_paths
from broadsheet.build.search_index import FOLDER, write_list
from broadsheet.build.site_folder import NO_MIRROR, SiteMirror, cached_file, keep_others, recognized
from broadsheet.build.sitemap import split_sitemap
from broadsheet.build.state import ArchiveFile, BuildState, BuiltKey, encode_results, save_state
from broadsheet.build.static_files import write_docs
from broadsheet.build.swap import atomic_swap, link_unchanged, mirror, remove_changed, run_mkdocs, sizes_of
from broadsheet.build.theme import build_rest, compact_frames
from broadsheet.build.workers import PROCESSORS, BuildJob, BuildWorkers
from broadsheet.index.index import Index
from broadsheet.index.open import ExecutorFactory
from broadsheet.views.downloads import downloads
from broadsheet.views.page import page_url
from broadsheet.views.permalink import author_address
from broadsheet.views.search_documents import shard_folder, shards

APART = (FOLDER, MANIFEST)  # in a site: the search index is linked by itself


class NewSite:
    """A new site: `make` it. Then `rendered` is the number of keys that were rendered, `written` that of files in docs/
    that changed, and `doubtful` has the files that may be left from an earlier build."""

    def __init__(self, last: LastBuild, *, force: bool) -> None:
        self.last, self.force = last, force
        self.site_url = last.settings.site.site_url
        self.rendered = self.written = 0
        self.shadowed: tuple[str, ...] = ()
        self.doubtful: set[str] = set()
        self._handled: set[str] = set()
        self._linked: dict[str, int] = {}  # the sizes of files that the last site has too
        self._mirrored: SiteMirror | None = None  # unless all is new
        # A shard's version says what it depends on.
        self.reusable_shards = {shard_folder(*shard) for shard in last.shards.items()}

    def make(self, processes: int | None, executors: ExecutorFactory, progress: Progress) -> None:
        """Build the site, swap it with the last one, and save the state."""
        last = self.last
        with atomic_swap(last.site, self._keep_late_files, keep_previous=True) as staging:
            job = BuildJob(
                last.root,
                self.site_url,
                staging,
                last.inputs + last.data,
                processes or PROCESSORS,
                executors,
                themed=last.bypass,
                environment=tuple(environment(last.root)),
            )
            with BuildWorkers(job, last.index, last.settings) as workers:
                state = self._fill(staging, workers, progress)
            old_site = last.site if last.state.inputs else None
            sizes = sizes_of(staging, old_site, self._linked, self._mirrored or NO_MIRROR)
            self._keep_others(staging)
            write_manifest(staging, state.fingerprint, sizes)
        copy_manifest(last.site, last.manifest_copy)
        if last.bypass:
            save_state(state, last.state_file)

    def _keep_others(self, staging: Path) -> None:
        recorded = listed_files(self.last.site, self.last.manifest_copy)
        ours = recognized(self.last.site, staging) if recorded is None else recorded
        others = keep_others(self.last.site, staging, ours, force=self.force, mirrored=self._mirrored)
        self.doubtful = others if recorded is None else set()
        self._handled = {*ours, *others}

    def _keep_late_files(self, previous: Path) -> None:
        """Keep files that were added to the last site between `_keep_others` and the swap."""
        keep_others(previous, self.last.site, self._handled, force=self.force, mirrored=self._mirrored)

    def _fill(self, staging: Path, workers: BuildWorkers, progress: Progress) -> BuildState:
        """Fill the staging folder; return the state of the new site."""
        mirroring = self._mirror(workers, staging)
        side_outputs = SideOutputs(self, workers, staging)
        if self.last.bypass:  # else MkDocs would empty the folder later
            side_outputs.index()
        keys = all_keys(self.last.index, self.last.settings)  # first: it reads all authors, and each has a version
        current = {(built_key.page_type, built_key.key): built_key for built_key in self._unchanged()}
        unchanged = [current[key] for key in keys if key in current]
        linked = [path for built_key in unchanged for path in built_key.sources] if self.last.bypass else []
        paths = frozenset([*_site_paths(unchanged), *linked, *side_outputs.unchanged_archives])
        self._link(staging, paths, workers, mirroring)
        if self.last.bypass:
            side_outputs.archive()
        result = workers.render([key for key in keys if key not in current], progress)
        current |= {(built_key.page_type, built_key.key): built_key for built_key in result.built_keys}
        built_keys = tuple(current[key] for key in keys)
        self.rendered = len(result.built_keys)
        self.written = result.written + self._write_docs(built_keys)
        self._run_mkdocs(staging, built_keys, linked)
        if not self.last.bypass:
            side_outputs.index()
            side_outputs.archive()
        shard_versions, archives = side_outputs.finish()
        self.shadowed = shadowed_paths(built_keys)
        return BuildState(
            self.last.inputs,
            self.last.data,
            list_signature(self.last.docs),
            self.shadowed,
            shard_versions,
            archives,
            encode_results(built_keys),
        )

    def _mirror(self, workers: BuildWorkers, staging: Path) -> Future[SiteMirror] | None:
        """Start to link all of a sound site: while a worker does, this process finds out which files changed."""
        if not self.last.state.inputs:
            return None
        record = cached_file(self.last.root, self.last.site, "folders")
        return workers.submit(mirror, self.last.site, staging, APART, record)

    def _link(
        self, staging: Path, paths: Collection[str], workers: BuildWorkers, mirroring: Future[SiteMirror] | None
    ) -> None:
        """Link the files `paths` of the last site, or remove all others from its mirror."""
        if mirroring is None:
            link_unchanged(self.last.site, staging, paths, APART)
            return
        manifest = read_manifest(self.last.site)
        sizes = (manifest and manifest.sizes) or {}
        self._linked = {path: size for path, size in sizes.items() if path in paths}
        self._mirrored = workers.result(mirroring)
        search = f"{FOLDER}/"
        remove_changed(staging, (path for path in sizes if path not in paths and not path.startswith(search)))

    def _write_docs(self, built_keys: tuple[BuiltKey, ...]) -> int:
        last = self.last
        return write_docs(last.root, last.docs, built_keys, last.settings, built=True, orphans=last.docs_files.orphans)

    def _unchanged(self) -> list[BuiltKey]:
        """Return the previous build's results whose dependencies and files have not changed."""
        dependencies = self.last.state.dependencies  # each once: thousands of pages of authors depend on the same days
        versions = self.last.index.versions((query.query, query.arguments) for query in dependencies)
        changed = {query for query, version in zip(dependencies, versions, strict=True) if query.version != version}
        reserved = {page_url(path) for path in self.last.hand_written if path.endswith(".md")}
        return [
            built_key
            for built_key in self.last.state.built_keys
            if not built_key.shadowed
            and changed.isdisjoint(built_key.dependencies)
            and reserved.isdisjoint(built_key.pages)
            and self.last.damaged.isdisjoint(built_key.docs_paths())
        ]

    def _run_mkdocs(self, staging: Path, built_keys: tuple[BuiltKey, ...], linked: list[str]) -> None:
        """Let MkDocs build its part of the site, which is every page if Markdown cannot be bypassed.

        Files that are `linked` are in the site already.
        """
        epoch = source_date_epoch(self.last.index)
        if self.last.bypass:
            pages = (page for built_key in built_keys for page in built_key.pages.items())
            prerendered = {f"{address}index.md": updated for address, updated in pages}
            files = self.last.docs_files
            names = [*files.hand_written, *files.hidden, *generated_files(self.last.docs)]  # docs/ is walked once
            build_rest(self.last.root, staging, prerendered, epoch, self.site_url, linked, names)
        else:
            site_only = [path for built_key in built_keys for path in built_key.site_only]
            run_mkdocs(self.last.root, self.last.docs, staging, epoch, site_only, self.site_url)
            compact_frames(staging, (built_key.pages for built_key in built_keys))
        split_sitemap(staging, self.site_url)


class SideOutputs:
    """The search index and the downloads, written in parallel with the pages; unchanged ones are linked."""

    def __init__(self, new: NewSite, workers: BuildWorkers, staging: Path) -> None:
        self._new, self._last, self._workers, self._staging = new, new.last, workers, staging
        program = build_program()
        self._shards = shards(new.last.index, new.last.settings, program) if new.last.settings.search else []
        self._archives = ArchiveBuilder(downloads(new.last.index, new.last.settings), new.last.state.downloads)
        self.unchanged_archives = list(self._archives.unchanged)

    def index(self) -> None:
        """Start to write the shards that changed."""
        reusable = self._new.reusable_shards
        stale = [shard for shard in self._shards if shard.folder not in reusable]
        unchanged = {shard.folder for shard in self._shards if shard not in stale}
        link_unchanged(self._last.site / FOLDER, self._staging / FOLDER, unchanged)
        finish = self._listing() if len(stale) == 1 else None
        self._indexing = self._workers.index(stale, self._last.site, reusable, finish)
        self._is_listed = finish is not None

    def _listing(self) -> Callable[[], None]:
        """Return the function that writes the list of shards, once all are written."""
        folders = [shard.folder for shard in self._shards]
        people = {author_address(slug): name for slug, name in self._last.index.author_names().items()}
        cache = cached_file(self._last.root, self._last.site, "words")
        if not self._new.reusable_shards:
            cache.unlink(missing_ok=True)
        return partial(write_list, folders, people, self._staging, cache)

    def archive(self) -> None:
        """Start to write the downloads that changed."""
        self._archives.start(self._workers, self._last.site, self._staging)

    def finish(self) -> tuple[dict[str, str], dict[str, ArchiveFile]]:
        """Wait for all files. Return the versions of the shards, and the downloads by path."""
        for shard in self._indexing:
            self._workers.result(shard)
        if self._shards and not self._is_listed:
            self._listing()()
        archives = self._archives.finish(self._workers, self._last.settings)
        return {shard.name: shard.version for shard in self._shards}, archives


def _site_paths(built_keys: Iterable[BuiltKey]) -> Iterator[str]:
    """Yield the paths in the site of pages and of their alternates."""
    for built_key in built_keys:
        yield from (f"{address}index.html" for address in built_key.pages)
        yield from built_key.site_only


def source_date_epoch(index: Index) -> int:
    """Return noon UTC of the newest day, so that a build does not depend on the clock."""
    date = max(index.day_versions(), default="")
    if not date:
        return 0
    return int(dt.datetime.combine(dt.date.fromisoformat(date), dt.time(12), dt.UTC).timestamp())
