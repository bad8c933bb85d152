"""Scorers: papers in, papers with scores out."""
