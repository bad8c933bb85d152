"""A paper that the group likes: the scorer looks for papers like it."""

import msgspec


class LikedPaper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The text of a liked paper, TeX included, and its arXiv id if it has one. A line of ``data/liked/*.jsonl``."""

    title: str
    arxiv_id: str = ""
    abstract: str = ""

    @property
    def text(self) -> tuple[str, str]:
        """Title and abstract."""
        return self.title, self.abstract
