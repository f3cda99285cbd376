"""Leases: who leads, and until when."""

from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from traider.store.tables.base import Base

EPOCH_MAX: Final = 2_047
"""Order ids have 11 bits for it."""


class LeaseRow(Base):
    """A lease by its name; times are the database's own."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    """How often it was taken, or more."""
    holder: Mapped[str]
    """Who took it last, as it told."""
    taken_ns: Mapped[int]
    until_ns: Mapped[int]
    """Until when nobody else takes it."""

    __table_args__ = (
        CheckConstraint(f"epoch > 0 AND epoch <= {EPOCH_MAX}", name="epoch_fits"),
        CheckConstraint("name <> '' AND holder <> ''", name="named"),
    )
