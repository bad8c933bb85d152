"""LibreCat, an institution's repository."""
