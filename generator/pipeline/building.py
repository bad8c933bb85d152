"""``digest build``: generate, MkDocs, search index; the site changes in one step or not at all."""

import datetime as dt
from pathlib import Path

from generator.edges.search import write_index
from generator.edges.site import only_one, replacing, run_mkdocs
from generator.ground import config
from generator.ground.config import Settings
from generator.pipeline.generating import Generated, open_catalogue, write_docs
from generator.views.search import documents


def build(root: Path, site: Path | None = None) -> Generated:
    """Build the digest in `root` into `site` (default: the ``site_dir`` of mkdocs.yml).

    Raises DigestError with every problem; then the last site stands untouched.
    """
    settings = config.load(root)
    target = (site or root / settings.site.site_dir).absolute()
    with only_one(root):
        done = write_docs(root)
        with replacing(target) as fresh:
            run_mkdocs(root, fresh, epoch=_epoch(done.newest))
            _index(root, settings, fresh)
    return done


def _index(root: Path, settings: Settings, site: Path) -> None:
    catalogue = open_catalogue(root, settings)
    try:
        write_index(documents(catalogue, settings), site)
    finally:
        catalogue.close()


def _epoch(date: str) -> int:
    """Noon UTC of the newest day: the one time a build knows."""
    if not date:
        return 0
    noon = dt.datetime.combine(dt.date.fromisoformat(date), dt.time(12), dt.UTC)
    return int(noon.timestamp())
