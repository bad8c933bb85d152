"""Kills commands at random moments, and checks that the next command works at once with the same result."""
