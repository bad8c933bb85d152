"""Feeds: their registry, their items and their formats."""
