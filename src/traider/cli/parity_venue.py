"""What the back-test beside a run took the venue to be like, and how large the difference is."""

from collections.abc import Iterator
from typing import Any, Final

from traider.runtime.parity.measured_latency import Spread
from traider.runtime.parity.report import AssumedVenue, MarketReference

_NS_PER_US: Final = 1_000


def venue_body(venue: AssumedVenue) -> dict[str, Any]:
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


def venue_lines(reference: MarketReference) -> Iterator[str]:
    """Yield lines about what was assumed of the venue."""
    venue = reference.venue
    fills = (
        f"fills: tier {venue.fill_tier}, fees {venue.maker_fee:%} as maker, {venue.taker_fee:%} "
        f"as taker"
    )
    of_settings = (
        "drawn from the settings' file" if venue.latency_ns is None else _said(venue.latency_ns)
    )
    if venue.measured is None or reference.by_latency is None:
        yield f"latency: as in the settings, {of_settings}; {fills}"
        return
    spreads = (
        ("orders", venue.measured.orders.spread),
        ("cancels", venue.measured.cancels.spread),
        ("ends of lives", venue.measured.expiries.spread),
    )
    told = "; ".join(
        f"{each.count:,} {name} p50 {_said(each.p50_ns)}, p99 {_said(each.p99_ns)}"
        for name, each in spreads
        if each.count
    )
    yield f"latency: as measured, in time of the market: {told}"
    yield fills
    yield (
        f"with the latency of the settings, {of_settings}: {reference.settings_profit:,.4f}; "
        f"by latency alone {reference.by_latency.difference:,.4f} apart"
    )


def shares_line(reference: MarketReference) -> str:
    """Return how large the difference is, in one line."""
    shares = (
        ("profit or loss", reference.share_of_profit),
        (
            f"turnover ({reference.turnover:,.2f} {reference.currency})",
            reference.share_of_turnover,
        ),
        ("capital", reference.share_of_capital),
    )
    told = (f"{share:.4%} of its {name}" for name, share in shares if share is not None)
    return f"the difference is {', '.join(told)}"


def _said(duration_ns: int) -> str:
    return f"{duration_ns / _NS_PER_US:,.0f} us"
