"""Providers of papers and publications: one folder each, with a parser and a fetcher."""
