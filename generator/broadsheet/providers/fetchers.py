"""The registry of fetchers. Each returns the tasks of one service for the settings.

Fetchers use the parsers of `broadsheet.providers.parsers`, which do no I/O. A new service is one module and one line in
`FETCHERS`.
"""

from collections.abc import Callable, Iterator

from broadsheet.providers.arxiv import fetcher as arxiv
from broadsheet.providers.fetch_result import FetchTask
from broadsheet.providers.huggingface import fetcher as huggingface
from broadsheet.providers.librecat import fetcher as librecat
from broadsheet.settings.fetch import Fetch

FETCHERS: tuple[Callable[[Fetch], Iterator[FetchTask]], ...] = (arxiv.tasks, huggingface.tasks, librecat.tasks)


def tasks(settings: Fetch) -> list[FetchTask]:
    """Return the tasks of all services, in order."""
    return [task for fetcher in FETCHERS for task in fetcher(settings)]
