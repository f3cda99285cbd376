"""Traider beside its peers: the same data, rules and fees, each engine in a process of its own.

This package prepares the data, runs the engines and prints the tables; ``engines`` holds one small
script an engine, which knows nothing of the others.
"""

__all__: list[str] = []
