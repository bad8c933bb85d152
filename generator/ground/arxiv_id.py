"""arXiv identifiers: what they look like, and what of the many ways people write one means the same paper.

Source: https://info.arxiv.org/help/arxiv_identifier.html
"""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

# Archives that gave identifiers before April 2007, with those that were merged into others.
_ARCHIVES = frozenset(
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga"
    " funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph"
    " q-alg q-bio quant-ph solv-int supr-con".split()
)
_PREFIX = re.compile(
    r"arxiv:\s*|oai:arxiv\.org:|(?:https?://(?:dx\.)?doi\.org/)?10\.48550/arxiv\."
    r"|(?:https?://)?(?:www\.|export\.|browse\.)?arxiv\.org/(?:abs|pdf|html|ps|format|e-print)/",
    re.IGNORECASE,
)
_NEW = re.compile(r"([0-9]{2}(?:0[1-9]|1[0-2]))\.([0-9]{4,5})(?:v([1-9][0-9]{0,2}))?")
_OLD = re.compile(
    r"([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?/((?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])[0-9]{3})(?:v([1-9][0-9]{0,2}))?",
    re.IGNORECASE,
)
_BARE = re.compile(r"((?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])[0-9]{3})(?:v([1-9][0-9]{0,2}))?")
# One of today's by itself, as most are: found with one look.
_PLAIN = re.compile(r"(?:1[5-9]|[2-9][0-9])(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5}")


class ArxivId(NamedTuple):
    """An identifier without its version. `resolvable` is False where the archive was lost (``0411431``)."""

    id: str
    version: int | None = None
    resolvable: bool = True


def is_canonical(text: str) -> bool:
    """Whether `text` is an identifier as `parse` writes it, and nothing else."""
    return is_plain(text) or ((found := parse(text)) is not None and found.id == text)


def is_plain(text: str) -> bool:
    """Whether `text` is an identifier of 2015 or later as `parse` writes it: digits and a point."""
    return _PLAIN.fullmatch(text) is not None


def are_plain(ids: Iterable[str]) -> bool:
    """The same of all of them."""
    return all(map(_PLAIN.fullmatch, ids))


def parse(text: str) -> ArxivId | None:
    """The identifier that `text` is, by itself, with a prefix (``arXiv:``, ``oai:arXiv.org:``) or as an address.

    Subject classes are left out as arXiv does (``math.GT/0309136`` is ``math/0309136``). None if it is no identifier.
    """
    text = text.strip()
    if found := _NEW.fullmatch(text):
        return _new(*found.groups())
    if prefix := _PREFIX.match(text):
        text = re.sub(r"(?:[?#].*|\.pdf)$", "", text[prefix.end() :], flags=re.IGNORECASE)
        if found := _NEW.fullmatch(text):
            return _new(*found.groups())
    if found := _OLD.fullmatch(text):
        archive, number, version = found.groups()
        known = archive.lower() in _ARCHIVES
        return ArxivId(f"{archive.lower()}/{number}", int(version) if version else None) if known else None
    if found := _BARE.fullmatch(text):
        number, version = found.groups()
        return ArxivId(number, int(version) if version else None, resolvable=False)
    return None


def quoted(arxiv_id: str) -> str:
    """It as part of an address: nearly all are digits and a point, of which `quote` need not be asked."""
    return arxiv_id if arxiv_id.isascii() and arxiv_id.replace(".", "", 1).isalnum() else quote(arxiv_id)


def _new(month: str, number: str, version: str | None) -> ArxivId | None:
    # Four digits from 0704 to 1412, five from 1501 on; neither starts at zero.
    digits = 0 if month < "0704" else 4 if month < "1501" else 5
    if len(number) != digits or not number.strip("0"):
        return None
    return ArxivId(f"{month}.{number}", int(version) if version else None)
