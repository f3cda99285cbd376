"""Instruments, and the journals whose numbers point at them."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from traider.domain.instruments import InstrumentKind
from traider.store.tables.base import Base, RowNumber, one_of
from traider.store.tables.exact_decimal import ZERO_TEXT


class InstrumentRow(Base):
    """What can be traded where; ``name`` is ``VENUE:BASE-QUOTE``, with its suffix."""

    __tablename__ = "instruments"

    id: Mapped[RowNumber]
    name: Mapped[str] = mapped_column(unique=True)
    venue: Mapped[str] = mapped_column(index=True)
    symbol: Mapped[str]
    """The venue's own name."""
    kind: Mapped[str]
    base: Mapped[str]
    quote: Mapped[str]
    settle: Mapped[str]
    tick_size: Mapped[Decimal]
    lot_size: Mapped[Decimal]
    min_size: Mapped[Decimal]
    min_notional: Mapped[Decimal]
    multiplier: Mapped[Decimal]
    is_inverse: Mapped[bool]
    expiry_ns: Mapped[int]
    """0 but for futures."""
    status: Mapped[int]
    """Code of ``InstrumentStatus``."""

    __table_args__ = (
        one_of("kind", [kind.value for kind in InstrumentKind]),
        CheckConstraint(
            f"tick_size > '{ZERO_TEXT}' AND lot_size > '{ZERO_TEXT}' "
            f"AND multiplier > '{ZERO_TEXT}'",
            name="grid_positive",
        ),
        CheckConstraint(
            f"min_size >= '{ZERO_TEXT}' AND min_notional >= '{ZERO_TEXT}'", name="minimums"
        ),
        CheckConstraint("(kind = 'future') = (expiry_ns > 0)", name="futures_expire"),
    )


class JournalRow(Base):
    """A journal, the account whose orders it tells of, and how far its events are in the tables."""

    __tablename__ = "journals"

    id: Mapped[RowNumber]
    name: Mapped[str] = mapped_column(unique=True)
    mode: Mapped[str]
    currency: Mapped[str]
    """What the account trades in."""
    fee_currency: Mapped[str] = mapped_column(default="")
    """What fees are taken in where a fill says so, empty for none."""
    applied: Mapped[int] = mapped_column(default=0)
    """Position of the next event to apply; every event before it is in the tables."""
    applied_ns: Mapped[int] = mapped_column(default=0)
    """When the last applied event was received."""

    __table_args__ = (
        one_of("mode", ("backtest", "paper", "live")),
        CheckConstraint("applied >= 0", name="applied_counts"),
    )


class JournalInstrumentRow(Base):
    """Which instrument a number of a journal's events means, on which grid it counts."""

    __tablename__ = "journal_instruments"

    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id"))
    tick_size: Mapped[Decimal]
    lot_size: Mapped[Decimal]
    multiplier: Mapped[Decimal]

    __table_args__ = (
        UniqueConstraint("journal_id", "instrument_id"),
        CheckConstraint("number >= 0 AND number < 65536", name="number_fits"),
    )
