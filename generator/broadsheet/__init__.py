"""Broadsheet: scored daily papers and repository records, as a static site people read each morning."""

__version__ = "0.1.0"
# The address of project and documentation, to which every digest links; `project.urls` in pyproject.toml has it, too.
HOMEPAGE = "https://pypi.org/project/broadsheet/"
