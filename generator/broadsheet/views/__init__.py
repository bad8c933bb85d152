"""Pages and feeds: pure functions of the catalogue and the settings, without clock, network or files."""
