"""The checks of `digest check`: settings, days, papers, receipts, files, the site and its size."""
