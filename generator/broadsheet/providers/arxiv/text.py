"""The prefix of abstracts in arXiv's feeds."""

import re

# Source: https://info.arxiv.org/help/rss_specifications.html
ANNOUNCEMENT = re.compile(
    r"arXiv:(\S{1,40})\s+Announce Type:\s*(new|cross|replace-cross|replace)\b\s*(?:Abstract:\s*)?", re.IGNORECASE
)
_BEFORE = re.compile(r"\s*(?:<p>\s*)?")


def strip_announcement(markup: str) -> str:
    """Return the text of a feed's item without the prefix of its abstract."""
    start = _BEFORE.match(markup)
    match = ANNOUNCEMENT.match(markup, start.end() if start else 0)
    return markup[: match.start()] + markup[match.end() :] if match else markup
