"""Where papers and publications come from: one folder a provider, with its parser and its fetcher."""
