"""Recordings: what programs wrote down of a venue's connections, in one shape for all formats.

    recording = open_recording(paths)
    recording.connections, recording.answers    # who was asked for what, and what REST said
    for record in recording.records(): …        # Connected, Received and Answered, by time

| format | its first line | lines |
| --- | --- | --- |
| messages | digits, a space | ``<receive time> <message>``, see ``venues.captures`` |
| session | ``{`` | JSON of cryptofeed 3: ``header``, ``http``, ``connect``, ``send``, ``recv`` |
| log | an address | text of cryptofeed 1: opened, requests, messages; see ``log`` |

A file of messages is one connection, read in blocks. Sessions and logs are held in memory, at
most ``SESSION_BYTES_MAX`` of them, and put in the order of time: a session is written connection
by connection.
"""

from traider.venues.recordings.opening import open_recording
from traider.venues.recordings.records import (
    Answered,
    Connected,
    Connection,
    Received,
    Record,
    Recording,
)

__all__ = [
    "Answered",
    "Connected",
    "Connection",
    "Received",
    "Record",
    "Recording",
    "open_recording",
]
