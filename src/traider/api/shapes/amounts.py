"""Decimal text of prices and sizes, and how they look."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

_DECIMAL: dict[str, Any] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}

PriceText = Annotated[str, WithJsonSchema(_DECIMAL), Field(examples=["63800.7"])]
"""A price in the quote currency."""
SizeText = Annotated[str, WithJsonSchema(_DECIMAL), Field(examples=["0.021"])]
"""A size in units of the base."""
MoneyText = Annotated[str, WithJsonSchema(_DECIMAL), Field(examples=["10012.34"])]
"""Money in the currency of the account."""
InstrumentText = Annotated[str, Field(examples=["BINANCE:BTC-USDT-PERP"])]
"""Name of an instrument, as the configuration has it."""
TimeNs = Annotated[int, Field(examples=[1_721_347_200_000_000_000])]
"""An instant, ns UTC."""
