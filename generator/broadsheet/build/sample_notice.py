"""The notice of a build that its pages show samples."""

from pathlib import Path

import msgspec

from broadsheet.settings.config import Settings
from broadsheet.store.samples import are_shown

SAMPLE_NOTICE = (
    "The papers and the publication of this digest are samples, made up to show the pages. They make way for the first "
    "papers of 'broadsheet run' or 'broadsheet import'."
)


def with_sample_notice(root: Path, settings: Settings) -> Settings:
    """Return the settings, with the notice if the digest in `root` shows samples."""
    return msgspec.structs.replace(settings, notice=SAMPLE_NOTICE) if are_shown(root) else settings
