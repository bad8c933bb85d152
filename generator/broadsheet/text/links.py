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


class FoundLink(msgspec.Struct, frozen=True):
    """A link in a text: its safe URL, where its label stands, and where all of it ends."""

    url: str
    label: tuple[int, int]
    end: int


def link_at(text: str, pos: int, end: int) -> FoundLink | None:
    """The link that begins at `pos` with ``[``, ``<`` or its own ``http``; None if there is none or it is not safe."""
    if text[pos] not in "[<":
        return _bare(text, pos, end)
    for pattern in (_MARKDOWN,) if text[pos] == "[" else (_ANCHOR, _AUTOLINK):
        found = pattern.match(text, pos, end)
        url = safe_url(unescaped(found["url"])) if found else None
        if found and url:
            return FoundLink(url, found.span("label"), found.end())
    return None


def unescaped(url: str) -> str:
    r"""`url` without TeX's escapes (``\_`` is an underscore) and without a label behind it that lost its macro."""
    return re.sub(r"\\([_#%&~$])(?:\{\})?", r"\1", url.strip()).partition("{")[0]


def _bare(text: str, pos: int, end: int) -> FoundLink | None:
    found = _BARE.match(text, pos, end)
    stop = pos + len(_trimmed(found[0])) if found else pos
    url = safe_url(unescaped(text[pos:stop]))
    return FoundLink(url, (pos, stop), stop) if url else None


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence, and without a bracket that was opened before it."""
    surplus = {closing: url.count(closing) - url.count(opening) for closing, opening in _CLOSING.items()}
    end = len(url)
    while end and (url[end - 1] in ".,;:!?'*_~”’»…" or surplus.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in surplus:
            surplus[url[end]] -= 1
    return url[:end]
