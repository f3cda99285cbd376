"""The command line: one file a command, thin over ``traider.runtime``.

This room parses arguments and prints; it never decides, never trades and never reads data itself.
Its modules import nothing heavy at the top, so that ``traider --help`` answers at once.
"""

__all__ = ["backtest", "check", "config", "doctor", "main", "sweep", "version"]
