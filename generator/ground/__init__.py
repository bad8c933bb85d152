"""What everything stands on: the words of the domain, settings, text and its escaping. No I/O but reading settings."""
