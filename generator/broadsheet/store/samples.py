"""The samples of a new digest, in a folder of their own. The site shows them while the digest has no data."""

from pathlib import Path

from broadsheet.store.store import Store

SAMPLES = "samples"


def are_shown(root: Path) -> bool:
    """Return whether the digest in `root` has samples, and no day or publication. Raises DigestError."""
    if not (root / SAMPLES).is_dir():
        return False
    store = Store(root)
    return not store.dates() and not store.publication_files()


def shown_store(root: Path) -> Store:
    """Return the data that the site of `root` shows: its own, or the samples. Raises DigestError."""
    return Store(root / SAMPLES if are_shown(root) else root)
