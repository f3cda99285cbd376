"""The front door for programs and for people with a browser: API, live stream, dashboard.

It reads what a run keeps in its state folder and in its tables, and asks the trader for changes at
the control socket, as the command line does; it decides nothing and holds no key of a venue.
"""

__all__: list[str] = []
