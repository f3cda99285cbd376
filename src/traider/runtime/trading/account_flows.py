"""Money and positions that came into an account other than by trading, from the journal's events.

Capital is told apart from the rest, so that a deposit is no profit. Positions that a reconciliation
took over count at its price, in ticks times lots, so that nothing but the events is needed.
"""

from typing import Final

import msgspec
import numpy as np

from traider.domain.events import EventArray, Kind

_DEPOSIT: Final = 1
_WITHDRAWAL: Final = 2
_FUNDING: Final = 3


class AccountFlows(msgspec.Struct, array_like=True):
    """What came in so far, after the events seen. An ``EventSink``."""

    paid_in: dict[int, int] = msgspec.field(default_factory=dict)
    """Units of 1e-8 by packed currency: deposits less withdrawals."""
    other_cash: dict[int, int] = msgspec.field(default_factory=dict)
    """The same of interest, and of corrections of cash (currency 0: the account's own)."""
    corrected: dict[int, int] = msgspec.field(default_factory=dict)
    """Ticks times lots by instrument: positions taken over, at their price."""

    def append(self, events: EventArray) -> None:
        """See the next events."""
        kinds = events["kind"]
        wanted = (kinds == Kind.TRANSFER) | (kinds == Kind.RECONCILE_ADJUSTMENT)
        for place in np.flatnonzero(wanted).tolist():
            if kinds[place] == Kind.TRANSFER:
                self._transfer(events[place])
            else:
                self._correct(events[place])

    def _transfer(self, event: np.void) -> None:
        if event["w3"] == _FUNDING:
            return
        is_capital = event["w3"] in (_DEPOSIT, _WITHDRAWAL)
        _add(self.paid_in if is_capital else self.other_cash, int(event["w0"]), int(event["w1"]))

    def _correct(self, event: np.void) -> None:
        _add(self.other_cash, 0, int(event["w2"]))
        _add(self.corrected, int(event["instrument"]), int(event["w1"]) * int(event["w4"]))


def _add(sums: dict[int, int], key: int, amount: int) -> None:
    if amount:
        sums[key] = sums.get(key, 0) + amount
