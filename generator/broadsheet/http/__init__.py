"""The one HTTP client: rate limits, retries, deadlines, size limits."""
