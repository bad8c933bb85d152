"""The settings of a build: those of the digest, and the notice that its pages show samples."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.samples import are_shown

SAMPLE_NOTICE = (
    "The papers and the publication of this digest are samples, made up to show the pages. They make way for the first "
    "papers of 'broadsheet run' or 'broadsheet import'."
)


def load(root: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings for the pages of the digest in `root`, with the address of the host. Raises DigestError."""
    settings = config.load(root, environment)
    return msgspec.structs.replace(settings, notice=SAMPLE_NOTICE) if are_shown(root) else settings
