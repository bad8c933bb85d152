"""Diagnostics: problems as values where the work goes on, and one root of exceptions where it must stop."""

from collections.abc import Sequence

import msgspec


class Diagnostic(msgspec.Struct, frozen=True, order=True):
    """A problem, worded so that its reader can fix it.

    `location` is ``file`` or ``file:line``, relative to the digest's root where possible. `message` is the problem
    there, and `hint` the next step. None ends in a full stop. A note (`is_note`) is no fault: it fails nothing.
    Where `message` has words of another program, which may hold a secret, `kind` says the same without them.
    """

    location: str
    message: str
    hint: str
    is_note: bool = False
    kind: str = ""

    @property
    def published(self) -> str:
        """The text that may be published: without words of another program."""
        return f"{self.location}: {self.kind or self.message}: {self.hint}"

    def __str__(self) -> str:
        return f"{self.location}: {self.message}: {self.hint}"


class DigestError(Exception):
    """The root of the exceptions that stop the work; carries every problem, not just the first."""

    def __init__(self, problems: Diagnostic | Sequence[Diagnostic]) -> None:
        self.problems = (problems,) if isinstance(problems, Diagnostic) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["DigestError"], tuple[tuple[Diagnostic, ...]]]:
        """Make the exception picklable, so that it can come from another process."""
        return type(self), (self.problems,)
