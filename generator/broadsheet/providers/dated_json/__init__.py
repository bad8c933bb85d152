"""JSON that gives the day of its papers."""
