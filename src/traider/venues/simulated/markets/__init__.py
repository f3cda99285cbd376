"""Where the crowd comes from: a seeded synthetic flow, bars, or a recording.

Each says when its next step is due and carries it out on a ``Crowd``; none knows the time or a
socket. ``docs/models/local-exchange.md`` has what each assumes and where it is wrong.
"""

__all__: list[str] = []
