"""Answers that take longer than a request may: made once beside the server, told with progress.

``Beside`` is a process of its own that gives way to the trader; ``LongAnswers`` keeps what it made,
has it made anew when that is worth its time, and tells how far it is meanwhile. The room knows no
route and no run.
"""

from traider.api.making.beside import Beside
from traider.api.making.long_answers import BeingMadeError, Freshness, LongAnswers

__all__ = ["BeingMadeError", "Beside", "Freshness", "LongAnswers"]
