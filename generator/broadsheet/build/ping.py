"""``broadsheet ping``: notify the WebSub hub that the feeds have changed."""

from broadsheet.http.client import HttpClient
from broadsheet.http.websub import ping
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings.config import Settings
from broadsheet.views.feeds.registry import FORMATS, all_feeds


def addresses(settings: Settings) -> list[str]:
    """Return the addresses of all feeds, or none if no hub is set."""
    return [feed.url(settings, form) for feed in all_feeds(settings) for form in FORMATS if settings.feeds.hub]


def ping_all(web: HttpClient, hub: str, feeds: list[str]) -> None:
    """Notify the hub of every feed. Raises DigestError with every refusal."""
    if problems := [problem for feed in feeds if (problem := ping(web, hub, feed))]:
        raise DigestError(problems)
