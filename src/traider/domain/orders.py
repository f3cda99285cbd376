"""Orders as values, and the intent records that carry them to the gate."""

from enum import IntEnum


class OrderType(IntEnum):
    """How an order finds its price; the low four flag bits of an intent."""

    MARKET = 1
    LIMIT = 2
    STOP = 3
    STOP_LIMIT = 4


class TimeInForce(IntEnum):
    """How long an order may rest; flag bits 4 and 5 of an intent."""

    GTC = 0
    IOC = 1
    FOK = 2
    GTD = 3
