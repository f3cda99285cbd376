"""Decimal text of prices and sizes, and how they look."""

from typing import Annotated, Final

from pydantic import Field, WithJsonSchema

_PATTERN: Final = r"^-?[0-9]+(\.[0-9]+)?$"


def _decimal(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": [example]})


PriceText = Annotated[str, _decimal("63800.7")]
"""A price in the quote currency."""
SizeText = Annotated[str, _decimal("0.021")]
"""A size in units of the base."""
MoneyText = Annotated[str, _decimal("10012.34")]
"""Money in the currency of the account."""
InstrumentText = Annotated[str, Field(examples=["BINANCE:BTC-USDT-PERP"])]
"""Name of an instrument, as the configuration has it."""
TimeNs = Annotated[int, Field(examples=[1_721_347_200_000_000_000])]
"""An instant, ns UTC."""
