"""Venues: one folder each, which turns the venue's own messages into events.

A mapper is pure: bytes in, event records out. It opens no socket, reads no clock and keeps only
what the venue's rule of continuity needs.
"""

__all__: list[str] = []
