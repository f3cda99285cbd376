"""The event table: for every kind its version, its writer and what its payload words mean.

A word is named as ``traider.domain.events`` names it wherever a name exists there, so that
``event["close"]`` and the table speak of the same bytes; other words are read as ``w0``..``w4``
(integers) or ``f0``..``f4`` (floats). Codes (``code``, ``scope``, ``reason`` …) are numbers of the
enums of the room that writes the event. ``traider.domain.payloads`` encodes, decodes and prints.
"""

from typing import Final

from traider.domain.events import Kind
from traider.domain.market_payloads import MARKET_PAYLOADS
from traider.domain.order_payloads import ORDER_PAYLOADS
from traider.domain.payload_words import (
    EVENT_TABLE_VERSION,
    UNUSED,
    WORD_COUNT,
    Payload,
    Row,
    Word,
)

__all__ = ["EVENT_TABLE_VERSION", "PAYLOADS", "WORD_COUNT", "Payload", "Word"]

_VERSIONS: Final[dict[Kind, int]] = {Kind.FILL: 2}
"""Kinds whose payload has changed since the first table.

FILL 2: with FEE_IN_OTHER the fee counts units of the fee currency.
"""


def _payload(row: Row) -> Payload:
    kind, meaning, writer, words, flags, side = row
    padding = (UNUSED,) * (WORD_COUNT - len(words))
    return Payload(kind, _VERSIONS.get(kind, 1), meaning, writer, (*words, *padding), flags, side)


PAYLOADS: Final[dict[Kind, Payload]] = {
    row[0]: _payload(row) for row in (*MARKET_PAYLOADS, *ORDER_PAYLOADS)
}
"""The event table, in the total order of the kinds."""
