"""A day's life: import, fetch, merge, dedupe, score, drop, write the receipt; and train the local scorer."""
