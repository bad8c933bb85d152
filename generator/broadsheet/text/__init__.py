"""A library for text: TeX, mathematics, Unicode, escaping, Markdown. It imports nothing else of the program."""
