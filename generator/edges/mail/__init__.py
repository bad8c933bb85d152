"""Mail's outside: feeds that come in, who is to be written to, the server, and what has been sent."""
