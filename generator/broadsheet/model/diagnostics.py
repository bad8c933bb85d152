"""Diagnostics: problems as values where the work goes on, and one root of exceptions where it must stop."""

from collections.abc import Sequence

import msgspec


class Diagnostic(msgspec.Struct, frozen=True, order=True):
    """A problem, worded so that its reader can fix it.

    `location` is ``file`` or ``file:line``, relative to the digest's root where possible. `message` is the problem
    there, and `hint` the next step. None ends in a full stop. An error makes the site wrong or loses data; all else is
    a note (`is_note`), which fails nothing.
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

    @property
    def severity(self) -> str:
        """The word in front of the problem: ``error`` or ``warning``."""
        return "warning" if self.is_note else "error"

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
