"""The port to a venue: send what was approved, say what became of it, list what the venue holds.

An executor decides nothing and remembers only what it needs to hear the venue out. ``send`` and
``cancel`` return at once; what came of them is told to the owner, in any order, perhaps twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from traider.domain.approvals import ApprovedOrder

OTHER_LEG: Final = "OTHER_LEG_FILLED"
"""Why a leg ended whose lots the other one took, as ``ended`` tells it."""
ENTRY_GONE: Final = "ENTRY_GONE"
"""Why exits ended whose entry did not trade."""


class VenueState(StrEnum):
    """How an order stands at the venue."""

    PENDING = "pending"
    """Taken, not yet in the market."""
    OPEN = "open"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order as the venue tells it; amounts add up over its life."""

    venue_id: str
    client_order_id: str
    instrument: int
    """Number of the instrument; -1 for one that is not traded here."""
    symbol: str
    side: int
    """+1 buy, -1 sell."""
    state: VenueState
    size: Decimal
    """Base units asked for; 0 where the venue does not tell."""
    filled_size: Decimal
    reason: str = ""
    created_ns: int = 0
    average_price: Decimal = Decimal(0)
    """Of what was filled; 0 where the venue does not tell."""
    order_ids: tuple[int, ...] = ()
    """Packed ids of the decision's orders that it stands for, legs of a pair both; none when it is
    not ours."""


@dataclass(frozen=True, slots=True)
class VenueFill:
    """A trade of one order, as the venue's list of fills has it: exact."""

    fill_id: str
    venue_id: str
    instrument: int
    symbol: str
    side: int
    price: Decimal
    size: Decimal
    """Base units."""
    fee: Decimal
    """Quote currency; negative for a rebate."""
    is_maker: bool
    ts_ns: int
    order_id: int = 0
    """Packed id of the order of ours, the leg that traded; 0 when it is not ours."""


@dataclass(frozen=True, slots=True)
class VenueBalance:
    """What the account holds of one currency."""

    currency: str
    total: Decimal
    available: Decimal
    held: Decimal


class ExecutionOwner(Protocol):
    """Whoever the orders belong to: the gateway. Ids are the packed ids of decisions."""

    def accepted(self, order_id: int, venue_id: str) -> None:
        """Take note that the venue has the order; legs of one venue order share its id."""

    def refused(self, order_id: int, code: str, message: str) -> None:
        """Take note that the venue did nothing, and will not."""

    def unknown(self, order_id: int, why: str) -> None:
        """Take note that the order was sent, and whether the venue has it is not known."""

    def cancel_refused(self, order_id: int, code: str) -> None:
        """Take note that the venue does not cancel the order: it is over, or not known there."""

    def filled(self, order_id: int, fill: VenueFill) -> None:
        """Take a fill; each is told at least once."""

    def ended(self, order_id: int, state: VenueState, reason: str) -> None:
        """Take note that an order is over, after its fills: also one that traded whole."""

    def whole(self) -> None:
        """Take note that from now on all that becomes of orders is heard."""

    def broken(self, why: str) -> None:
        """Take note that something may be missed until the next ``whole``."""

    def found(self, order: VenueOrder) -> None:
        """Take an order or a trade that is not ours: someone traded at the venue by hand."""


class Executor(Protocol):
    """A venue that orders are sent to."""

    def send(self, orders: Sequence[ApprovedOrder]) -> None:
        """Send orders of one decision that belong together: one, or the legs of a pair or bracket.

        Raises:
            NotApprovedError: one of them has no seal that fits; none is sent.
        """

    def cancel(self, order_ids: Sequence[int]) -> None:
        """Ask for the end of orders."""

    async def cancel_found(self, venue_ids: Sequence[str]) -> None:
        """Ask for the end of orders by the venue's ids: of those that are not ours, or were lost.

        Raises:
            VenueError: the venue cannot be asked.
        """

    async def find(self, order: ApprovedOrder, since_ns: int) -> VenueOrder | None:
        """Return what the venue has under the order's id; None when it has nothing.

        Raises:
            VenueError: the venue cannot be asked.
        """

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        """Return every open order of the account, also those that are not ours."""

    async def fills(self, since_ns: int) -> tuple[VenueFill, ...]:
        """Return the account's fills since a time of the venue, oldest first."""

    async def balances(self) -> tuple[VenueBalance, ...]:
        """Return what the account holds of each currency."""

    async def run(self, owner: ExecutionOwner) -> None:
        """Hear the venue out and tell the owner, until cancelled."""
