"""The index of the archive in SQLite: disposable, derived from `data/`."""
