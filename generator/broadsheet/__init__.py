"""Broadsheet: scored daily papers and repository records, as a static site people read each morning."""

from pathlib import Path

__version__ = "0.1.0"
PROGRAM = Path(__file__).resolve().parent  # the folder of the package, with its templates, starter and manual
# The address of project and documentation, to which every digest links; `project.urls` in pyproject.toml has it, too.
HOMEPAGE = "https://pypi.org/project/broadsheet/"
