"""Templates of the addresses at which the repository shows its records and files; LibreCat's are known."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import msgspec

from broadsheet.settings.document import Fault
from broadsheet.settings.fetch import Repository
from broadsheet.text.sanitize import safe_url

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_FILE_NAME = re.compile(r"(?:.*/)?([^/:]+?)\.\w+(?::\d+)?")
_EXPORT = "/export"  # the end of the address of LibreCat's export


class Publications(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The addresses of a record and of a file in the repository, with ``{id}``, ``{file_id}`` and ``{file_name}``."""

    record_url: str = ""
    file_url: str = ""


def with_librecat(publications: Publications, repositories: Sequence[Repository], where: str) -> Publications:
    """Return the templates for a record that was read at `where` (``file:line``): LibreCat's if none are set.

    Of several repositories, a file belongs to the one that has its name.
    """
    match = _FILE_NAME.fullmatch(where)
    named = [repository for repository in repositories if match and repository.name == match[1]]
    candidates = named or (repositories if len(repositories) == 1 else [])
    base = candidates[0].url.rstrip("/") if candidates else ""
    if not base.endswith(_EXPORT):
        return publications
    base = base.removesuffix(_EXPORT)
    return Publications(
        record_url=publications.record_url or f"{base}/record/{{id}}",
        file_url=publications.file_url or f"{base}/download/{{id}}/{{file_id}}/{{file_name}}",
    )


def filled(template: str, **values: str) -> str | None:
    """Return the address that a template gives for these values; None if it needs one that is empty."""
    if not template or not all(values.get(name) for name in _PLACEHOLDER.findall(template)):
        return None
    return safe_url(_PLACEHOLDER.sub(lambda match: quote(values[match[1]], safe=""), template))


def faults(publications: Publications) -> Iterator[Fault]:
    """Yield the faults of these settings."""
    allowed = {"record_url": ({"id"}, "{id}"), "file_url": ({"id", "file_id", "file_name"}, "{id} and {file_id}")}
    for key, (names, example) in allowed.items():
        template = getattr(publications, key)
        used = set(_PLACEHOLDER.findall(template))
        if template and not safe_url(_PLACEHOLDER.sub("x", template)):
            yield Fault(
                ("publications", key), f"{key} is not an absolute http(s) address", "correct it, or leave it out"
            )
        elif template and (not used or used - names):
            yield Fault(("publications", key), f"{key} is not the address of each {key[:-4]}", f"put {example} into it")
