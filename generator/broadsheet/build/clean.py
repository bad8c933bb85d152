"""``make clean``: take away what builds made, and nothing else."""

import shutil
from pathlib import Path

from broadsheet.build.build import cached_file, real_site
from broadsheet.build.output import LIST, Output
from broadsheet.build.seal import listed_files
from broadsheet.build.site_folder import check_workplace, remove_ours
from broadsheet.build.swap import fresh_of
from broadsheet.index.open import CACHE
from broadsheet.settings import config


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
