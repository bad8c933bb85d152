"""Kills commands at random moments, and looks whether the next one works at once and comes to the same result."""
