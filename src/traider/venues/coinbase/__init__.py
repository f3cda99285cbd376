"""Coinbase Advanced Trade: its messages as events, its REST interface and its sockets."""
