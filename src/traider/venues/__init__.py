"""Venues: one folder each, which turns the venue's own messages into events.

A mapper (``market_mapper``) is pure: bytes in, event records out. It opens no socket, reads no
clock and keeps only what the venue's rule of continuity needs. ``listing`` is what it must know of
a symbol, ``counts`` what it met; ``depth_writer`` and ``trade_writer`` give the records the same
shape from every venue, ``decimal_steps`` counts their text in ticks and lots, ``event_writer``
packs them. ``captures`` reads recorded messages from files.
"""

__all__: list[str] = []
