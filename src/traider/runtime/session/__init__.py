"""One session of ``traider run``: put together, run until it is stopped, and told about.

Everything concrete of a running trader meets here: state folder, exchange or public feed, gateway,
trader, control socket, checks, tables, report. Nothing here decides a trade.
"""

__all__ = ["session", "terms"]
