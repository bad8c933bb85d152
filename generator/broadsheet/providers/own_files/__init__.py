"""The files that a digest itself writes."""
