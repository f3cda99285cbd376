"""Names in [risk] that set many settings at once: layers under whatever else is said of these.

| risk.profile | low | medium | high |
| --- | --- | --- | --- |
| risk.risk_per_trade | 1 % | 2 % | 3 % |
| limits.max_exposure, max_gross_exposure, max_leverage | 5 | 10 | 20 |
| limits.max_positions | 2 | 4 | 6 |

| risk.preset | paper | starter | institutional |
| --- | --- | --- | --- |
| limits.max_position_notional | 2,000 | | |
| limits.max_daily_loss_amount | 400 | | |
| limits.max_daily_loss | | 2 % | 0.1 % |
| limits.max_exposure | | 20 % | 10 % |
| limits.max_var | | 1 % | 0.1 % |

``risk.drawdown`` sets limits.max_drawdown. A preset comes before a profile where both set the same,
and file, environment and command line before either. Starter is meant for accounts of some 1,000 to
5,000 of real money.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from traider.runtime.config_sources import Layer, assign, merged

_Values = Mapping[str, Decimal | int]


def _profile(risk: str, leverage: int, positions: int) -> _Values:
    caps = ("limits.max_exposure", "limits.max_gross_exposure", "limits.max_leverage")
    return {
        "risk.risk_per_trade": Decimal(risk),
        **dict.fromkeys(caps, leverage),
        "limits.max_positions": positions,
    }


def _phase(daily_loss: str, exposure: str, value_at_risk: str) -> _Values:
    return {
        "limits.max_daily_loss": Decimal(daily_loss),
        "limits.max_exposure": Decimal(exposure),
        "limits.max_var": Decimal(value_at_risk),
    }


NAMED: Final[Mapping[str, Mapping[str, _Values]]] = {
    "profile": {
        "low": _profile("0.01", 5, 2),
        "medium": _profile("0.02", 10, 4),
        "high": _profile("0.03", 20, 6),
    },
    "preset": {
        "paper": {"limits.max_position_notional": 2_000, "limits.max_daily_loss_amount": 400},
        "starter": _phase("0.02", "0.20", "0.01"),
        "institutional": _phase("0.001", "0.10", "0.001"),
    },
    "drawdown": {
        "3%": {"limits.max_drawdown": Decimal("0.03")},
        "5%": {"limits.max_drawdown": Decimal("0.05")},
    },
}
"""By the key in [risk] and its value; later keys come before earlier ones."""

NAMED_ORIGINS: Final = frozenset(NAMED)
"""Origins of settings that a name sets."""


def named_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return what the names that ``layers`` choose stand for; to be laid under them.

    A name that does not exist is left to the checks of its setting.
    """
    risk = merged(layers).get("risk")
    chosen = risk if isinstance(risk, dict) else {}
    found = []
    for key, meanings in NAMED.items():
        name = chosen.get(key)
        values = meanings.get(name) if isinstance(name, str) else None
        if values:
            layer = Layer(key, f"risk.{key} = {name}", {})
            for dotted, value in values.items():
                assign(layer.table, dotted, value)
            found.append(layer)
    return tuple(found)
