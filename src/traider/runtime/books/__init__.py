"""The books of a recorded run: what its journal says of money, and what the trader marks of it.

- ``money_events``: fills, funding, transfers and corrections of a state folder's journal
- ``run_lots``: its lots and disposals by a method, and the tables that keep them

Everything here is made of the journal and can be made again; nothing decides.
"""

__all__ = ["money_events", "run_lots"]
