"""Services asked over the network: each module turns settings into the asks of one service.

The parsers are those in `broadsheet.providers.parsers`, which know nothing of a network. A new service is one module
and one line in `FETCHERS`.
"""

from collections.abc import Callable, Iterator

from broadsheet.providers.arxiv import fetcher as arxiv
from broadsheet.providers.fetch_result import FetchTask
from broadsheet.providers.huggingface import fetcher as huggingface
from broadsheet.providers.librecat import fetcher as librecat
from broadsheet.settings.fetch import Fetch

FETCHERS: tuple[Callable[[Fetch], Iterator[FetchTask]], ...] = (arxiv.tasks, huggingface.tasks, librecat.tasks)


def tasks(settings: Fetch) -> list[FetchTask]:
    """Everything the settings want to be asked, in order."""
    return [ask for service in FETCHERS for ask in service(settings)]
