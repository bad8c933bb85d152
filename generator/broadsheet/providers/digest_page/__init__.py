"""Pages of a digest, in Markdown."""
