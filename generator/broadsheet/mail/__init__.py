"""Everything about mail: read a feed, compose an edition, deliver it, log the delivery."""
