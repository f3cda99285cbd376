"""Views of a profit sum to it, and regimes look at nothing that came later."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.portfolio import trade_views as views
from traider.portfolio.attribution import MANUAL
from traider.portfolio.regimes import EVERY, PAST_MIN, REGIMES, regime_at
from traider.portfolio.trades import Trade

HOUR_NS = 3_600 * 10**9
SHARES: tuple[dict[str, float], ...] = (
    {"a": 0.7, "b": 0.3},
    {"a": -0.5, "b": 1.5},
    {},
    {MANUAL: 1.0},
)


@st.composite
def _trades(draw: st.DrawFn) -> list[Trade]:
    found = []
    for _ in range(draw(st.integers(0, 12))):
        one = Decimal(1)
        pnl = Decimal(draw(st.integers(-(10**12), 10**12))) / 10**8
        opened = draw(st.integers(0, 50)) * HOUR_NS // 2
        found.append(
            Trade(
                draw(st.sampled_from(["X", "Y"])),
                draw(st.sampled_from([1, -1])),
                opened,
                draw(st.sampled_from([0, opened + 1])),
                one,
                one,
                one,
                Decimal(0),
                pnl,
                1,
                draw(st.sampled_from(SHARES)),
            )
        )
    return found


@given(_trades(), st.integers(-(10**9), 10**9))
def test_every_view_sums_to_the_profit(trades: list[Trade], more: int) -> None:
    beside = {views.CORRECTIONS: Decimal(more) / 10**8, views.FUNDING: Decimal(0)}
    total = sum((trade.pnl for trade in trades), Decimal(more) / 10**8)
    found = [
        views.by_alpha(trades, ["a", "b"]),
        views.by_model(trades, {"b": "net"}),
        *(views.by_key(trades, key) for key in (views.side_of, views.hour_of, views.state_of)),
        views.by_key(trades, lambda trade: trade.instrument),
    ]
    for view in found:
        assert sum(views.completed(view, beside).values(), Decimal(0)) == total
    assert views.FUNDING not in views.completed({}, beside)
    assert set(found[1]) <= {"net", views.NO_MODEL, MANUAL}
    costs = views.by_cost(total, {"maker_fees": Decimal(3), "funding": Decimal(-1)})
    assert sum(costs.values()) == total
    assert costs["maker_fees"] == -3


def test_hours_are_those_of_the_opening() -> None:
    one, none = Decimal(1), Decimal(0)
    trade = Trade("X", 1, 25 * HOUR_NS + 5, 0, one, one, one, none, one, 1)
    assert views.hour_of(trade) == "01"
    assert (views.side_of(trade), views.state_of(trade)) == ("long", "open_positions")


def _walk(seed: int, steps: int, swing: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    moves = np.random.default_rng(seed).normal(0.0, swing, steps)
    return np.exp(np.cumsum(moves))


def test_the_regime_compares_now_with_before() -> None:
    usual = _walk(1, 2_000, 0.001)
    wild = np.concatenate([usual, usual[-1] * _walk(2, 100, 0.01)])
    calm = np.concatenate([usual, usual[-1] * _walk(2, 100, 0.0001)])
    place = len(wild) - 1
    assert regime_at(wild, place) == "wild"
    assert regime_at(calm, place) == "calm"
    counts = [regime_at(usual, at) for at in range(1_000, 2_000, 5)]
    assert all(counts.count(name) > 10 for name in REGIMES[:3])
    # What comes later changes nothing.
    assert counts == [regime_at(wild, at) for at in range(1_000, 2_000, 5)]


def test_too_little_known_is_no_regime() -> None:
    usual = _walk(1, 900, 0.001)
    assert regime_at(usual, -1) == regime_at(usual, 5) == "unknown"
    assert regime_at(usual, EVERY * PAST_MIN - 1) == "unknown"
    assert regime_at(usual, 890) != "unknown"
    gone = usual.copy()
    gone[800:] = np.nan
    assert regime_at(gone, 890) == "unknown"
