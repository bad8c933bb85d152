"""Figures about the archive, drawn when the site is built: inline SVG, and a table of the same figures behind each."""
