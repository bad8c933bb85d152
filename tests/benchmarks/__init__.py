"""Benchmarks: time, memory and bytes of the program on growing archives, and of other generators: ``make bench``."""
