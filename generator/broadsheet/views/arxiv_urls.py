"""The URLs of a paper at arXiv."""

from typing import NamedTuple

from broadsheet.model.arxiv_id import parse

# arXiv makes HTML of papers submitted since December 2023 (info.arxiv.org/about/accessible_HTML.html).
FIRST_WITH_HTML = "2312"


class ArxivUrls(NamedTuple):
    """The abstract page, the PDF, and the HTML where arXiv makes one."""

    abstract: str
    pdf: str
    html: str | None


def arxiv_urls(arxiv_id: str) -> ArxivUrls | None:
    """Return the URLs of a paper, or None for an id that cannot be resolved (an old id without its archive)."""
    parsed = parse(arxiv_id)
    if parsed is None or not parsed.resolvable:
        return None
    name = parsed.id
    has_html = "/" not in name and name[:4] >= FIRST_WITH_HTML and not name.startswith("9")
    return ArxivUrls(
        f"https://arxiv.org/abs/{name}",
        f"https://arxiv.org/pdf/{name}",
        f"https://arxiv.org/html/{name}" if has_html else None,
    )
