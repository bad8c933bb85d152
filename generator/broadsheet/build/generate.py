"""``broadsheet generate``: data/ → index → pages and feeds → docs/."""

from contextlib import closing
from pathlib import Path

from broadsheet.build.mkdocs_settings import environment
from broadsheet.build.output import begin_list
from broadsheet.build.report import BuildReport, Progress, report, shadowed_paths
from broadsheet.build.sample_notice import with_sample_notice
from broadsheet.build.static_files import write_docs
from broadsheet.build.workers import PROCESSORS, BuildJob, BuildWorkers
from broadsheet.index.index import Index
from broadsheet.index.open import open_index, with_sound_index
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.files import refusals_explained
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.samples import shown_store
from broadsheet.translations import use
from broadsheet.views.page_types import PAGE_TYPES


def generate(root: Path, processes: int | None = None, progress: Progress = lambda done, total: None) -> BuildReport:
    """Write all pages and feeds of the digest in `root` into its ``docs/``, under the lock of builds.

    Raises DigestError with every problem of settings or data, before anything is written.
    """
    settings = with_sample_notice(root, config.load(root))
    use(settings.site.language)
    docs = root / settings.site.docs_dir

    def generate_pages() -> BuildReport:
        begin_list(docs)
        with closing(open_index(root, settings, store=shown_store(root))) as index:
            version = repr((settings.fingerprint, index.day_versions(), index.publications_version()))
            job = BuildJob(
                root.absolute(),
                settings.site.site_url,
                None,
                version,
                processes or PROCESSORS,
                environment=tuple(environment(root)),
            )
            with BuildWorkers(job, index, settings) as workers:
                result = workers.render(all_keys(index, settings), progress)
            written = result.written + write_docs(root, docs, result.built_keys, settings, built=False)
            rendered = len(result.built_keys)
            return report(index, shadowed_paths(result.built_keys), rendered, written, docs, settings.site.docs_dir)

    with refusals_explained(root), exclusive_lock(root, Lock.BUILD):
        return with_sound_index(root, generate_pages)


def all_keys(index: Index, settings: Settings) -> list[tuple[str, str]]:
    """Return (page type, key) of everything that has pages."""
    return [(page_type.name, key) for page_type in PAGE_TYPES.values() for key in page_type.keys(index, settings)]
