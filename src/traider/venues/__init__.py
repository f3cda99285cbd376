"""Venues: one folder each, which turns the venue's own messages into events.

A mapper (``market_mapper``) is pure: bytes in, event records out. It opens no socket, reads no
clock and keeps only what the venue's rule of continuity needs. ``listing`` is what it must know of
a symbol, ``counts`` what it met; ``depth_writer``, ``trade_writer`` and ``mark_writer`` give the
records the same shape from every venue, ``decimal_steps`` counts their text in ticks and lots,
``event_writer`` packs them. ``stream_mapper`` is what mappers share whose books start in the
stream, ``uncounted_mapper`` what those share that number nothing, ``ladder`` a mapper's own copy of
a book. ``recorded_venue`` and ``live_venue`` are the ports of recordings and of listening.

``docs/how-to/add-a-venue.md`` walks the way.
"""

__all__: list[str] = []
