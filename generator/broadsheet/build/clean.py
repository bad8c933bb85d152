"""``make clean``: remove the files that builds wrote, and no others."""

import shutil
from pathlib import Path

from broadsheet.build.manifest import listed_files
from broadsheet.build.output import LIST_FILE, Output
from broadsheet.build.site_folder import cached_file, check_work_folder, real_site, remove_ours
from broadsheet.build.swap import staging_folder
from broadsheet.index.open import CACHE
from broadsheet.settings import config


def clear(root: Path) -> None:
    """Remove all generated files and the site of the digest in `root`.

    Raises DigestError if the staging folder was not made by a build.
    """
    root = root.absolute()
    settings = config.load(root)
    docs, site = root / settings.site.docs_dir, real_site(root, settings, None)
    check_work_folder(staging_folder(site))
    shutil.rmtree(staging_folder(site), ignore_errors=True)
    remove_ours(site, listed_files(site, cached_file(root, site, "manifest")))
    with Output(docs):
        pass  # leaving it without a claim removes every generated file
    (docs / LIST_FILE).unlink(missing_ok=True)
    shutil.rmtree(root / CACHE, ignore_errors=True)
