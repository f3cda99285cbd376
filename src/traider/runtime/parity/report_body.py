"""What ``traider parity`` found of a run, as JSON values; money is text, exactly."""

from typing import Any, Final

from traider.runtime.parity.attribution import TradeDifference
from traider.runtime.parity.measured_latency import Spread
from traider.runtime.parity.report import AssumedVenue, MarketReference, ParityReport

_NS_PER_US: Final = 1_000


def report_body(report: ParityReport) -> dict[str, Any]:
    """Return the report as it is printed for a program; money is text, exactly."""
    return {
        "ok": report.ok,
        "mode": report.mode,
        "events": report.events,
        "decisions": report.decisions,
        "fills": report.fills,
        "checks": [
            {
                "name": check.name,
                "ok": check.ok,
                "compared": check.compared,
                "first_difference": check.first_difference or None,
            }
            for check in report.checks
        ],
        "fingerprint": report.fingerprint or None,
        "not_in_back_tests": dict(report.foreign),
        "notes": list(report.notes),
        "attribution": None if report.reference is None else _attribution(report.reference),
    }


def _attribution(reference: MarketReference) -> dict[str, Any]:
    found = reference.difference
    return {
        "currency": reference.currency,
        "run_profit": f"{found.run_profit:f}",
        "back_test_profit": f"{found.reference_profit:f}",
        "difference": f"{found.difference:f}",
        "turnover": f"{reference.turnover:f}",
        "share_of_profit": reference.share_of_profit,
        "share_of_turnover": reference.share_of_turnover,
        "share_of_capital": reference.share_of_capital,
        "parts": {name: f"{value:f}" for name, value in found.parts.by_name().items()},
        "unexplained": f"{found.unexplained:f}",
        "unexplained_share": found.unexplained_share,
        "matched": {
            "both": found.count("both"),
            "run_only": found.count("run only"),
            "back_test_only": found.count("reference only"),
        },
        "back_test": _venue_body(reference.venue),
        "with_latency_of_settings": _latency_body(reference),
        "back_test_fingerprint": reference.fingerprint,
        "trades": [_row(row) for row in found.rows],
    }


def _latency_body(reference: MarketReference) -> dict[str, Any] | None:
    """Return what the latency of the settings would have made otherwise, trade by trade."""
    found = reference.by_latency
    if found is None:
        return None
    return {
        "back_test_profit": f"{found.reference_profit:f}",
        "difference": f"{reference.difference.run_profit - found.reference_profit:f}",
        "by_latency_alone": f"{found.difference:f}",
        "trades": [_place(row) for row in found.rows if row.parts.total],
    }


def _row(row: TradeDifference) -> dict[str, Any]:
    parts = {name: f"{value:f}" for name, value in row.parts.by_name().items() if value}
    orders = {
        "run_orders": list(row.run_orders),
        "back_test_orders": list(row.reference_orders),
    }
    return _place(row) | orders | {"parts": parts}


def _place(row: TradeDifference) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "instrument": row.instrument or None,
        "ts": row.ts_ns,
        "side": row.side,
        "total": f"{row.parts.total:f}",
    }


def _venue_body(venue: AssumedVenue) -> dict[str, Any]:
    """Return what was assumed of the venue, for a program; times in microseconds of the market."""
    measured = venue.measured
    return {
        "latency": "as in the settings" if measured is None else "as measured",
        "latency_us_of_settings": None
        if venue.latency_ns is None
        else venue.latency_ns / _NS_PER_US,
        "orders_us": None if measured is None else _spread_body(measured.orders.spread),
        "cancels_us": None if measured is None else _spread_body(measured.cancels.spread),
        "expiries_us": None if measured is None else _spread_body(measured.expiries.spread),
        "fill_tier": venue.fill_tier,
        "maker_fee": f"{venue.maker_fee:f}",
        "taker_fee": f"{venue.taker_fee:f}",
    }


def _spread_body(spread: Spread) -> dict[str, Any]:
    return {
        "count": spread.count,
        "p50": spread.p50_ns / _NS_PER_US,
        "p99": spread.p99_ns / _NS_PER_US,
        "longest": spread.longest_ns / _NS_PER_US,
    }
