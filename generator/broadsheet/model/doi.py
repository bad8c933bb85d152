"""Digital object identifiers (ISO 26324), matched as Crossref recommends."""

import re
from urllib.parse import quote

DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s{}\\]+", re.ASCII)


def doi_url(doi: str | None) -> str | None:
    """Return the address of a DOI, or None if `doi` is none."""
    if not doi or not DOI.fullmatch(doi):
        return None
    return "https://doi.org/" + quote(doi, safe="/:;().,_-+@!*$=&~")
