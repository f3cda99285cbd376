"""Control of a running trader by people and by the house: commands in, one line back.

A command is a value that says who wants it and why (``commands``). The trader turns it into events
(``conversion``), which are journaled like any other fact; nothing else ever changes how it trades.
The socket is the front door of one machine: a file that only its owner may open. The room must
never decide by itself, and never wait for the kernel.
"""

__all__ = ["commands", "conversion", "desk"]
