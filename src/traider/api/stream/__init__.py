"""The live stream: what a page shows, said when it changes, over Socket.IO.

A client subscribes to channels and gets a snapshot of each, then deltas; a client that comes back
goes on where it was, and one that is slow is told less often.
"""

__all__: list[str] = []
