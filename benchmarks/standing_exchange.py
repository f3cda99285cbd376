"""A local exchange that stands while traders come and go, playing the demo's bars."""

from pathlib import Path
from typing import Any, Final

from traider.runtime.demo_exchange import products_of
from traider.runtime.stress.through import standing_exchange

SAMPLE: Final = Path(__file__).resolve().parents[1] / "data" / "sample"
BARS: Final = tuple(SAMPLE / f"BINANCE-PERP-{base}-USDT-1m.parquet" for base in ("BTC", "ETH"))
PRODUCTS: Final = products_of(BARS)
FAULTS: Final[tuple[dict[str, Any], ...]] = (
    {"kind": "partial_fills", "count": 3, "for_ms": 60_000},
    {"kind": "duplicate_fill", "times": 5},
    {"kind": "out_of_order_fill", "times": 3},
    {"kind": "late_fill", "delay_ms": 5_000, "times": 3},
    {"kind": "disconnect", "channel": "user"},
    {"kind": "drop", "channel": "user", "times": 2},
    {"kind": "disconnect", "channel": "l2_data"},
    {"kind": "sequence_gap", "channel": "l2_data", "count": 3},
    {"kind": "answer_lost", "method": "POST", "path": "/orders"},
    {"kind": "server_error", "method": "POST", "path": "/orders", "status": 503},
    {"kind": "rate_limited", "method": "POST", "path": "/orders"},
    {"kind": "failed_after_accept"},
    {"kind": "fill_before_cancel", "share": 0.5},
    {"kind": "slow", "method": "POST", "path": "/orders", "delay_ms": 500},
)


class StandingExchange(standing_exchange.StandingExchange):
    """One that plays the demo's bars, unless others are named."""

    def __init__(self, folder: Path, speed: float, bars: tuple[Path, ...] = BARS) -> None:
        super().__init__(folder, speed, bars)
