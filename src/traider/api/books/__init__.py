"""The books of a run as routes and notebooks ask for them: orders, fills, worth, lots, reports.

``RunBooks`` keeps what is asked again and again up to date by reading only what was written since;
the modules beside it make shapes of that. The room reads a state folder and asks nobody; nothing in
it knows HTTP.
"""

from traider.api.books.run_books import RunBooks

__all__ = ["RunBooks"]
