"""``make clean``: take away what builds made, and nothing else."""

import shutil
from pathlib import Path

from generator.edges.output import LIST, Output
from generator.edges.seal import listed_files
from generator.edges.site import fresh_of
from generator.edges.site_folder import check_workplace, remove_ours
from generator.ground import config
from generator.pipeline.building import cached_file, real_site
from generator.pipeline.opening import CACHE


def clear(root: Path) -> None:
    """Remove what was generated and built from the digest in `root`.

    Raises DigestError for a workplace of builds that no build made.
    """
    root = root.absolute()
    settings = config.load(root)
    docs, site = root / settings.site.docs_dir, real_site(root, settings, None)
    check_workplace(fresh_of(site))
    shutil.rmtree(fresh_of(site), ignore_errors=True)
    remove_ours(site, listed_files(site, cached_file(root, site, "seal")))
    with Output(docs):
        pass  # what was generated and is not any more goes
    (docs / LIST).unlink(missing_ok=True)
    shutil.rmtree(root / CACHE, ignore_errors=True)
