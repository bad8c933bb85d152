"""Broadsheet: scored daily papers and repository records, as a static site people read each morning."""

__version__ = "0.1.0"
