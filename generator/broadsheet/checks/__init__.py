"""The checks of `broadsheet check`: settings, days, papers, receipts, files, the site and its size."""
