"""The words that arXiv puts before an abstract."""

import re

# Source: https://info.arxiv.org/help/rss_specifications.html
ANNOUNCEMENT = re.compile(
    r"arXiv:(\S{1,40})\s+Announce Type:\s*(new|cross|replace-cross|replace)\b\s*(?:Abstract:\s*)?", re.IGNORECASE
)
_BEFORE = re.compile(r"\s*(?:<p>\s*)?")


def strip_announcement(markup: str) -> str:
    """Return `markup`, the text of a feed's item, without the announcement that arXiv puts before its abstract."""
    start = _BEFORE.match(markup)
    found = ANNOUNCEMENT.match(markup, start.end() if start else 0)
    return markup[: found.start()] + markup[found.end() :] if found else markup
