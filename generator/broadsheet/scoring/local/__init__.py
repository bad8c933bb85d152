"""Scores by a model trained on the ratings of this digest."""
