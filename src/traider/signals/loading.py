"""Find an alpha by name: a shipped one, or a user's own in a file of its own."""

from pathlib import Path
from typing import Final

from traider.domain.errors import StrategyError
from traider.features.user_files import run_user_file
from traider.signals.alpha import Alpha
from traider.signals.funding_drift import funding_drift
from traider.signals.mean_reversion import mean_reversion
from traider.signals.momentum import momentum
from traider.signals.order_flow import order_flow
from traider.signals.sma_cross import sma_cross
from traider.signals.trend import trend
from traider.signals.volatility_regime import volatility_regime

SHIPPED: Final = {
    found.name: found
    for found in (
        momentum,
        trend,
        mean_reversion,
        volatility_regime,
        order_flow,
        funding_drift,
        sma_cross,
    )
}


def load_alpha(name: str, file: Path | None = None) -> Alpha:
    """Return the alpha called ``name``, shipped, or declared in ``file``; - and _ are the same.

    Raises:
        StrategyError: there is none of that name, or the file cannot be read or run.
    """
    name = name.replace("-", "_")
    if file is None:
        if name not in SHIPPED:
            raise StrategyError(
                f"unknown alpha {name!r}",
                where="strategy.alphas",
                fix=f"use one of {', '.join(SHIPPED)}, or name the file that declares it",
            )
        return SHIPPED[name]
    found = _alphas_in(file)
    if name not in found:
        raise StrategyError(
            f"declares no alpha {name!r}",
            where=str(file),
            fix=f"it declares: {', '.join(found) or 'none; decorate a function with @alpha'}",
        )
    return found[name]


def _alphas_in(file: Path) -> dict[str, Alpha]:
    declared = run_user_file(file, "alpha").values()
    return {value.name: value for value in declared if isinstance(value, Alpha)}
