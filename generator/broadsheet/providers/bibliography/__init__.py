"""BibTeX and RIS."""
