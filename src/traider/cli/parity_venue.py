"""What the back-test beside a run took the venue to be like, and how large the difference is."""

from collections.abc import Iterator
from typing import Final

from traider.runtime.parity.report import MarketReference

_NS_PER_US: Final = 1_000


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
