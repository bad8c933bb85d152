"""A world with known truth, played against `broadsheet run` for a year of mornings: ``make soak``.

The world (`schedule`, `world`) knows every paper and every list; the services (`arxiv`, `others`, `model`) tell of it
as real ones do, and misbehave by `weather`; the `mornings` are runs of the command at all hours, and kills; and the
`judge` compares what is in ``data/`` and on the pages with the truth, which is written from the services' documented
rules and takes nothing from the program.
"""
