"""From a feed to a message: pure, as every view is."""
