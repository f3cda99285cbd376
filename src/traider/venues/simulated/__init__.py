"""The local exchange: a venue that speaks Coinbase Advanced Trade's REST and WebSocket.

For tests, drills and paper trading without a network. Its market is a recording, bars or a seeded
synthetic flow; its matching is by price and time and its money exact; its faults come on demand.
It must never be mistaken for a real venue: it listens on loopback and takes only keys it made.
"""

__all__: list[str] = []
