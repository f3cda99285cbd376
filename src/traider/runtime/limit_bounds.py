"""How wide limits may be in each phase of trust: before a live run begins, and while it runs.

| limit, at most | first | grown | full |
| --- | --- | --- | --- |
| max_order_notional, of the capital | 10 % | 25 % | 100 % |
| price_collar_bps | 100 | 200 | 500 |
| max_exposure, max_gross_exposure, max_leverage | 0.5 | 1.05 | 2 |
| max_orders_per_minute | 30 | 60 | 300 |
| max_daily_loss | 2 % | 5 % | 10 % |
| max_drawdown | 10 % | 20 % | 30 % |
| max_data_age_s | 30 | 60 | 300 |

Limits of a choice (all others) must be written down, whatever they are, or be set by a name in
[risk]. They are judgment, not measurement: what an account may lose before a person looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.domain.errors import UsageError
from traider.runtime.config import Config, LimitsConfig
from traider.runtime.config_readiness import Phase


@dataclass(frozen=True)
class Preset:
    """The widest limits of a phase."""

    order_share: Decimal
    """Of the capital in one order."""
    widest: Mapping[str, float]
    """By the limit's name."""


def _preset(share: str, exposure: float, *rest: float) -> Preset:
    collar_bps, orders, loss, drawdown, age_s = rest
    return Preset(
        Decimal(share),
        {
            "price_collar_bps": collar_bps,
            "max_exposure": exposure,
            "max_gross_exposure": exposure,
            "max_leverage": exposure,
            "max_orders_per_minute": orders,
            "max_daily_loss": loss,
            "max_drawdown": drawdown,
            "max_data_age_s": age_s,
        },
    )


PRESETS: Final[Mapping[Phase, Preset]] = {
    "first": _preset("0.10", 0.5, 100, 30, 0.02, 0.10, 30),
    "grown": _preset("0.25", 1.05, 200, 60, 0.05, 0.20, 60),
    "full": _preset("1", 2.0, 500, 300, 0.10, 0.30, 300),
}


_ZERO_IS_OFF: Final = frozenset(
    {
        "max_order_notional",
        "max_order_size",
        "max_net_exposure",
        "max_group_exposure",
        "max_position_notional",
        "max_positions",
        "max_daily_loss_amount",
        "max_daily_loss_sigmas",
        "max_correlated_exposure",
        "max_var",
        "max_es",
        "max_margin_use",
    }
)


@dataclass(frozen=True)
class PhaseBounds:
    """How wide limits may be in a phase, for a capital."""

    phase: Phase
    capital: Decimal

    @classmethod
    def of(cls, config: Config) -> "PhaseBounds":
        """Return the bounds that a configuration chose."""
        return cls(config.readiness.phase, config.capital)

    def fault(self, name: str, value: float) -> str:
        """Say how a limit, in the configuration's unit, is wider than the phase allows; or nothing.

        A limit of a choice has no bound.
        """
        preset = PRESETS[self.phase]
        if name == "max_order_notional":
            most = preset.order_share * self.capital
            if not 0 < value <= most:
                return f"max_order_notional {value:.12g} is not above 0 and within {most:f}"
        if name == "refuse_self_trades" and not value:
            return "refuse_self_trades is off"
        if value > preset.widest.get(name, value):
            return f"{name} {value:g} is wider than {preset.widest[name]:g}"
        return ""

    def check_change(self, name: str, value: float, previous: float) -> None:
        """Refuse a change that makes a limit wider, and wider than the phase allows.

        Raises:
            UsageError: it does; says which bound, and the way to a wider one.
        """
        fault = self.fault(name, value)
        if fault and is_wider(name, value, previous):
            raise UsageError(
                f"{fault}, the bound of the phase {self.phase}",
                where=f"limits.{name}",
                fix="set readiness.phase and limits in the file, sign traider readiness for them, "
                "and start --live again",
            )


def is_wider(name: str, value: float, previous: float) -> bool:
    """Whether a limit lets more through than before, both in the same unit."""
    if name in ("refuse_self_trades", "min_liquidation_distance"):
        return value < previous
    if name in _ZERO_IS_OFF and 0.0 in (value, previous):
        return value == 0.0 != previous
    return value > previous


def limit_values(limits: LimitsConfig) -> dict[str, float]:
    """Return the limits that are numbers, by name, in the configuration's unit."""
    return {name: float(value) for name, value in limits if name != "groups"}
