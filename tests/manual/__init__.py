"""The manual in docs/manual/: its generated parts, and the tests that compare the rest with the program."""
