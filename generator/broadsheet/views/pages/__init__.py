"""One module a kind of page; each has ``pages(catalogue, settings) -> Iterator[Page]``."""
