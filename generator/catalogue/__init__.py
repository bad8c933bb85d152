"""The archive's index: days, papers, first seen, topics, publications and the links between them.

Derived from ``data/``, disposable, rebuilt at any time; only what changed is read again.
"""
