"""The webhooks to post to. An address is all that a post needs, so no message of this program contains one."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from broadsheet.mail.recipients import private_lines
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.post.service import ChatService
from broadsheet.post.services import SERVICES
from broadsheet.settings.address import is_local
from broadsheet.text.sanitize import safe_url

VARIABLE = "DIGEST_POST_"
_HINT = "write the service and its https address, as in 'slack https://…'"


class Webhook(NamedTuple):
    """A webhook and its place: ``file:line``, or the variable and the number of the address in it."""

    service: ChatService
    url: str
    where: str

    @property
    def key(self) -> str:
        """The identity of the webhook."""
        return self.url

    def __repr__(self) -> str:
        return f"Webhook({self.service.id}, {self.where})"


def find_webhooks(
    root: Path, file: Path | None, environment: Mapping[str, str]
) -> tuple[list[Webhook], list[Diagnostic]]:
    """Return the webhooks in `file`, else in the environment, and the lines that are none."""
    lines = _of_file(file, root) if file else _of_environment(environment)
    webhooks: dict[str, Webhook] = {}
    problems = []
    for where, service_id, url in lines:
        result = _webhook(where, service_id, url)
        if isinstance(result, Webhook):
            webhooks.setdefault(result.key, result)
        else:
            problems.append(result)
    return list(webhooks.values()), problems


def without_webhooks(file: Path | None, problems: list[Diagnostic]) -> DigestError:
    """Return the error that there is no webhook."""
    names = ", ".join(f"{VARIABLE}{service.id.upper()}" for service in SERVICES)
    hint = f"set one of {names}, or name a file with --webhooks"
    return DigestError([*problems, Diagnostic(file.name if file else "broadsheet post", "no webhooks", hint)])


def _of_environment(environment: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    for service in SERVICES:
        variable = VARIABLE + service.id.upper()
        for number, url in enumerate(environment.get(variable, "").split(), 1):
            yield f"{variable}:{number}", service.id, url


def _of_file(file: Path, root: Path) -> Iterable[tuple[str, str, str]]:
    for where, line in private_lines(file, root, "webhooks"):
        service_id, _, url = line.partition(" ")
        yield where, service_id, url.strip()


def _webhook(where: str, service_id: str, url: str) -> Webhook | Diagnostic:
    service = next((service for service in SERVICES if service.id == service_id.lower()), None)
    if service is None:
        names = ", ".join(service.id for service in SERVICES)
        return Diagnostic(where, f"not one of the services {names}", _HINT)
    address = safe_url(url)
    if address is None:
        return Diagnostic(where, "not the address of a webhook", _HINT)
    if not address.startswith("https:") and not is_local(address):
        return Diagnostic(where, "would be sent unencrypted", "write an https address")
    return Webhook(service, address, where)
