"""arXiv identifiers, parsed from the many forms in which people write them.

Source: https://info.arxiv.org/help/arxiv_identifier.html
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

# Archives that issued identifiers before April 2007, with those that were merged into others.
_ARCHIVES = frozenset(
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga"
    " funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph"
    " q-alg q-bio quant-ph solv-int supr-con".split()
)
_HOSTS = (
    r"(?:[a-z0-9-]+\.)*arxiv\.org|xxx\.(?:lanl\.gov|itp\.ac\.cn|tau\.ac\.il|sissa\.it|soton\.ac\.uk|unizar\.es|if\.usp\.br)"
    r"|(?:www\.)?(?:alphaxiv\.org|ar5iv\.org|arxiv-vanity\.com|scirate\.com)|(?:arxiv|lanl)\.lanl\.gov"
)
_PATHS = "abs|arxiv|audio|bibtex|e-print|format|ftp|html|overview|papers/[0-9]{4}|papers?|pdf|ps|resources|src"
_OTHER_SITES = (  # they have more than papers of arXiv
    r"(?:www\.)?(?:huggingface\.co|hf\.co)/(?:api/)?papers/|(?:www\.)?emergentmind\.com/papers/"
    r"|(?:www\.)?(?:papers\.cool/arxiv|catalyzex\.com/paper/arxiv|connectedpapers\.com/(?:api/redirect/)?arxiv)[:/]"
    r"|(?:www\.)?arxiv-sanity-lite\.com/\?rank=pid&pid="
    r"|(?:[a-z]+\.)?(?:semanticscholar\.org|inspirehep\.net|adsabs\.harvard\.edu)/(?:[a-z0-9_]+/)*arxiv[:/]"
)
# Sites that put their own address before another, and registries that do so before a DOI.
_PROXIES = (
    r"(?:https?://)?(?:r\.jina\.ai|web\.archive\.org/web/[0-9]{1,14}(?:[a-z]{2}_)?"
    r"|scholar\.archive\.org/work/[a-z0-9]+/access/wayback)/(?=https?://)"
)
_REGISTRIES = (
    r"(?:https?://)?(?:api\.openalex\.org/works|api\.datacite\.org/dois)/(?=(?:https?://)?(?:doi\b|10\.48550/))"
)
_CITED = r"corr\s*,?\s*(?=abs/|cs[./])|e-?print\s*[:=]?\s*[{\"]?(?=[0-9]{4}\.|[a-z-]+(?:\.[a-z]{2})?/[0-9])"
_PREFIX = rf"""(?:https?:)?//(?:{_HOSTS})(?::[0-9]+)?/(?:[a-z]{{2}}/)?(?:(?:{_PATHS})/)*(?:api/query\?id_list=)?
      |(?:https?:)?//(?:{_OTHER_SITES})
      |{_OTHER_SITES}|(?:{_HOSTS})/(?:[a-z]{{2}}/)?(?:(?:{_PATHS})/)*|/?(?:abs|pdf|html)/
      |(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|(?:info:|urn:)?doi(?:/|:\s*|\s+))?10\.48550/arxiv\.
      |oai:arxiv\.org:|info:(?:eu-repo/semantics/[a-z]+/)?arxiv[:/]|urn:arxiv:
      |(?:arxiv\s+)?(?:e-?prints?|preprints?)\s*[:,]?\s*(?=arxiv)|arxiv(?:\s+(?:id|preprint|e-?print))?\s*[.:/_\s-]\s*
      |{_CITED}|{_PROXIES}|{_REGISTRIES}"""
_CLASSES = r"[a-z-]+(?:\.[a-z-]+)?"
_FILE = r"(?:\.(?:pdf|ps|html?|tar\.gz|tar|tex|gz|ps\.gz|md))?(?:/abstract)?/*(?:[?\#]\S*)?"
_YEAR = r"(?:\s*,\s*(?:19|20)[0-9]{2}|\s*\((?:19|20)[0-9]{2}\))"
_FIELDS = rf"""(?:\s*,?\s*(?:archiveprefix|primaryclass)\s*=\s*[{{"]{_CLASSES}[}}"])*\s*,?(?:\s*archiveprefix)?"""
_BIBTEX = rf"""[}}"]{_FIELDS}"""
_SUFFIX = rf"""{_FILE}
      (?:\s*[\[(]{_CLASSES}(?:[,;\s]+{_CLASSES})*[\])]?(?:\s+[0-9]{{1,2}}\s+[a-z]{{3,9}}\.?\s+[0-9]{{4}})?)?
      (?:{_YEAR}\.?|{_BIBTEX})?"""
_AROUND = " \t\r\n\xa0<>()[]{}\"'`*_,.;:!\u201c\u201d\u201e\u2018\u2019\xab\xbb"
_MARKDOWN_LINK = re.compile(r"\[[^\[\]]*\]\(([^()]*)\)")
_BIBCODE = r"(?:19|20)[0-9]{2}arxiv([0-9]{4})\.?([0-9]{4,5})[a-z]"  # of NASA's ADS
_DBLP = r"journals/corr/abs-([0-9]{4})-([0-9]{4,5})"
_KEYS = (
    rf"(?:https?://(?:[a-z]+\.)?adsabs\.harvard\.edu/abs/)?{_BIBCODE}(?:/abstract)?/?",
    rf"(?:https?://dblp\.(?:org|uni-trier\.de|dagstuhl\.de)/rec/(?:bibtex/|html/)?|dblp:){_DBLP}(?:\.[a-z]+)?(?:\?\S*)?",
)
_KEY = "|".join(_KEYS)
_MAX_CHARS = 2000
_VERSION_PART = r"(?:,?\s*\(?v(?:ersion\s*)?(0|[1-9][0-9]{0,2})\)?)?(?![0-9])"
_BEFORE_2007 = r"((?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])[0-9]{3})"
_NEW = re.compile(rf"([0-9]{{2}}(?:0[1-9]|1[0-2]))\.([0-9]{{4,5}}){_VERSION_PART}", re.IGNORECASE)
_OLD = re.compile(
    rf"([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{{2}})?/(?:papers/[0-9]{{4}}/)?{_BEFORE_2007}{_VERSION_PART}", re.IGNORECASE
)
_BARE = re.compile(rf"{_BEFORE_2007}{_VERSION_PART}")


class ArxivId(NamedTuple):
    """An identifier without its version. `resolvable` is False if the archive's name is missing (``0411431``)."""

    id: str
    version: int | None = None
    resolvable: bool = True


def is_canonical(text: str) -> bool:
    """Return whether `text` is an identifier in the form that `parse` returns."""
    parsed = parse(text)
    return parsed is not None and parsed.id == text


@lru_cache(256)  # 1 % of a cold build: each form of a paper asks for its id
def parse(text: str) -> ArxivId | None:
    """Return the identifier that `text` consists of, or None.

    It may be alone, a file name, behind a prefix (``arXiv:``, ``doi:10.48550/arXiv.``), in brackets, before its
    categories (``[cs.LG]``), or in an address of arXiv, of a mirror or of a site that uses arXiv's identifiers.
    Subject classes are dropped, as arXiv does (``math.GT/0309136`` is ``math/0309136``).
    """
    text = text.strip()
    if match := _NEW.fullmatch(text):
        return _new(*match.groups())
    if match := _BARE.fullmatch(text):
        return _without_archive(*match.groups())
    if len(text) > _MAX_CHARS:
        return None
    if "%" in text:
        text = unquote(text)
    if match := _MARKDOWN_LINK.fullmatch(text):
        text = match[1]
    return _decorated(text) or _decorated(text.strip(_AROUND))


def _pattern(source: str) -> re.Pattern[str]:
    """Compile a large pattern on demand: that takes longer than to import the module, and most ids need none."""
    return re.compile(source, re.IGNORECASE | re.VERBOSE)


def _decorated(text: str) -> ArxivId | None:
    """Parse an identifier with a prefix, a suffix or both."""
    start = 0
    while prefix := _pattern(_PREFIX).match(text, start):
        start = prefix.end()
    for pattern, create in ((_NEW, _new), (_OLD, _old), (_BARE, _without_archive)):
        match = pattern.match(text, start)
        if match and (pattern is not _BARE or start) and _pattern(_SUFFIX).fullmatch(text, match.end()):
            return create(*match.groups())
    match = _pattern(_KEY).fullmatch(text)
    return _new(*filter(None, match.groups())) if match else None


def _new(month: str, number: str, version: str | None = None) -> ArxivId | None:
    # Four digits from 0704 to 1412, five from 1501 on; neither starts at zero.
    digits = 0 if month < "0704" else 4 if month < "1501" else 5
    if len(number) != digits or not number.strip("0"):
        return None
    return ArxivId(f"{month}.{number}", _version(version))


def _old(archive: str, number: str, version: str | None) -> ArxivId | None:
    archive = archive.lower()
    return ArxivId(f"{archive}/{number}", _version(version)) if archive in _ARCHIVES else None


def _without_archive(number: str, version: str | None) -> ArxivId:
    return ArxivId(number, _version(version), resolvable=False)


def _version(digits: str | None) -> int | None:
    return int(digits or 0) or None  # v0 is none
