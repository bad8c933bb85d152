"""The workflows of a new digest, executed as GitHub executes them, with stand-ins for its services."""
