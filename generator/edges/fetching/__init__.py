"""Services asked over the network: each module turns settings into the asks of one service.

The parsers are those of `generator.edges.sources`, which know nothing of a network. A new service is one module and one
line in `SERVICES`.
"""

from collections.abc import Callable, Iterator

from generator.edges.fetching import arxiv, huggingface, librecat
from generator.edges.fetching.outcome import Ask
from generator.ground.fetch_settings import Fetch

SERVICES: tuple[Callable[[Fetch], Iterator[Ask]], ...] = (arxiv.asks, huggingface.asks, librecat.asks)


def asks(settings: Fetch) -> list[Ask]:
    """Everything the settings want to be asked, in order."""
    return [ask for service in SERVICES for ask in service(settings)]
