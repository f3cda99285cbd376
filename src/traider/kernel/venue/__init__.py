"""The simulated venue: a machine of its own that takes orders and answers with events.

It keeps its own account, matches on bars (next-open fills, a touch is not a fill, stop before
target) and charges spread, square-root impact and fees. It never reads the decider.
"""

__all__: list[str] = []
