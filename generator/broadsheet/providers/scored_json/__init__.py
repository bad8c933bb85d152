"""JSON and JSON Lines of scored papers."""
