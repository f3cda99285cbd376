"""What must always be so is refused by the database itself, whoever writes."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError

from tests.store.tables.event_cases import ACCOUNT, INSTRUMENTS, event, intent
from traider.domain.events import Kind, join_events
from traider.store.tables import write_session
from traider.store.tables.base import Base
from traider.store.tables.journals import keep_journal
from traider.store.tables.models import (
    AlertRow,
    AuditRow,
    DisposalRow,
    FillRow,
    InstrumentRow,
    JobRow,
    JournalInstrumentRow,
    JournalRow,
    LimitChangeRow,
    LimitRow,
    LotRow,
    ModelRow,
    OrderRow,
    PositionRow,
    SignalRow,
    UserRow,
)
from traider.store.tables.projector import Projector

DIGEST = "ab" * 32


def user(**said: Any) -> UserRow:
    given = {"name": "ann", "role": "admin", "password_digest": "x", "created_ns": 1}
    return UserRow(**(given | said))


def model(**said: Any) -> ModelRow:
    given: dict[str, Any] = {"name": "trend", "version": 1, "kind": "gbm", "artifact": "a"}
    given |= {"artifact_digest": DIGEST, "feature_digest": DIGEST, "metrics": {}}
    given |= {"trained_from_ns": 1, "trained_until_ns": 2, "created_ns": 3}
    return ModelRow(**(given | said))


def alert(**said: Any) -> AlertRow:
    given = {"key": "feed", "severity": "warning", "title": "stale", "first_ns": 1, "last_ns": 1}
    return AlertRow(**(given | said))


def audit(**said: Any) -> AuditRow:
    given = {"position": 0, "digest": DIGEST, "kind": "login", "who": "ann", "subject": "ann"}
    return AuditRow(**(given | {"ts_ns": 1} | said))


def change(**said: Any) -> LimitChangeRow:
    given: dict[str, Any] = {"scope": "account", "name": "leverage", "revision": 1, "ts_ns": 1}
    given |= {"who": "ann", "why": "start", "new_value": Decimal(1)}
    return LimitChangeRow(**(given | said))


def lot(**said: Any) -> LotRow:
    given: dict[str, Any] = {"journal_id": 1, "method": "fifo", "instrument_id": 1, "side": 1}
    given |= {"opened_sequence": 2, "opened_ns": 1, "quantity": Decimal(3)}
    return LotRow(**(given | {"remaining": Decimal(3), "cost": Decimal(5)} | said))


def disposal(**said: Any) -> DisposalRow:
    given: dict[str, Any] = {"lot_id": 1, "closed_sequence": 5, "closed_ns": 1}
    given |= dict.fromkeys(("quantity", "cost", "proceeds"), Decimal(1))
    return DisposalRow(**(given | said))


def signal(**said: Any) -> SignalRow:
    given: dict[str, Any] = {"journal_id": 1, "instrument_id": 1, "alpha": "momentum", "ts_ns": 1}
    return SignalRow(**(given | {"score": 0.5, "confidence": 1.0, "weight": 0.2} | said))


@pytest.fixture(scope="module")
def traded(shared_engine: Engine) -> Engine:
    """A database with an order that traded; nothing else is taken."""
    trade(shared_engine)
    return shared_engine


def trade(engine: Engine) -> None:
    """Let an order trade a part."""
    keep_journal(engine, ACCOUNT, INSTRUMENTS)
    parts = [intent(256, 9), event(Kind.SENT, order_id=256)]
    parts += [event(Kind.FILL, order_id=256, side=1, price=100, size=4, leaves=5)]
    Projector(engine, ACCOUNT.name).apply(join_events(parts), 0)


def add(engine: Engine, *rows: Base) -> None:
    with write_session(engine) as session:
        for row in rows:
            session.add(row)
            session.flush()


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (OrderRow, {"state": "forgotten"}),
        (OrderRow, {"leaves_lots": 4}),
        (OrderRow, {"filled_lots": -1, "leaves_lots": 10}),
        (OrderRow, {"state": "filled"}),
        (OrderRow, {"side": 0}),
        (OrderRow, {"type": "iceberg"}),
        (OrderRow, {"instrument_id": 99}),
        (FillRow, {"order_id": 999}),
        (FillRow, {"size": Decimal(0)}),
        (FillRow, {"side": 2}),
        (PositionRow, {"quantity": Decimal(0)}),
        (InstrumentRow, {"tick_size": Decimal(0)}),
        (InstrumentRow, {"lot_size": Decimal(-1)}),
        (InstrumentRow, {"min_size": Decimal("-0.1")}),
        (InstrumentRow, {"expiry_ns": 5}),
        (JournalRow, {"mode": "dream"}),
        (JournalRow, {"applied": -1}),
        (JournalInstrumentRow, {"number": 65_536}),
    ],
)
def test_a_row_cannot_become_wrong(
    traded: Engine, table: type[Base], values: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), write_session(traded) as session:
        session.execute(update(table).values(values))


@pytest.mark.parametrize(
    "rows",
    [
        (user(name="Ann"),),
        (user(role="king"),),
        (user(), user()),
        (model(stage="full"),),
        (model(approved_ns=5),),
        (model(trained_until_ns=1),),
        (alert(severity="loud"),),
        (alert(), alert()),
        (alert(last_ns=0),),
        (audit(digest="ab"),),
        (audit(), audit(position=1)),
        (audit(position=-1),),
        (change(who=""),),
        (change(why=""),),
        (change(old_value=Decimal(1)),),
        (change(revision=2),),
        (change(), change()),
        (lot(remaining=Decimal("3.000000000000000001")),),
        (lot(remaining=Decimal("-0.000000000000000001")),),
        (lot(method="random"),),
        (lot(), lot()),
        (disposal(lot_id=9),),
        (disposal(quantity=Decimal(0)),),
        (signal(score=1.5),),
        (signal(confidence=-0.5),),
        (JobRow(kind="download", request={}, state="running", created_ns=1),),
        (JobRow(kind="download", request={}, wanted="fly", created_ns=1),),
    ],
    ids=lambda rows: f"{type(rows[0]).__name__} {len(rows)}",
)
def test_a_row_that_is_wrong_is_refused(traded: Engine, rows: tuple[Base, ...]) -> None:
    copies = [type(row)(**_values(row)) for row in rows]
    with pytest.raises(IntegrityError):
        add(traded, *copies)


def test_what_is_right_is_taken(engine: Engine) -> None:
    trade(engine)
    add(engine, user(), alert(resolved_ns=5), alert(), audit(), audit(position=1, digest="cd" * 32))
    add(engine, model(), model(version=2, stage="full", approved_by=1, approved_ns=5))
    add(engine, LimitRow(scope="account", name="x", value=Decimal(1), revision=1, changed_ns=1))
    add(engine, change(), change(revision=2, old_value=Decimal(1)), lot(), signal())
    add(engine, disposal())
    # One model of a name serves at a time.
    second = model(version=3, stage="full", approved_by=1, approved_ns=5)
    with pytest.raises(IntegrityError):
        add(engine, second)


def _values(row: Base) -> dict[str, Any]:
    """Return what a row was made with, so that each database gets rows of its own."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}
