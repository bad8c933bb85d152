"""The body of a request that reports when it is about to be sent."""

from collections.abc import Callable, Iterator


class Body:
    """The bytes of a body. `begin` is called before each reading from the start, when there is a connection.

    `requests` takes it for a file with a length, so it sends ``Content-Length``.
    """

    def __init__(self, data: bytes, begin: Callable[[], None]) -> None:
        self._data, self._begin, self._position = data, begin, 0

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        yield self.read()

    def read(self, size: int | None = -1) -> bytes:
        """Return the next `size` bytes, by default all that are left."""
        if self._position == 0:
            self._begin()
        end = len(self._data) if size is None or size < 0 else self._position + size
        part = self._data[self._position : end]
        self._position += len(part)
        return part
