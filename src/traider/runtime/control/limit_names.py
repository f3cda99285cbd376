"""The limits that can be changed while a trader runs: name in ``[limits]``, place and unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from traider.domain.errors import UsageError
from traider.kernel.codes import Limit
from traider.runtime.config_limits import LimitsConfig


@dataclass(frozen=True)
class LimitName:
    """Where the gate keeps a setting, and what its unit is there."""

    limit: Limit
    scale: float = 1.0
    """The gate's units for one of the setting's."""


LIMIT_NAMES: Final[Mapping[str, LimitName]] = {
    "max_order_notional": LimitName(Limit.MAX_ORDER_NOTIONAL),
    "max_order_size": LimitName(Limit.MAX_ORDER_SIZE),
    "price_collar_bps": LimitName(Limit.PRICE_COLLAR, 1e-4),
    "max_exposure": LimitName(Limit.MAX_EXPOSURE),
    "max_gross_exposure": LimitName(Limit.MAX_GROSS_EXPOSURE),
    "max_leverage": LimitName(Limit.MAX_LEVERAGE),
    "max_orders_per_minute": LimitName(Limit.MAX_ORDERS_PER_MINUTE),
    "max_daily_loss": LimitName(Limit.MAX_DAILY_LOSS),
    "max_drawdown": LimitName(Limit.MAX_DRAWDOWN),
    "max_data_age_s": LimitName(Limit.MAX_DATA_AGE_NS, 1e9),
    "max_net_exposure": LimitName(Limit.MAX_NET_EXPOSURE),
    "max_group_exposure": LimitName(Limit.MAX_GROUP_EXPOSURE),
    "refuse_self_trades": LimitName(Limit.SELF_TRADE),
    "max_position_notional": LimitName(Limit.MAX_POSITION_NOTIONAL),
    "max_positions": LimitName(Limit.MAX_POSITIONS),
    "max_daily_loss_amount": LimitName(Limit.MAX_DAILY_LOSS_AMOUNT),
    "max_daily_loss_sigmas": LimitName(Limit.MAX_DAILY_LOSS_SIGMAS),
    "max_correlated_exposure": LimitName(Limit.MAX_CORRELATED_EXPOSURE),
    "max_var": LimitName(Limit.MAX_VAR),
    "max_es": LimitName(Limit.MAX_ES),
    "max_margin_use": LimitName(Limit.MAX_MARGIN_USE),
    "min_liquidation_distance": LimitName(Limit.MIN_LIQUIDATION_DISTANCE),
}


_DIGITS: Final = 12
"""Digits kept of a value in the gate's units, so that 100 bps are 100 again."""


def setting_value(name: str, value: float) -> float:
    """Return a value of the gate in the setting's unit."""
    return float(f"{value / LIMIT_NAMES[name].scale:.{_DIGITS}g}")


def limits_of(values: Sequence[float] | npt.NDArray[np.float64]) -> dict[str, float]:
    """Return the limits of a gate that are on, by name, in the settings' units."""
    found = {
        name: setting_value(name, float(values[known.limit])) for name, known in LIMIT_NAMES.items()
    }
    return {name: value for name, value in found.items() if value}


def limit_name(name: str) -> LimitName:
    """Return what is known of the limit that ``[limits]`` calls ``name``.

    Raises:
        UsageError: there is no such limit.
    """
    known = LIMIT_NAMES.get(name.removeprefix("limits."))
    if known is None:
        raise UsageError(
            f"there is no limit {name!r} to change", fix=f"name one of {', '.join(LIMIT_NAMES)}"
        )
    return known


def gate_value(name: str, value: Decimal) -> tuple[Limit, float]:
    """Return the place and the value in the gate of a limit in the configuration's unit.

    Raises:
        UsageError: there is no such limit, or the configuration would not take the value.
    """
    known = limit_name(name)
    setting: object = value
    if known.limit is Limit.SELF_TRADE and value in (0, 1):
        setting = bool(value)
    key = name.removeprefix("limits.")
    try:
        made = LimitsConfig.model_validate({key: setting})
    except ValidationError as fault:
        what = fault.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageError(
            f"{value} cannot be: {what}", where=key, fix="give another value"
        ) from None
    return known.limit, float(getattr(made, key)) * known.scale


_LESS_IS_LOOSER: Final = frozenset(("min_liquidation_distance", "refuse_self_trades"))


def loosens(name: str, before: float, after: float) -> bool:
    """Whether a limit lets more through with the value ``after``; 0 switches a limit off.

    Raises:
        UsageError: there is no such limit.
    """
    limit_name(name)
    if name.removeprefix("limits.") in _LESS_IS_LOOSER:
        return after < before
    return (after or float("inf")) > (before or float("inf"))
