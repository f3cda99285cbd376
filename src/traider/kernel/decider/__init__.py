"""The decider: from events to order intents.

It owns bars, the feature tape, the alphas' scores, ensemble, sizing, positions and ledger.
Everything that chooses an order is decided here; it never sees the venue or the gate, only the
events they answer with, so replaying it alone on a journal gives the same decisions.
"""

__all__: list[str] = []
