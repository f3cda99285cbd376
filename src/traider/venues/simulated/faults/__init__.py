"""Faults on demand: what goes wrong, when, and how often.

``rules`` reads them from a file or from the admin endpoint; ``plan`` says, at each message, request
or order, whether one strikes now. Carrying it out is up to who asked: ``stream`` for messages,
``rest`` for requests, ``conditions`` for what lasts.
"""

__all__: list[str] = []
