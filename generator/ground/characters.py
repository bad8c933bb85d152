"""Which characters text from outside may keep, and the URLs it may lead to."""

import ipaddress
import re
from urllib.parse import quote, urlsplit

# XML 1.0 section 2.2 forbids most control characters, lone surrogates, U+FFFE and U+FFFF. The rest reorders or hides
# text (Unicode bidirectional controls, byte order mark, interlinear annotations, soft hyphens, zero width, tags) or
# means nothing (C1 controls). The joiners U+200C and U+200D belong to Arabic, Indic and emoji (UAX 31, section 2.3)
# and to nothing else; so do tags behind the black flag (UTS 51, annex C).
_JOINING = "\u0600-\u08ff\u0900-\u109f\u1780-\u18af\ua840-\uabff\ufb50-\ufdff\ufe0f\ufe70-\ufefc"
_JOINING += "\u2600-\u27bf\U00010a00-\U00011fff\U0001e900-\U0001e95f\U0001f000-\U0001faff"
_NEVER = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
    "\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_UNWANTED = re.compile(f"[{_NEVER}]|(?<![{_JOINING}])[\u200c\u200d]")
# Compiled when a text needs them: few have such characters, and every command would wait for it.
_SUSPECT = f"[{_NEVER}\u200c\u200d]"
_FLAG_OR_UNWANTED = f"(\U0001f3f4[\U000e0030-\U000e007a]{{2,6}}\U000e007f)|{_UNWANTED.pattern}"
_PRINTABLE_ASCII = bytes(range(0x20, 0x7F))
_SIGNS = "\\${}~*`[<>&'\""
_PLAIN = bytes(sorted({*_PRINTABLE_ASCII} - {*map(ord, _SIGNS)}))
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_KEPT_IN_PATH = "%/?#[]@!$&()*+,;=:~-._"  # kept as they are; quotes, angle brackets, spaces and the rest are encoded
_LONGEST_URL = 2000
ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_NO_CHARACTER = re.compile("&#[0-9]{8,};?")


def clean(text: str) -> str:
    """`text` without the characters that XML forbids, that reorder and that hide text; line breaks stay as given."""
    # All of them are unprintable to Python, which looks much faster than a pattern does; and a pattern that is a set
    # does so much faster than one of alternatives.
    if text.replace("\n", "").isprintable() or not re.search(_SUSPECT, text):
        return text
    return re.sub(_FLAG_OR_UNWANTED, r"\1", text)


def unescaped(text: str) -> str:
    """`text` with its entities as characters; a number too long to be a character's is the replacement character."""
    if "&" not in text:
        return text
    import html  # noqa: PLC0415 - knows two thousand names, for the few texts that use one

    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))


def is_printable(text: str) -> bool:
    """``text.isprintable()`` of a long text, at a third of its time: what is left without ASCII is little."""
    left = text.encode("utf-8", "surrogatepass").translate(None, _PRINTABLE_ASCII)
    return not left or left.decode("utf-8", "surrogatepass").isprintable()


def signs(text: str) -> str:
    """`text` without printable ASCII that is plain to any parser: little is left, and soon looked through.

    What is left of ASCII are controls and the signs of TeX, Markdown and HTML that mean something by themselves.
    """
    return text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")


def one_line(text: str) -> str:
    """`text` cleaned, on one line: every run of white space is a single space, none at the ends."""
    return " ".join(clean(text).split())


def escaped(text: str) -> str:
    """`text` for HTML's and XML's content and attributes, as markupsafe writes it, at a third of its time."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("'", "&#39;").replace('"', "&#34;")


def safe_url(url: str | None) -> str | None:
    """`url` ready to stand in an attribute, if it is http(s) with a host and nothing hidden; else None.

    Refused: other schemes, ``//host``, user names, control and bidi characters, host names that cannot be one.
    Spaces, quotes and other characters a URL may not hold (RFC 3986, section 2) are percent-encoded.
    """
    stripped = (url or "").strip()
    if not stripped or len(stripped) > _LONGEST_URL or _UNWANTED.search(stripped) or re.search(r"[\t\r\n]", stripped):
        return None
    try:
        parts = urlsplit(stripped)
        port = parts.port
    except ValueError:  # an unclosed IPv6 bracket, a port that is no number
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _is_host(parts.hostname or ""):
        return None
    _, _, rest = stripped.partition("//")
    return f"{parts.scheme}://{_host(parts.hostname or '', port)}{quote(rest[len(parts.netloc) :], safe=_KEPT_IN_PATH)}"


def _host(name: str, port: int | None) -> str:
    host = f"[{name}]" if ":" in name else name
    return host if port is None else f"{host}:{port}"


def _is_host(name: str) -> bool:
    """A DNS or internationalised name, or an IP address."""
    if ":" in name:
        try:
            return "%" not in name and ipaddress.ip_address(name).version == 6
        except ValueError:
            return False
    return len(name) <= 253 and all(map(_LABEL.fullmatch, name.removesuffix(".").split(".")))
