"""``digest ping``: tell the hub of the settings that the feeds have changed."""

from generator.edges.websub import ping
from generator.ground.config import Settings
from generator.ground.errors import DigestError
from generator.views.feeds.directory import FORMATS, directory
from generator.web.door import Web


def addresses(settings: Settings) -> list[str]:
    """The feeds to tell the hub of: none where no hub is set."""
    return [feed.url(settings, form) for feed in directory(settings) for form in FORMATS if settings.feeds.hub]


def ping_all(web: Web, hub: str, feeds: list[str]) -> None:
    """Tell the hub of every feed. Raises DigestError with everything it refused."""
    if problems := [problem for feed in feeds if (problem := ping(web, hub, feed))]:
        raise DigestError(problems)
