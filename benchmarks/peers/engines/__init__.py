"""One script an engine: it reads arrays, runs once, and prints one JSON line.

The scripts of other engines run in environments that hold no Traider, so only those whose name
starts with ``traider`` may import it.
"""

__all__: list[str] = []
