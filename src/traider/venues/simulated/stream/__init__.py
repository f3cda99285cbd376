"""The WebSocket side: subscriptions, numbered messages, and who is told what.

``hub`` watches the desk and tells every connection what it subscribed to; ``connection`` numbers
and frames messages; ``bodies`` and ``user_bodies`` write them; ``requests`` carries out what
clients ask.
"""

__all__: list[str] = []
