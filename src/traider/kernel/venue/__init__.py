"""The simulated venue: a machine of its own that takes orders and answers with events.

It keeps its own account and never reads the decider. ``bars`` matches where bars are all there is
(next-open fills, a touch is not a fill, stop before target), ``live`` where depth or trades come,
with the venue's own book and queue positions. Latency, spread and impact, holds, margin, funding
and liquidation have a module each; ``docs/models`` says what each assumes.
"""

__all__: list[str] = []
