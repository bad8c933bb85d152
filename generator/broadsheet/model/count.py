"""Counts, in the range on which JSON readers, floats and SQLite agree."""

from typing import Annotated

import msgspec

MAX_INTEGER = (1 << 53) - 1  # the largest that JSON readers, floats and SQLite agree on

Count = Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
