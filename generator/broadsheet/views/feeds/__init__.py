"""Feeds: what there is to subscribe to, its items, and the formats they are written in."""
