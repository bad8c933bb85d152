"""Posts of an edition to the incoming webhooks of chat services."""
