"""Services asked over the network: each module turns settings into the asks of one service.

The parsers are those in `broadsheet.providers.parsers`, which know nothing of a network. A new service is one module
and one line in `SERVICES`.
"""

from collections.abc import Callable, Iterator

from broadsheet.providers.arxiv import fetcher as arxiv
from broadsheet.providers.fetch_result import Ask
from broadsheet.providers.huggingface import fetcher as huggingface
from broadsheet.providers.librecat import fetcher as librecat
from broadsheet.settings.fetch import Fetch

SERVICES: tuple[Callable[[Fetch], Iterator[Ask]], ...] = (arxiv.asks, huggingface.asks, librecat.asks)


def asks(settings: Fetch) -> list[Ask]:
    """Everything the settings want to be asked, in order."""
    return [ask for service in SERVICES for ask in service(settings)]
