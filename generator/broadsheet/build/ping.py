"""``broadsheet ping``: tell the hub of the settings that the feeds have changed."""

from broadsheet.http.client import Web
from broadsheet.http.websub import ping
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings.config import Settings
from broadsheet.views.feeds.registry import FORMATS, all_feeds


def addresses(settings: Settings) -> list[str]:
    """The feeds to tell the hub of: none where no hub is set."""
    return [feed.url(settings, form) for feed in all_feeds(settings) for form in FORMATS if settings.feeds.hub]


def ping_all(web: Web, hub: str, feeds: list[str]) -> None:
    """Tell the hub of every feed. Raises DigestError with everything it refused."""
    if problems := [problem for feed in feeds if (problem := ping(web, hub, feed))]:
        raise DigestError(problems)
