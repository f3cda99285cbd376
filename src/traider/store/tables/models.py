"""Every table in one place, so that metadata is whole where it is compared or created."""

from traider.store.tables.base import Base
from traider.store.tables.control_rows import (
    AlertRow,
    AuditRow,
    LimitChangeRow,
    LimitRow,
    ModelRow,
    UserRow,
)
from traider.store.tables.instrument_rows import InstrumentRow, JournalInstrumentRow, JournalRow
from traider.store.tables.job_rows import JobRow
from traider.store.tables.lease_rows import LeaseRow
from traider.store.tables.lot_rows import DisposalRow, LotRow
from traider.store.tables.people_rows import (
    ApiTokenRow,
    ApprovalRow,
    IdempotencyRow,
    LoginFailureRow,
    PreferencesRow,
    SessionRow,
)
from traider.store.tables.trading_rows import (
    BalanceRow,
    FillRow,
    OrderRow,
    PositionRow,
    SignalRow,
)

__all__ = [
    "AlertRow",
    "ApiTokenRow",
    "ApprovalRow",
    "AuditRow",
    "BalanceRow",
    "Base",
    "DisposalRow",
    "FillRow",
    "IdempotencyRow",
    "InstrumentRow",
    "JobRow",
    "JournalInstrumentRow",
    "JournalRow",
    "LeaseRow",
    "LimitChangeRow",
    "LimitRow",
    "LoginFailureRow",
    "LotRow",
    "ModelRow",
    "OrderRow",
    "PositionRow",
    "PreferencesRow",
    "SessionRow",
    "SignalRow",
    "UserRow",
]
