"""The scenarios that the whole trader lives through: a market, and a fault of the exchange.

Depeg and funding shock are not among them: the local exchange lists spot, valued in its own quote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from traider.runtime.stress.through.markets import (
    Change,
    crash,
    gap_down,
    gap_up,
    one_bet,
    unchanged,
    volatile,
)

_MINUTE_MS: Final = 60_000
_NS_PER_S: Final = 1_000_000_000
_LATENCY_MS: Final = 20_000
_SPREAD_TIMES: Final = 250
"""Of the exchange's one basis point: 2.5 percent."""

Fault = tuple[dict[str, Any], ...]
"""What is laid on the exchange when the shock begins; times are the market's."""

WINDOWS: Final[Mapping[str, str]] = {
    "2020-03-12": "2020-03-12T10:40:00+00:00",
    "2021-05-19": "2021-05-19T13:00:00+00:00",
    "2021-09-07": "2021-09-07T15:00:00+00:00",
    "2023-08-17": "2023-08-17T21:35:00+00:00",
}
"""When each crash begins: the five minutes before the worst bar of bitcoin."""
FAULTS: Final[Mapping[str, Fault]] = {
    "none": (),
    "latency": (
        {"kind": "slow", "delay_ms": _LATENCY_MS, "times": 0, "for_ms": 15 * _MINUTE_MS},
        {"kind": "late_fill", "delay_ms": _LATENCY_MS, "times": 0, "for_ms": 15 * _MINUTE_MS},
    ),
    "outage": ({"kind": "maintenance", "for_ms": 10 * _MINUTE_MS},),
    "halt": (
        {
            "kind": "restricted_product",
            "product_id": "BTC-USDT",
            "flag": "trading_disabled",
            "for_ms": 15 * _MINUTE_MS,
        },
    ),
    "spread": ({"kind": "wide_spread", "count": _SPREAD_TIMES, "for_ms": 15 * _MINUTE_MS},),
}
"""By name: nothing; requests and fills that take long; an exchange that answers nothing; a product
that cannot be traded; best prices far apart."""
MADE: Final[Mapping[str, Change]] = {
    "calm": unchanged,
    "flash-crash": crash,
    "gap-down": gap_down,
    "gap-up": gap_up,
    "volatility-x5": volatile,
    "correlation-1": one_bet,
}
"""Markets made of the settings' own bars."""


@dataclass(frozen=True)
class ThroughScenario:
    """One market with one fault."""

    market: str
    """A name of ``WINDOWS`` or ``MADE``."""
    fault: str

    @property
    def name(self) -> str:
        """Both, in one word."""
        return self.market if self.fault == "none" else f"{self.market}+{self.fault}"

    @property
    def begins_ns(self) -> int | None:
        """When the shock began in the past; None of a market that is made."""
        text = WINDOWS.get(self.market)
        return None if text is None else round(datetime.fromisoformat(text).timestamp()) * _NS_PER_S


def scenario_named(name: str) -> ThroughScenario | None:
    """Return the scenario of a name such as ``2021-09-07+outage``; None where there is none."""
    market, _, fault = name.partition("+")
    if market not in {*WINDOWS, *MADE} or (fault or "none") not in FAULTS:
        return None
    return ThroughScenario(market, fault or "none")


def all_scenarios(*, has_past: bool) -> tuple[ThroughScenario, ...]:
    """Return every shock that is made, every fault on a calm market, and the past where it is.

    Of the past each window without a fault, and each fault with the window it is hardest in.
    """
    made = [ThroughScenario(market, "none") for market in MADE if market != "calm"]
    faults = [ThroughScenario("calm", fault) for fault in FAULTS if fault != "none"]
    if not has_past:
        return (*made, *faults)
    past = [ThroughScenario(window, "none") for window in WINDOWS]
    windows = ("2021-05-19", "2021-09-07", "2020-03-12", "2023-08-17")
    kinds = [fault for fault in FAULTS if fault != "none"]
    past += [ThroughScenario(*pair) for pair in zip(windows, kinds, strict=True)]
    return (*made, *faults, *past)
