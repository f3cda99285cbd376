"""Lots: what was bought when for how much, and what became of it, by a method of matching."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from traider.store.tables.base import Base, RowNumber, one_of
from traider.store.tables.exact_decimal import ZERO_TEXT

LOT_METHODS = ("average", "fifo", "lifo", "hifo", "specific")


class LotRow(Base):
    """What one fill opened, as far as it is not closed; the same fills by each method."""

    __tablename__ = "lots"

    id: Mapped[RowNumber]
    journal_id: Mapped[int] = mapped_column(ForeignKey("journals.id"))
    method: Mapped[str]
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instruments.id"))
    opened_sequence: Mapped[int]
    """Position of the fill in the journal."""
    opened_ns: Mapped[int]
    side: Mapped[int]
    quantity: Mapped[Decimal]
    remaining: Mapped[Decimal]
    cost: Mapped[Decimal]
    """Money paid for the whole of it, fees with it."""

    __table_args__ = (
        UniqueConstraint("journal_id", "method", "instrument_id", "opened_sequence"),
        one_of("method", LOT_METHODS),
        CheckConstraint("side IN (1, -1)", name="side_known"),
        CheckConstraint(
            f"quantity > '{ZERO_TEXT}' AND remaining >= '{ZERO_TEXT}' AND remaining <= quantity",
            name="remaining_within",
        ),
        Index(None, "journal_id", "method", "instrument_id", "opened_ns"),
    )


class DisposalRow(Base):
    """A part of a lot that a later fill closed."""

    __tablename__ = "disposals"

    id: Mapped[RowNumber]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id", ondelete="CASCADE"))
    closed_sequence: Mapped[int]
    closed_ns: Mapped[int] = mapped_column(index=True)
    quantity: Mapped[Decimal]
    cost: Mapped[Decimal]
    proceeds: Mapped[Decimal]

    __table_args__ = (
        UniqueConstraint("lot_id", "closed_sequence"),
        CheckConstraint(f"quantity > '{ZERO_TEXT}'", name="quantity_positive"),
    )
