"""The folders `docs/` and `site/`: render pages, run MkDocs, index for search, swap the site, preview it."""
