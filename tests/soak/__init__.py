"""A year of `broadsheet run` in a simulated world whose truth is known: ``make soak``.

The world (`schedule`, `world`) has every paper and every list. The services (`arxiv`, `other_services`, `model`) serve
it as real ones do, with random `faults`. The `runs` start the command at all hours, and kill some of them. `comparison`
compares ``data/`` and the pages with the truth. That is written after the services' documented rules, and uses nothing
of the program.
"""
