"""The notice of a build that its pages show samples."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.address import is_placeholder, publishing_host
from broadsheet.settings.config import Settings
from broadsheet.store.samples import SAMPLES, are_shown

SAMPLE_NOTICE = (
    "The papers and the publication of this digest are samples, made up to show the pages. They make way for the first "
    "papers of 'broadsheet run' or 'broadsheet import'."
)


def with_sample_notice(root: Path, settings: Settings) -> Settings:
    """Return the settings, with the notice if the digest in `root` shows samples."""
    return msgspec.structs.replace(settings, notice=SAMPLE_NOTICE) if are_shown(root) else settings


def published_samples(
    root: Path, settings: Settings, environment: Mapping[str, str] = os.environ
) -> Iterator[Diagnostic]:
    """Yield a warning if readers would get the samples as the group's site. Raises DigestError."""
    url = settings.site.site_url
    if are_shown(root) and (publishing_host(environment) or not is_placeholder(url)):
        hint = "get papers with 'broadsheet run' or 'broadsheet import', or delete the folder"
        yield Diagnostic(SAMPLES, f"made-up papers would be published at {url}", hint, is_note=True)
