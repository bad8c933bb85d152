"""Problems as values, for what must not stop the rest; one exception root, for what must."""

from collections.abc import Sequence

import msgspec


class Diagnostic(msgspec.Struct, frozen=True, order=True):
    """One thing that is wrong, said so that its reader can mend it.

    `where` is ``file`` or ``file:line``, relative to the digest's root where possible; `what` is wrong there;
    `do` is the next step. None ends in a full stop. A `note` is worth saying, yet no fault: it fails nothing.
    Where `what` has words of another program, `kind` says the same without them: they may hold a secret.
    """

    where: str
    what: str
    do: str
    note: bool = False
    kind: str = ""

    @property
    def published(self) -> str:
        """The message as it may be published: without words of another program."""
        return f"{self.where}: {self.kind or self.what}: {self.do}"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.do}"


class DigestError(Exception):
    """The work cannot go on. Carries every problem found, not just the first."""

    def __init__(self, problems: Diagnostic | Sequence[Diagnostic]) -> None:
        self.problems = (problems,) if isinstance(problems, Diagnostic) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["DigestError"], tuple[tuple[Diagnostic, ...]]]:
        """Its way back from another process."""
        return type(self), (self.problems,)
