"""Whether a trader may be given real money: every check a row, a signature at the end.

``checklist`` puts it together. The room reads the key, the venue, the settings and the paper run's
journal; it never trades, never prints a key, and never mends what it finds.
"""

__all__: list[str] = []
