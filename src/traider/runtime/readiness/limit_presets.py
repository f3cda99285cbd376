"""How wide limits may be in each phase of trust, and whether they were set on purpose.

| limit, at most | first | grown | full |
| --- | --- | --- | --- |
| max_order_notional, of the capital | 10 % | 25 % | 100 % |
| price_collar_bps | 100 | 200 | 500 |
| max_exposure, max_gross_exposure, max_leverage | 0.5 | 1.05 | 2 |
| max_orders_per_minute | 30 | 60 | 300 |
| max_daily_loss | 2 % | 5 % | 10 % |
| max_drawdown | 10 % | 20 % | 30 % |
| max_data_age_s | 30 | 60 | 300 |

Limits of a choice (sizes in base units, net and group exposure) must be written down, whatever they
are. They are judgment, not measurement: what an account may lose before a person looks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.runtime.config import LimitsConfig, LoadedConfig
from traider.runtime.config_readiness import Phase
from traider.runtime.readiness.rows import Row, judged

NAME: Final = "limits"


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


def check_limits(loaded: LoadedConfig) -> Row:
    """Tell whether every limit is written in the file, and none is wider than the phase allows."""
    phase = loaded.config.readiness.phase
    faults = [*_left_out(loaded), *_too_wide(loaded, PRESETS[phase])]
    count = len(LimitsConfig.model_fields)
    return judged(
        NAME,
        faults,
        f"{count} limits, as narrow as the phase {phase} asks",
        f"write it in the table [limits] of {loaded.file or 'the config file'}, or narrow it",
    )


def _left_out(loaded: LoadedConfig) -> Iterator[str]:
    limits = [each for each in loaded.settings() if each.key.startswith("limits.")]
    missing = [each.key.removeprefix("limits.") for each in limits if each.origin != "file"]
    if missing:
        yield f"not in the file: {', '.join(missing)}"


def _too_wide(loaded: LoadedConfig, preset: Preset) -> Iterator[str]:
    limits, capital = loaded.config.limits, loaded.config.capital
    most = preset.order_share * capital
    if not 0 < limits.max_order_notional <= most:
        yield f"max_order_notional {limits.max_order_notional:f} is not above 0 and within {most:f}"
    for name, widest in preset.widest.items():
        value = float(getattr(limits, name))
        if value > widest:
            yield f"{name} {value:g} is wider than {widest:g}"
    if not limits.refuse_self_trades:
        yield "refuse_self_trades is off"
