"""BibTeX, CSL-JSON and RIS."""
