"""The stress of a book: its positions, what the data knows of them, every scenario.

- ``price_series``: bars of the data by instrument, an hour or finer
- ``market_facts``: volatilities, betas and worst periods of a book's instruments
- ``state_book``: the book of a run, from its state folder
- ``book_stress``: all of it, scenario by scenario
"""

__all__ = ["book_stress", "market_facts", "price_series", "state_book"]
