"""Venues: one folder each, which turns the venue's own messages into events.

A mapper is pure: bytes in, event records out. It opens no socket, reads no clock and keeps only
what the venue's rule of continuity needs. ``captures`` reads recorded messages from files,
``decimal_steps`` counts their text in ticks and lots, ``event_writer`` writes the records.
"""

__all__: list[str] = []
