"""Charts of the archive, drawn at build time: inline SVG, each with a table of its figures."""
