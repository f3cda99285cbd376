"""Coinbase Advanced Trade: its messages as events, its REST interface and its sockets.

``mapper`` turns the bytes of a connection into events and is pure; ``messages`` says what it reads,
``continuity`` which messages were lost, ``instruments`` what a product is called here, ``recorded``
how recordings are understood. ``token`` signs in, ``rest_session`` asks, ``market_reads`` and
``account_reads`` say what can be read, ``order_entry`` places and cancels the kinds of orders that
``order_configurations`` writes. ``market_stream``, ``user_stream`` and ``candle_updates`` say what
to send on a socket; ``user_mapper`` reads what is answered about orders, ``user_orders`` tells what
is new of them, and ``user_feed`` keeps that coming.
"""

__all__: list[str] = []
