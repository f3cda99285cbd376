"""Feeds: market data under supervision, from the venues' messages to events that can be trusted.

``recorded`` reads a recording through the mappers of its venue; ``replay`` puts it through a book
and says what it found. A book comes in through a port: this room knows no kernel.
"""

__all__: list[str] = []
