"""The REST side: paths and shapes of Coinbase Advanced Trade, and the doors before them.

``doors`` lets requests in (faults, rate limits, tokens), the ``*_routes`` answer them, ``*_shapes``
write what they answer. ``admin_routes`` is ours alone: it tells the truth, so that tests can
compare.
"""

__all__: list[str] = []
