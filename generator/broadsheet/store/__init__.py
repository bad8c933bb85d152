"""The folder `data/`: records, files, locks."""
