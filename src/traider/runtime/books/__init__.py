"""The books of a recorded run: what its journal says of money, and what the trader marks of it.

- ``money_events``: fills, funding, transfers and corrections of a state folder's journal
- ``nav_files``, ``nav_replay``: what the account was worth each second, kept and made again
- ``run_lots``: its lots and disposals by a method, and the tables that keep them
- ``run_records``: its orders and executions, who asked for them, what became of each
- ``followed_records``, ``followed_nav``: the same, kept up to date of a run that is under way
- ``held_instruments``: what is held of each instrument, event by event
- ``run_blotter``, ``tax_year``: reports of any span, and of a year
- ``market_views``: the market as it was seen at places of the journal
- ``positions_then``: what it held at an instant
- ``execution_quality``: how well its orders were executed
- ``movements``: its deposits and withdrawals, in dollars

Everything here is made of the journal and can be made again; nothing decides.
"""

__all__ = [
    "execution_quality",
    "followed_nav",
    "followed_records",
    "held_instruments",
    "market_views",
    "money_events",
    "movements",
    "nav_files",
    "nav_replay",
    "positions_then",
    "run_blotter",
    "run_lots",
    "run_records",
    "tax_year",
]
