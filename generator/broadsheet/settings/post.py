"""The settings of posts to chat services. Addresses of webhooks are secrets, not settings."""

from typing import Annotated

import msgspec


class Post(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The papers of a post, the notice of a failed day, and the failures after which a webhook is skipped."""

    papers: Annotated[int, msgspec.Meta(ge=1, le=40)] = 10
    failed_notice: bool = False
    max_failures: Annotated[int, msgspec.Meta(ge=0)] = 3
