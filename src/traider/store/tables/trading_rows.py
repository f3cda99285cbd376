"""Orders, fills, positions, balances and signals of a journal.

All but signals are made from events by ``projector`` and can be made again. Prices, sizes and money
are exact decimals for people; lots stand beside sizes, so that SQL can count with them.
"""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from traider.store.tables.base import Base, one_of
from traider.store.tables.exact_decimal import ZERO_TEXT

ORDER_STATES = (
    "pending",
    "sent",
    "open",
    "partly_filled",
    "cancel_pending",
    "filled",
    "cancelled",
    "rejected",
    "expired",
    "unknown",
)
"""States of ``traider.domain.order_states``, by name."""
ORDER_TYPES = ("market", "limit", "stop", "stop_limit")
TIMES_IN_FORCE = ("gtc", "ioc", "fok", "gtd")


class OrderRow(Base):
    """An order from its intent to its end."""

    __tablename__ = "orders"

    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    client_order_id: Mapped[str]
    """What the venue is told."""
    venue_order_id: Mapped[int | None]
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id"))
    side: Mapped[int]
    type: Mapped[str]
    time_in_force: Mapped[str]
    is_post_only: Mapped[bool]
    is_reduce_only: Mapped[bool]
    is_child: Mapped[bool]
    """A bracket's exit, asleep until its entry fills."""
    amount: Mapped[Decimal | None]
    """Money to spend, where the order was sized in money."""
    price: Mapped[Decimal | None]
    trigger_price: Mapped[Decimal | None]
    expire_ns: Mapped[int | None]
    state: Mapped[str]
    size: Mapped[Decimal | None]
    """None while it is not known: an order sized in money that nothing filled of."""
    size_lots: Mapped[int | None]
    filled_lots: Mapped[int]
    leaves_lots: Mapped[int | None]
    filled: Mapped[Decimal]
    """Size that traded, as its own fills say."""
    filled_value: Mapped[Decimal]
    """Notional of those fills."""
    fees: Mapped[Decimal]
    """Of those fills, in the account's currency; fees in another are with the fills."""
    verdict_code: Mapped[int | None]
    """The gate's check that decided, 0 approved."""
    verdict_number: Mapped[float | None]
    verdict_limit: Mapped[float | None]
    end_code: Mapped[int]
    """Why it was rejected, cancelled or expired; 0 none."""
    conflict: Mapped[str]
    """What the venue said that this order's life does not allow; empty if it never did."""
    created_ns: Mapped[int]
    sent_ns: Mapped[int | None]
    acked_ns: Mapped[int | None]
    ended_ns: Mapped[int | None]
    updated_ns: Mapped[int]

    __table_args__ = (
        UniqueConstraint("journal_id", "client_order_id"),
        one_of("state", ORDER_STATES),
        one_of("type", ORDER_TYPES),
        one_of("time_in_force", TIMES_IN_FORCE),
        CheckConstraint("side IN (1, -1)", name="side_known"),
        CheckConstraint("filled_lots + leaves_lots = size_lots", name="lots_add_up"),
        CheckConstraint("filled_lots >= 0 AND leaves_lots >= 0", name="lots_count"),
        CheckConstraint("state <> 'filled' OR leaves_lots = 0", name="filled_whole"),
        Index(None, "journal_id", "state"),
        Index(None, "journal_id", "created_ns"),
        Index(None, "journal_id", "instrument_id", "created_ns"),
    )


class FillRow(Base):
    """A part of an order that traded; its key is its event's position in the journal."""

    __tablename__ = "fills"

    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    venue: Mapped[str]
    venue_fill_id: Mapped[str | None]
    """The venue's own number of it, where it told one."""
    order_id: Mapped[int | None]
    """None for what was no order of ours: a liquidation, a trade made by hand at the venue."""
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id"))
    side: Mapped[int]
    price: Mapped[Decimal]
    size: Mapped[Decimal]
    size_lots: Mapped[int]
    notional: Mapped[Decimal]
    fee: Mapped[Decimal]
    fee_currency: Mapped[str]
    realized: Mapped[Decimal]
    """Profit of what it closed, before fees."""
    is_maker: Mapped[bool]
    is_liquidation: Mapped[bool]
    event_ns: Mapped[int]
    """When it traded, as the venue says."""
    received_ns: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(["journal_id", "order_id"], ["orders.journal_id", "orders.order_id"]),
        UniqueConstraint("venue", "venue_fill_id"),
        CheckConstraint("side IN (1, -1)", name="side_known"),
        CheckConstraint(f"size > '{ZERO_TEXT}' AND size_lots > 0", name="size_positive"),
        Index(None, "journal_id", "order_id"),
        Index(None, "journal_id", "received_ns"),
        Index(None, "journal_id", "instrument_id", "received_ns"),
    )


class PositionRow(Base):
    """What is held of an instrument; flat ones stay, with what they made."""

    __tablename__ = "positions"

    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"), primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id"), primary_key=True)
    quantity: Mapped[Decimal]
    """Signed."""
    cost: Mapped[Decimal]
    """Signed money paid for what is open."""
    realized: Mapped[Decimal]
    """Profit of what was closed, before fees and funding."""
    fees: Mapped[Decimal]
    """In the account's currency, where they were taken in it."""
    funding: Mapped[Decimal]
    """Paid for holding it, negative where it was received."""
    opened_ns: Mapped[int | None]
    """Since when it is held this way round, None when flat."""
    updated_ns: Mapped[int]

    __table_args__ = (
        CheckConstraint(
            f"quantity <> '{ZERO_TEXT}' OR (cost = '{ZERO_TEXT}' AND opened_ns IS NULL)",
            name="flat_costs_nothing",
        ),
    )


class BalanceRow(Base):
    """Money of one currency, as fills, fees and transfers make it."""

    __tablename__ = "balances"

    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    cash: Mapped[Decimal]
    fees: Mapped[Decimal]
    """Paid in it, rebates taken off."""
    transferred: Mapped[Decimal]
    """Came in less went out other than by trading, funding with it."""
    updated_ns: Mapped[int]


class SignalRow(Base):
    """What an alpha, or the ensemble, thought of an instrument at a decision."""

    __tablename__ = "signals"

    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"), primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id"), primary_key=True)
    alpha: Mapped[str] = mapped_column(primary_key=True)
    ts_ns: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score: Mapped[float]
    confidence: Mapped[float]
    weight: Mapped[float]

    __table_args__ = (
        CheckConstraint("score >= -1 AND score <= 1", name="score_in_range"),
        CheckConstraint("confidence >= 0 AND confidence <= 1", name="confidence_in_range"),
        Index(None, "journal_id", "ts_ns"),
    )
