"""Pages and feeds as pure functions of the catalogue and the settings: no clock, no network, no file."""
