"""Something bought by hand where the strategy sent nothing: a shock is to meet orders.

What the trader's gate or the venue refuses (prices may be late on a busy machine) is tried again
until the shock; what was refused last is kept. Anything else that keeps it from buying, above all a
trader that does not answer, is raised.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.runtime.control.client import ControlClient
from traider.runtime.control.commands import ManualOrder
from traider.runtime.stress.through.markets import BASES, QUOTE
from traider.runtime.trading.orders_by_hand import NotDoneError

_SHARE: Final = Decimal("0.05")
"""Of the account's worth."""
_EXIT: Final = Decimal("0.03")
"""Of the price: how far its stop and its target are away."""
_SIZE_STEP: Final = Decimal("0.00001")
_PRICE_STEP: Final = Decimal("0.01")


@dataclass
class Purchase:
    """Some bitcoin with a stop under it and a target above, bought once or not at all."""

    run: Path
    price: Decimal
    """Of bitcoin before the shock."""
    is_over: bool = False
    """Whether it is tried no more."""
    is_asked: bool = False
    """Whether the trader was asked for it: its strategy had sent nothing."""
    is_made: bool = False
    """Whether the trader took it."""
    refusal: str = ""
    """What the trader said last where it did not buy."""

    def attempt(self) -> None:
        """Buy, unless an order was sent meanwhile.

        Raises:
            TraiderError: the trader does not answer, or cannot make what it is asked for.
        """
        with ControlClient(self.run) as trader:
            status = trader.status()
            if status.counts.orders_sent:
                self.is_over = True
                return
            self.is_asked = True
            try:
                trader.send(_bracket(Decimal(status.nav), self.price))
            except UsageError as fault:
                if fault.exit_code != NotDoneError.exit_code:
                    raise
                self.refusal = fault.what
            else:
                self.is_over, self.is_made, self.refusal = True, True, ""


def _bracket(worth: Decimal, price: Decimal) -> ManualOrder:
    """Return a person's wish for some bitcoin, with a stop under it and a target above."""
    size = (worth * _SHARE / price).quantize(_SIZE_STEP)
    return ManualOrder(
        who="stress",
        why="the strategy sent nothing before the shock",
        instrument=f"COINBASE:{BASES[0]}-{QUOTE}",
        side="buy",
        size=size,
        stop=(price * (1 - _EXIT)).quantize(_PRICE_STEP),
        target=(price * (1 + _EXIT)).quantize(_PRICE_STEP),
    )
