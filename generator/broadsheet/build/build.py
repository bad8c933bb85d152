"""``broadsheet build``: render the pages whose dependencies changed, and swap the site in one step."""

from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from broadsheet.build.last_build import LastBuild
from broadsheet.build.manifest import beside, copy_manifest, is_intact
from broadsheet.build.mkdocs_settings import mkdocs_problems
from broadsheet.build.output import begin_list, docs_files, docs_files_beside
from broadsheet.build.published_downloads import published_downloads
from broadsheet.build.published_ids import published_ids
from broadsheet.build.report import BuildReport, Progress, report
from broadsheet.build.sample_notice import published_samples, with_sample_notice
from broadsheet.build.site_folder import cached_file, check_folder, real_site
from broadsheet.build.static_files import place_theme
from broadsheet.index.open import ExecutorFactory, open_index, with_sound_index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.pool import WorkerPool
from broadsheet.settings import config
from broadsheet.settings.config import address_problems
from broadsheet.store.files import printable, refusals_explained
from broadsheet.store.lock import Lock, exclusive_lock, locked_ns
from broadsheet.store.samples import shown_store
from broadsheet.translations import use


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
    settings, problems = config.read(root)
    if settings is None:
        raise DigestError(_errors([*problems, *mkdocs_problems(root, None)]))
    with refusals_explained(root), exclusive_lock(root, Lock.BUILD):
        now_ns, place = locked_ns(root, Lock.BUILD), real_site(root, settings, site)
        with beside(place) as start:
            walk = docs_files_beside(root.absolute() / settings.site.docs_dir, now_ns, start)
            intactness = start(partial(is_intact, place))
            problems += mkdocs_problems(root, settings, walk)
            is_sound = not full and intactness()
        if errors := _errors(problems) or _errors(address_problems(root, settings.site)):
            raise DigestError(errors)
        problems += published_samples(root, settings)
        for published in (published_ids, published_downloads):
            problems += published(root, site or root / settings.site.site_dir, settings)
        settings = with_sample_notice(root, settings)
        use(settings.site.language)
        root = root.absolute()
        target, docs = real_site(root, settings, site), root / settings.site.docs_dir
        check_folder(target, root, docs, cached_file(root, target, "manifest"), force=force)

        def build_site() -> BuildReport:
            begin_list(docs)
            place_theme(docs, settings)
            nonlocal walk
            files, walk = walk(docs), partial(docs_files, now_ns=now_ns)  # for another attempt
            with closing(open_index(root, settings, executors, shown_store(root))) as index:
                last = LastBuild(root, target, settings, index, files, sound=is_sound)
                result = _brought_up_to_date(last, force, processes, executors, progress)
                return msgspec.structs.replace(result, warnings=tuple(problems))

        return with_sound_index(root, build_site)


def _errors(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [problem for problem in problems if not problem.is_note]


def _brought_up_to_date(
    last: LastBuild, force: bool, processes: int | None, executors: ExecutorFactory, progress: Progress
) -> BuildReport:
    """Make a new site if anything changed."""
    if last.is_current:
        copy_manifest(last.site, last.manifest_copy)
        return _report(last, last.state.shadowed)
    from broadsheet.build.new_site import NewSite  # noqa: PLC0415 - a fifth of nothing new

    new = NewSite(last, force=force)
    new.make(processes, executors, progress)
    return _report(last, new.shadowed, new.rendered, new.written, new.doubtful)


def _report(
    last: LastBuild, shadowed: tuple[str, ...], rendered: int = 0, written: int = 0, doubtful: Iterable[str] = ()
) -> BuildReport:
    result = report(last.index, shadowed, rendered, written, last.site, last.settings.site.docs_dir)
    outside, doubtful = (tuple(map(printable, names)) for names in (last.outside, sorted(doubtful)))
    return msgspec.structs.replace(result, outside=outside, doubtful=doubtful)
