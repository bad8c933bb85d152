"""The settings in `digest.yml`."""
