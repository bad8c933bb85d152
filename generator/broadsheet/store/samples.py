"""The samples of a new digest, in a folder of their own. The site shows them while the digest has no data."""

from pathlib import Path

from broadsheet import PROGRAM
from broadsheet.model.diagnostics import DigestError
from broadsheet.store.store import Store

SAMPLES = "samples"
STARTER = PROGRAM / "starter"


def are_shown(root: Path) -> bool:
    """Return whether the digest in `root` has samples, and no day or publication. Raises DigestError.

    A folder of that name with papers of the user is no folder of samples.
    """
    store = Store(root)
    if not (root / SAMPLES).is_dir() or store.dates() or store.publication_files():
        return False
    try:
        return _ids(Store(root / SAMPLES)) <= sample_ids()
    except DigestError:  # files of the user, in a form of their own
        return False


def shown_store(root: Path) -> Store:
    """Return the data that the site of `root` shows: its own, or the samples. Raises DigestError."""
    return Store(root / SAMPLES if are_shown(root) else root)


def sample_ids() -> frozenset[str]:
    """Return the ids of the papers and publications that a new digest has."""
    return frozenset(_ids(Store(STARTER / SAMPLES)))


def _ids(store: Store) -> set[str]:
    papers = {paper.arxiv_id for date in store.dates() for paper in store.papers(date)}
    return papers | {publication.id for publication in store.publications()}
