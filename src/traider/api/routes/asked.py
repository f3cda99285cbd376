"""What routes are asked for in the same words: an instrument, a number."""

from typing import Annotated, Final

from fastapi import Path, Query

_NAME_MAX: Final = 64
_EXAMPLE: Final = ["BINANCE:BTC-USDT-PERP"]

InstrumentAsked = Annotated[
    str,
    Query(
        max_length=_NAME_MAX,
        description="Name of an instrument, the house's or the venue's.",
        examples=_EXAMPLE,
    ),
]
InstrumentChosen = Annotated[
    str,
    Query(
        max_length=_NAME_MAX,
        description="Name of an instrument; every one unless given.",
        examples=_EXAMPLE,
    ),
]
InstrumentInPath = Annotated[
    str,
    Path(
        max_length=_NAME_MAX,
        description="Name of an instrument, the house's or the venue's.",
        examples=_EXAMPLE,
    ),
]
NumberInPath = Annotated[
    str,
    # Nothing else is asked of it: whatever is no number is not there.
    Path(description="The ``id`` that the list of them tells.", examples=["17"]),
]
