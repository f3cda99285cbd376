"""Reasons of orders are told as the audit grows, each once its whole line is there."""

from pathlib import Path
from typing import Any

from traider.compliance.followed_reasons import FollowedReasons
from traider.compliance.records import Entry
from traider.compliance.writing import AuditWriter


def _decision(order_id: str, score: float) -> Entry:
    instrument = {"scores": {"momentum": {"score": score, "confidence": 1.0, "weight": 1.0}}}
    payload = {"orders": [order_id], "instruments": {"COINBASE:BTC-USDT": instrument}}
    return Entry(1, "trader", "decision", "7", payload)


def _order(order_id: str, **more: Any) -> Entry:
    payload = {"instrument": "COINBASE:BTC-USDT", "side": "buy", "size": "2", "type": "market"}
    return Entry(1, more.pop("actor", "trader"), "order", order_id, payload | more)


def test_reasons_come_with_the_lines(tmp_path: Path) -> None:
    reasons = FollowedReasons(tmp_path)
    reasons.refresh()
    assert reasons.of("a") == ""
    with AuditWriter.open(tmp_path, 400) as writer:
        writer.append([_decision("a", 0.5)])
        reasons.refresh()
        assert reasons.of("a") == ""
        writer.append([_order("a"), _decision("b", -0.25)])
        reasons.refresh()
        assert reasons.of("a") == "momentum +0.50 → buy 2 BTC"
        writer.append([_order("b", side="sell"), _order("c", actor="ana", why="rebalance")])
    reasons.refresh()
    assert reasons.of("b") == "momentum -0.25 → sell 2 BTC"
    assert reasons.of("c") == "ana: rebalance → buy 2 BTC"
    assert len(list(tmp_path.glob("audit-*.jsonl"))) > 1


def test_half_a_line_waits(tmp_path: Path) -> None:
    with AuditWriter.open(tmp_path) as writer:
        writer.append([_decision("a", 0.5), _order("a")])
    (path,) = tmp_path.glob("audit-*.jsonl")
    raw = path.read_bytes()
    path.write_bytes(raw[:-5])
    reasons = FollowedReasons(tmp_path)
    reasons.refresh()
    assert reasons.of("a") == ""
    path.write_bytes(raw)
    reasons.refresh()
    assert reasons.of("a") == "momentum +0.50 → buy 2 BTC"
