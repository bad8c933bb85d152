"""Where a paper stands on arXiv."""

from typing import NamedTuple

from broadsheet.model.arxiv_id import is_plain, parse, quoted

# arXiv makes HTML of papers submitted since December 2023 (info.arxiv.org/about/accessible_HTML.html).
FIRST_WITH_HTML = "2312"


class Addresses(NamedTuple):
    """The abstract page, the PDF, and the HTML where arXiv makes one."""

    abstract: str
    pdf: str
    html: str | None


def arxiv_urls(arxiv_id: str) -> Addresses | None:
    """The addresses of a paper, or None for an id that leads nowhere (an old one that lost its archive)."""
    name = arxiv_id
    if not is_plain(name):
        parsed = parse(name)
        if parsed is None or not parsed.resolvable:
            return None
        name = quoted(parsed.id)
    has_html = "/" not in name and name[:4] >= FIRST_WITH_HTML and not name.startswith("9")
    return Addresses(
        f"https://arxiv.org/abs/{name}",
        f"https://arxiv.org/pdf/{name}",
        f"https://arxiv.org/html/{name}" if has_html else None,
    )
