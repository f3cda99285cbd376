from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from tests.ports.clock import FixedClock
from traider.domain.errors import UsageError
from traider.domain.ports.alert import Alert, Severity
from traider.store.tables import open_engine, write_session
from traider.store.tables.alerts import AlertTable
from traider.store.tables.models import UserRow

STALE = Alert("feed:BTC", Severity.WARNING, "stale", "5 s")


def test_a_condition_is_one_row_until_it_is_over(engine: Engine) -> None:
    clock = FixedClock()
    alerts = AlertTable(engine, clock.now_ns)
    first = alerts.raised(STALE)
    clock.advance(7)
    again = alerts.raised(Alert("feed:BTC", Severity.CRITICAL, "stale", "9 s"))
    assert (again.id, again.count, again.last_ns) == (first.id, 2, first.first_ns + 7)
    assert (again.alert.severity, again.alert.detail) == (Severity.CRITICAL, "9 s")
    assert alerts.raised(STALE).alert.severity is Severity.CRITICAL
    assert alerts.list(only_open=True)[0].count == 3
    over = alerts.resolve("feed:BTC")
    assert over is not None
    assert over.resolved_ns == clock.now_ns()
    assert alerts.resolve("feed:BTC") is None
    assert alerts.list(only_open=True) == ()
    assert alerts.raised(STALE).id != first.id
    assert [kept.count for kept in alerts.list()] == [1, 3]


def test_the_first_to_acknowledge_counts(engine: Engine) -> None:
    with write_session(engine) as session:
        for name in ("ann", "bob"):
            session.add(UserRow(name=name, role="trader", password_digest="x", created_ns=1))  # noqa: S106 - no password
    alerts = AlertTable(engine)
    number = alerts.raised(STALE).id
    assert alerts.acknowledge(number, 1).acknowledged_by == 1
    assert alerts.acknowledge(number, 2).acknowledged_by == 1
    with pytest.raises(UsageError, match="there is no alert 99"):
        alerts.acknowledge(99, 1)


def test_many_that_raise_at_once_are_counted_in_one_row(tables_url: str) -> None:
    def raise_it(_: int) -> None:
        engine = open_engine(tables_url)
        AlertTable(engine).raised(STALE)
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(raise_it, range(8)))
    engine = open_engine(tables_url)
    (kept,) = AlertTable(engine).list()
    engine.dispose()
    assert kept.count == 8
