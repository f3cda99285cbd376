"""Where the exchange of a benchmark is, told to processes that import little."""

from pathlib import Path
from typing import Final

import msgspec

PRODUCT: Final = "BTC-USD"
REPOSITORY: Final = Path(__file__).resolve().parents[2]


class Address(msgspec.Struct, frozen=True):
    """How the exchange is reached."""

    rest: str
    websocket: str
    websocket_user: str
    key_name: str
    private_key: str
