import msgspec
import pytest

from traider.gateway.latency import LatencyBook, Stage
from traider.runtime.status_body import (
    HealthBody,
    LatencyBody,
    Mode,
    Phase,
    PositionBody,
    StatusBody,
    latency_bodies,
)

BODY = StatusBody(
    mode=Mode.DEMO,
    venue="local",
    state="runs/demo",
    pid=4711,
    epoch=3,
    is_leader=True,
    phase=Phase.TRADING,
    started_ns=1_700_000_000_000_000_000,
    now_ns=1_700_000_060_000_000_000,
    currency="USD",
    nav="10012.34567891",
    cash="5000",
    pnl="12.34567891",
    pnl_day="12.34567891",
    fees="1.5",
    drawdown="0.001",
    positions=(PositionBody("BTC-USD", "-0.1", "50000", "-5000", "12.5"),),
    health=(HealthBody("feed", is_good=False, detail="no tick", since_ns=1),),
)


def test_a_body_comes_back_as_it_went_out() -> None:
    raw = msgspec.json.encode(BODY)
    assert msgspec.json.decode(raw, type=StatusBody) == BODY
    assert msgspec.json.decode(raw)["nav"] == "10012.34567891"


def test_a_mode_that_is_not_known_is_refused() -> None:
    raw = msgspec.json.encode(BODY).replace(b'"demo"', b'"toy"')
    with pytest.raises(msgspec.ValidationError, match="mode"):
        msgspec.json.decode(raw, type=StatusBody)


def test_latencies_are_told_in_microseconds_by_stage() -> None:
    book = LatencyBook()
    book.record(Stage.ACK, 2_500)
    assert latency_bodies(book) == {"ack": LatencyBody(2.5, 2.5, 2.5, 2.5, 1)}
