"""A gate of the gateway's own: asked beside the trader's, and as it was after a restart."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway.desk import Books, running
from tests.gateway.orders import NOW_NS, REFUSED, fill, intent, packed, sent
from tests.kernel.scenario import spec_of
from traider.domain.errors import KernelError
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.payloads import encode_event
from traider.gateway.own_gate import OwnGate
from traider.gateway.reports import report
from traider.kernel.codes import Limit, Verdict
from traider.kernel.construction import build_gate
from traider.kernel.specification import RiskSpec

ONE, TWO = packed(100), packed(200)


def trade(price: int) -> EventArray:
    return encode_event({"kind": "TRADE", "price": price, "size": 1, "ts_recv": NOW_NS})


def gate_of(**limits: float) -> OwnGate:
    """Return a gate over an account of 1,000,000, with limits by name."""
    return OwnGate(build_gate(spec_of(limits={Limit[name]: each for name, each in limits.items()})))


def test_it_answers_by_prices_and_orders_of_its_own() -> None:
    gate = gate_of(MAX_EXPOSURE=1.0)
    order = intent(ONE, size=10)
    order["price"] = 60_000
    assert gate.answer(order)[0] == Verdict.NO_PRICE
    gate.see(trade(60_000))
    assert gate.answer(order)[0] == Verdict.APPROVED
    gate.follow(sent(order))
    # 600,000 of 1,000,000 are open by now: as much again is too much.
    again = order.copy()
    again["order_id"] = TWO
    code, number, limit = gate.answer(again)
    assert code == Verdict.EXPOSURE
    assert (round(number, 6), limit) == (1.2, 1.0)
    gate.follow(report(Kind.CANCELLED, order, NOW_NS, size=10))
    assert gate.answer(again)[0] == Verdict.APPROVED


def test_it_is_as_it_was_after_a_restart_and_counts_orders_without_a_price() -> None:
    order = intent(ONE, size=10)
    order["price"] = 60_000
    log = [sent(order), fill(order, 4, 6), encode_event({"kind": "PAUSE"})]
    whole = gate_of(MAX_EXPOSURE=1.0)
    for part in log:
        whole.follow(part)
    halfway = gate_of(MAX_EXPOSURE=1.0)
    halfway.follow(log[0])
    after = gate_of(MAX_EXPOSURE=1.0)
    after.restore(halfway.state(), log[1:])
    assert after.state() == whole.state()
    fresh = gate_of(MAX_EXPOSURE=1.0)
    fresh.restore(b"", log)
    assert fresh.state() == whole.state()
    with pytest.raises(KernelError, match="does not fit"):
        fresh.restore(b"other", ())
    for gate in (whole, after):
        gate.see(trade(60_000))
        assert gate.answer(intent(TWO, size=1))[0] == Verdict.PAUSED


def test_a_gateway_asks_it_beside_the_trader_s_and_keeps_it_with_the_log(tmp_path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path)
        gate = gate_of(MAX_ORDER_SIZE=5.0)
        gate.see(trade(5_000_000))
        async with running(books, gate=gate) as desk:
            desk.want([intent(ONE, size=6)])
            desk.want([intent(TWO, size=5)], [REFUSED])
            desk.want([intent(packed(300), size=5)])
            await desk.quiet()
            reports = books.reports.events
            codes = reports["code"][reports["kind"] == Kind.VERDICT].tolist()
            assert codes == [Verdict.MAX_SIZE, REFUSED[0], Verdict.APPROVED]
            desk.log.keep_checkpoint()
        after = gate_of(MAX_ORDER_SIZE=5.0)
        async with running(books, gate=after):
            assert after.state() == gate.state()

    asyncio.run(scene())


MINUTE = 60 * 10**9
RISK = RiskSpec(MINUTE, decay=0.9, samples_min=30)


def history(first_ns: int, closes: list[int]) -> EventArray:
    """Return bars of a minute that close at these prices, marked as a warm-up is."""
    bars = [
        encode_event({"kind": "BAR", "close": close, "ts_recv": first_ns + place * MINUTE})
        for place, close in enumerate(closes)
    ]
    return join_events([encode_event({"kind": "WARMUP_BEGIN", "ts_recv": first_ns}), *bars])


def risky_gate() -> OwnGate:
    return OwnGate(build_gate(replace(spec_of(limits={Limit.MAX_VAR: 0.5}), risk=RISK)))


def test_it_samples_a_history_and_takes_nothing_else_from_it() -> None:
    gate, order = risky_gate(), intent(ONE, size=1)
    order["price"], order["ts_recv"] = 60_000, NOW_NS
    gate.see(trade(60_000))
    assert gate.answer(order) == (Verdict.NO_COVARIANCE, 0.0, 30.0)
    closes = [60_000 + 30 * (place % 7) for place in range(31)]
    account = gate.gate.account.copy()
    gate.learn(history(NOW_NS - 31 * MINUTE, closes))
    assert gate.gate.account.tobytes() == account.tobytes()
    assert int(gate.gate.risk["days"][0]) == 0
    assert gate.answer(order)[0] == Verdict.APPROVED
    # What was sampled is not sampled again, and what follows is.
    known = gate.gate.shrunk.copy()
    gate.learn(history(NOW_NS - 31 * MINUTE, closes))
    assert gate.gate.shrunk.tobytes() == known.tobytes()
    gate.learn(history(NOW_NS - 31 * MINUTE, [*closes, 61_000]))
    assert int(gate.gate.markets["samples"][0]) == 31


def test_its_samples_are_kept_over_a_restart() -> None:
    gate = risky_gate()
    gate.learn(history(NOW_NS - 31 * MINUTE, [60_000 + 30 * (place % 7) for place in range(31)]))
    again = risky_gate()
    again.restore(gate.state(), [])
    assert again.gate.shrunk.tobytes() == gate.gate.shrunk.tobytes()
    order = intent(ONE, size=1)
    order["price"], order["ts_recv"] = 60_000, NOW_NS
    assert again.answer(order)[0] == Verdict.APPROVED
