"""One module a page type, each with ``pages(catalogue, settings, key) -> Iterator[Page | File]``."""
