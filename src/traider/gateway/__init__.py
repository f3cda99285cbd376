"""The only way out: runs the gate, keeps each order's life, sends, measures and reconciles.

It decides nothing. Orders come in as intents with ids that the journal gives; they are logged and
forced to the disk before they are sent, and what becomes of them goes back as events. Whoever
trades knows ``port``; whoever speaks to a venue implements ``executor``.
"""

from traider.gateway.executor import (
    ExecutionOwner,
    Executor,
    VenueBalance,
    VenueFill,
    VenueOrder,
    VenueState,
)
from traider.gateway.port import GateAnswer, TradingGateway

__all__ = [
    "ExecutionOwner",
    "Executor",
    "GateAnswer",
    "TradingGateway",
    "VenueBalance",
    "VenueFill",
    "VenueOrder",
    "VenueState",
]
