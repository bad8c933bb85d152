"""Links in running text: bare addresses, Markdown's, and the anchors arXiv writes into abstracts."""

import re

import msgspec

from broadsheet.text.sanitize import safe_url

_BARE = re.compile(r"https?://(?:\\[_#%&~$]|[^\s<>\"\\^`{}|]){1,1000}", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"\[(?P<label>[^\[\]]{1,300})\]\(\s*<?(?P<url>[^\s()<>]{1,1000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,200}){0,3})>?\s*\)"
)
_ANCHOR = re.compile(
    r"""<a\s[^<>]{0,200}?href\s*=\s*(["'])(?P<url>[^"'<>\s]{1,1000})\1[^<>]{0,200}>(?P<label>[^<>]{1,300})</a\s*>""",
    re.IGNORECASE,
)
_AUTOLINK = re.compile(r"<(?P<label>(?P<url>https?://[^\s<>\"']{1,1000}))>", re.IGNORECASE)
_CLOSING = {")": "(", "]": "["}


class LinkMatch(msgspec.Struct, frozen=True):
    """A link in a text: its safe URL, the span of its label, and its end."""

    url: str
    label: tuple[int, int]
    end: int


def link_at(text: str, pos: int, end: int) -> LinkMatch | None:
    """Return the safe link that begins at `pos` with ``[``, ``<`` or its own ``http``, or None."""
    if text[pos] not in "[<":
        return _bare(text, pos, end)
    for pattern in (_MARKDOWN,) if text[pos] == "[" else (_ANCHOR, _AUTOLINK):
        match = pattern.match(text, pos, end)
        url = safe_url(unescaped(match["url"])) if match else None
        if match and url:
            return LinkMatch(url, match.span("label"), match.end())
    return None


def unescaped(url: str) -> str:
    r"""Return `url` without TeX's escapes (``\_`` is an underscore), and without a label that lost its macro."""
    return re.sub(r"\\([_#%&~$])(?:\{\})?", r"\1", url.strip()).partition("{")[0]


def _bare(text: str, pos: int, end: int) -> LinkMatch | None:
    match = _BARE.match(text, pos, end)
    stop = pos + len(_trimmed(match[0])) if match else pos
    url = safe_url(unescaped(text[pos:stop]))
    return LinkMatch(url, (pos, stop), stop) if url else None


def _trimmed(url: str) -> str:
    """Return `url` without the sentence's punctuation, and without a bracket that was opened before the address."""
    surplus = {closing: url.count(closing) - url.count(opening) for closing, opening in _CLOSING.items()}
    end = len(url)
    while end and (url[end - 1] in ".,;:!?'*_~”’»…" or surplus.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in surplus:
            surplus[url[end]] -= 1
    return url[:end]
