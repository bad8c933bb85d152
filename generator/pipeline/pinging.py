"""``digest ping``: tell the hub of the settings that the feeds have changed."""

from pathlib import Path

import requests

from generator.edges.websub import ping
from generator.ground import config
from generator.ground.errors import DigestError
from generator.views.feeds.directory import FORMATS, directory


def addresses(root: Path) -> tuple[str, list[str]]:
    """The hub, and the feeds it is to be told of: none where no hub is set. Raises DigestError."""
    settings = config.load(root)
    hub = settings.feeds.hub
    return hub, [feed.url(settings, form) for feed in directory(settings) for form in FORMATS if hub]


def ping_all(hub: str, feeds: list[str]) -> None:
    """Tell the hub of every feed. Raises DigestError with everything it refused."""
    with requests.Session() as session:
        problems = [problem for feed in feeds if (problem := ping(session, hub, feed))]
    if problems:
        raise DigestError(problems)
