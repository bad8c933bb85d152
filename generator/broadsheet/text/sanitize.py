"""Sanitizing of text from outside: its characters and its URLs."""

import html
import ipaddress
import re
from urllib.parse import quote, urlsplit

# XML 1.0 section 2.2 forbids most control characters, lone surrogates, U+FFFE and U+FFFF. The rest reorders or hides
# text (Unicode bidirectional controls, byte order mark, interlinear annotations, soft hyphens, zero width, tags) or
# means nothing (C1 controls). The joiners U+200C and U+200D belong to Arabic, Indic and emoji (UAX 31, section 2.3)
# only; so do tags behind the black flag (UTS 51, annex C).
_JOINING = "\u0600-\u08ff\u0900-\u109f\u1780-\u18af\ua840-\uabff\ufb50-\ufdff\ufe0f\ufe70-\ufefc"
_JOINING += "\u2600-\u27bf\U00010a00-\U00011fff\U0001e900-\U0001e95f\U0001f000-\U0001faff"
_NEVER = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
    "\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_UNWANTED = re.compile(f"[{_NEVER}]|(?<![{_JOINING}])[\u200c\u200d]")
_SUSPECT = f"[{_NEVER}\u200c\u200d]"
# Compiled on demand: few texts have such characters, and every command would wait for it.
_FLAG_OR_UNWANTED = f"(\U0001f3f4[\U000e0030-\U000e007a]{{2,6}}\U000e007f)|{_UNWANTED.pattern}"
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_SAFE_IN_URL = "%/?#[]@!$&()*+,;=:~-._"  # quotes, angle brackets, spaces and all others are encoded
_MAX_URL_CHARS = 2000
ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_INVALID_ENTITY = re.compile("&#[0-9]{8,};?")  # a number too long to be a character's


def clean(text: str) -> str:
    """Return `text` without characters that XML forbids, that reorder or hide text; line breaks stay unchanged."""
    # All of them are unprintable to Python, whose check is much faster than a pattern, and a set than alternatives.
    if text.replace("\n", "").isprintable() or not re.search(_SUSPECT, text):
        return text
    return re.sub(_FLAG_OR_UNWANTED, r"\1", text)


def unescaped(text: str) -> str:
    """Return `text` with characters for its entities; an invalid number becomes the replacement character."""
    return html.unescape(_INVALID_ENTITY.sub("\ufffd", text)) if "&" in text else text


def one_line(text: str) -> str:
    """Return `text` cleaned, on one line: every run of white space is a single space, none at the ends."""
    return " ".join(clean(text).split())


def escaped(text: str) -> str:
    """Return `text` escaped for the content and attributes of HTML and XML, as a plain string."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&#34;").replace("'", "&#39;")


def safe_url(url: str | None) -> str | None:
    """Return `url` ready for an attribute if it is http(s) with a host and nothing hidden; else None.

    Rejects other schemes, ``//host``, user names, control and bidi characters, and impossible host names. Spaces,
    quotes and other characters that a URL may not hold (RFC 3986, section 2) are percent-encoded.
    """
    stripped = (url or "").strip()
    if not stripped or len(stripped) > _MAX_URL_CHARS or _UNWANTED.search(stripped) or re.search(r"[\t\r\n]", stripped):
        return None
    try:
        parts = urlsplit(stripped)
        port = parts.port
    except ValueError:  # an unclosed IPv6 bracket, a port that is no number
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _is_host(parts.hostname or ""):
        return None
    _, _, rest = stripped.partition("//")
    return f"{parts.scheme}://{_host(parts.hostname or '', port)}{quote(rest[len(parts.netloc) :], safe=_SAFE_IN_URL)}"


def _host(name: str, port: int | None) -> str:
    host = f"[{name}]" if ":" in name else name
    return host if port is None else f"{host}:{port}"


def _is_host(name: str) -> bool:
    """Return whether `name` is a DNS or internationalised name, or an IP address."""
    if ":" in name:
        try:
            return "%" not in name and ipaddress.ip_address(name).version == 6
        except ValueError:
            return False
    return len(name) <= 253 and all(map(_LABEL.fullmatch, name.removesuffix(".").split(".")))
