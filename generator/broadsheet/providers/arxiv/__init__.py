"""arXiv: calendar, feed, API, OAI-PMH."""
