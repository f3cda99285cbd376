"""Limits of the gate: in force, used, and who set them.

What is used is the gate's own view of the account, open orders counted at their worst as it counts
them (``kernel.gate.exposure``). What only the gate can measure (margin, what moves together) it is
asked, by the smallest further order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from traider.api.following import FollowedRun
from traider.api.following.followed import known
from traider.api.shapes.risk import LimitChange, LimitRow
from traider.backtest.gate_checks import copied, gate_checks
from traider.compliance.records import AuditRecord
from traider.compliance.searching import AuditSearch, search
from traider.domain.errors import UsageError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.orders import OrderType
from traider.domain.payload_table import PAYLOADS
from traider.kernel.codes import Limit, Verdict
from traider.kernel.records import Gate
from traider.runtime.config_limits import LimitsConfig
from traider.runtime.config_model import Config
from traider.runtime.config_risk import RiskConfig
from traider.runtime.control.limit_names import LIMIT_NAMES, setting_value
from traider.runtime.risk_watch import gate_risk, held_values

FloatArray = npt.NDArray[np.float64]
Scope = Literal["account", "instrument", "order"]
_MONEY: Final = "money"
_EQUITY: Final = "of equity"
_UNITS: Final[Mapping[str, tuple[str, Scope]]] = {
    "max_order_notional": (_MONEY, "order"),
    "max_order_size": ("base units", "order"),
    "price_collar_bps": ("basis points", "order"),
    "max_exposure": (_EQUITY, "instrument"),
    "max_gross_exposure": (_EQUITY, "account"),
    "max_leverage": (_EQUITY, "account"),
    "max_orders_per_minute": ("orders a minute", "account"),
    "max_daily_loss": (_EQUITY, "account"),
    "max_drawdown": ("of the peak of equity", "account"),
    "max_data_age_s": ("seconds", "instrument"),
    "max_net_exposure": (_EQUITY, "account"),
    "max_group_exposure": (_EQUITY, "account"),
    "refuse_self_trades": ("on or off", "order"),
    "max_position_notional": (_MONEY, "instrument"),
    "max_positions": ("instruments", "account"),
    "max_daily_loss_amount": (_MONEY, "account"),
    "max_daily_loss_sigmas": ("standard deviations", "account"),
    "max_correlated_exposure": (_EQUITY, "account"),
    "max_var": (_EQUITY, "account"),
    "max_es": (_EQUITY, "account"),
    "max_margin_use": ("of the collateral", "account"),
    "min_liquidation_distance": ("of the mark", "instrument"),
}
_ASKED: Final[Mapping[Limit, Verdict]] = {
    Limit.MAX_DAILY_LOSS: Verdict.DAILY_LOSS,
    Limit.MAX_DRAWDOWN: Verdict.DRAWDOWN,
    Limit.MAX_DAILY_LOSS_AMOUNT: Verdict.DAILY_LOSS_AMOUNT,
    Limit.MAX_DAILY_LOSS_SIGMAS: Verdict.DAILY_LOSS_SIGMAS,
    Limit.MAX_DATA_AGE_NS: Verdict.STALE_DATA,
    Limit.MAX_CORRELATED_EXPOSURE: Verdict.CORRELATED_EXPOSURE,
    Limit.MAX_MARGIN_USE: Verdict.MARGIN_USE,
    Limit.MIN_LIQUIDATION_DISTANCE: Verdict.LIQUIDATION_DISTANCE,
}
"""What the gate itself measures of the smallest further order."""
_LEAST: Final = (Limit.MIN_LIQUIDATION_DISTANCE,)
_MINUTE_NS: Final = 60_000_000_000


@dataclass(frozen=True)
class GateTaken:
    """The gate's view of the account at an instant."""

    gate: Gate
    now_ns: int
    names: tuple[str, ...]
    held: tuple[bool, ...]
    """By instrument, whether something is held or may be by open orders."""


@dataclass(frozen=True)
class LimitOrigins:
    """Where limits are from."""

    begun_with: LimitsConfig
    changes: Mapping[str, AuditRecord]
    """The last of each limit."""


def limit_unit(name: str, currency: str) -> str:
    """Return what the number of a limit counts; money by the code of the run's ``currency``."""
    unit = _UNITS[name][0]
    return currency if unit == _MONEY else unit


def take_gate(run: FollowedRun) -> GateTaken:
    """Return a copy of the gate's view.

    Raises:
        UsageError: it is not known.
    """
    gate = copied(run.kernel.machine.gate)
    markets = gate.markets
    open_lots = markets["open_buy_lots"] + markets["open_sell_lots"]
    held = (markets["position_lots"] != 0) | (open_lots > 0)
    names = tuple(each.name for each in run.instruments)
    return GateTaken(gate, run.now_ns, names, tuple(held.tolist()))


def last_changes(audit: Path) -> dict[str, AuditRecord]:
    """Return the last change of each limit that the audit tells of; none where there is no audit.

    Raises:
        DataError: a line of it is no record.
    """
    try:
        return {each.object_id: each for each in search(audit, AuditSearch(action="limit"))}
    except UsageError:
        return {}


def limit_rows(
    taken: GateTaken | None,
    in_force: Mapping[str, float],
    origins: LimitOrigins,
    config: Config,
) -> list[LimitRow]:
    """Return every limit; what is used is not known without a view of the gate."""
    used = {} if taken is None else used_of(taken, config.risk)
    return [
        _row(name, in_force.get(name, 0.0), used.get(name), origins, config.currency)
        for name in LIMIT_NAMES
    ]


def used_of(taken: GateTaken, risk: RiskConfig) -> dict[str, tuple[float, str]]:
    """Return what is used of each limit that is known, in its unit, and by which instrument."""
    found = {**_exposures(taken), **_asked(taken)}
    equity = float(taken.gate.account[0]["equity"])
    own = gate_risk(taken.gate, held_values(taken.gate), equity, risk)
    found |= {
        name: (value, "")
        for name, value in (("max_var", own.var), ("max_es", own.es))
        if value is not None
    }
    since_ns = taken.now_ns - _MINUTE_NS
    found["max_orders_per_minute"] = float((taken.gate.minute > since_ns).sum()), ""
    return found


def worst_values(gate: Gate) -> FloatArray:
    """Return what each instrument can be worth at most by open orders, without a sign."""
    markets = gate.markets
    longest = np.abs(markets["position_lots"] + markets["open_buy_lots"])
    shortest = np.abs(markets["position_lots"] - markets["open_sell_lots"])
    lots = np.maximum(longest, shortest)
    return np.asarray(lots * markets["mark_ticks"] * markets["lot_value"], np.float64)


def ways_of(gate: Gate) -> tuple[FloatArray, FloatArray]:
    """Return what each instrument can be worth, signed, by open purchases, and by open sales."""
    markets = gate.markets
    prices = markets["mark_ticks"] * markets["lot_value"]
    bought = (markets["position_lots"] + markets["open_buy_lots"]) * prices
    sold = (markets["position_lots"] - markets["open_sell_lots"]) * prices
    return np.asarray(bought, np.float64), np.asarray(sold, np.float64)


def _exposures(taken: GateTaken) -> dict[str, tuple[float, str]]:
    gate = taken.gate
    equity, worst = float(gate.account[0]["equity"]), worst_values(gate)
    found: dict[str, tuple[float, str]] = {
        "max_positions": (float(sum(taken.held)), ""),
        "max_position_notional": _most(worst, taken.names),
    }
    if equity <= 0.0:
        return found
    longest, shortest = ways_of(gate)
    net = max(longest.sum(), -shortest.sum(), 0.0) / equity
    found["max_exposure"] = _most(worst / equity, taken.names)
    found["max_gross_exposure"] = found["max_leverage"] = float(worst.sum()) / equity, ""
    found["max_net_exposure"] = float(net), ""
    groups = gate.markets["group"]
    if groups.any():
        sums = [
            max(np.maximum(way[groups == group], 0.0).sum() for way in (longest, -shortest))
            for group in np.unique(groups[groups != 0])
        ]
        found["max_group_exposure"] = float(max(sums)) / equity, ""
    return found


def _asked(taken: GateTaken) -> dict[str, tuple[float, str]]:
    """Return what the gate measures of the smallest further order of each instrument."""
    gate = copied(taken.gate)
    # What is too small for the venue is refused first, and this order is never sent.
    gate.markets["min_lots"], gate.markets["min_notional"] = 1, 0.0
    wanted = {verdict: name for name, each in LIMIT_NAMES.items() for limit, verdict in
              _ASKED.items() if limit is each.limit}  # fmt: skip
    found: dict[str, tuple[float, str]] = {}
    for number, name in enumerate(taken.names):
        for check in gate_checks(gate, _smallest(gate, number, taken.now_ns)):
            limit = wanted.get(check.verdict)
            if limit is None:
                continue
            value = setting_value(limit, check.number)
            least = LIMIT_NAMES[limit].limit in _LEAST
            before = found.get(limit)
            if before is None or (value < before[0] if least else value > before[0]):
                found[limit] = value, name if _UNITS[limit][1] == "instrument" else ""
    return found


def _smallest(gate: Gate, number: int, now_ns: int) -> EventArray:
    """Return the smallest order that makes a position of an instrument larger."""
    order, market = empty_events(1), gate.markets[number]
    order["kind"], order["version"] = Kind.ORDER_INTENT, PAYLOADS[Kind.ORDER_INTENT].version
    order["ts_event"] = order["ts_recv"] = now_ns
    order["instrument"], order["order_id"] = number, 1
    order["flags"] = int(OrderType.MARKET)
    order["side"] = -1 if market["position_lots"] < 0 else 1
    order["size"] = max(int(market["lot_step"]), 1)
    return order


def _most(values: FloatArray, names: tuple[str, ...]) -> tuple[float, str]:
    place = int(np.argmax(values)) if len(values) else 0
    return (float(values[place]), names[place]) if len(values) and values[place] else (0.0, "")


def _row(
    name: str,
    value: float,
    used: tuple[float, str] | None,
    origins: LimitOrigins,
    currency: str,
) -> LimitRow:
    scope = _UNITS[name][1]
    begun, default = _setting(origins.begun_with, name), _setting(LimitsConfig(), name)
    change = origins.changes.get(name)
    number = None if used is None or scope == "order" else known(used[0])
    least = LIMIT_NAMES[name].limit in _LEAST
    return LimitRow(
        name=name,
        meaning=" ".join((LimitsConfig.model_fields[name].description or "").split()),
        unit=limit_unit(name, currency),
        scope=scope,
        value=value or None,
        used=number,
        share=_share(number, value, is_least=least),
        instrument=used[1] if used is not None else "",
        source="changed" if change is not None else "settings" if begun != default else "default",
        default=default or None,
        begun_with=begun or None,
        changed=None if change is None else _change(change),
    )


def _share(used: float | None, limit: float, *, is_least: bool) -> float | None:
    if used is None or not limit:
        return None
    if is_least:
        return known(limit / used) if used > 0.0 else None
    return used / limit


def _setting(limits: LimitsConfig, name: str) -> float:
    found: Decimal | float | bool = getattr(limits, name)
    return float(found)


def _change(record: AuditRecord) -> LimitChange:
    payload: Mapping[str, Any] = record.payload
    old = payload.get("old")  # in the gate's unit
    return LimitChange(
        who=record.actor,
        why=str(payload.get("why", "")),
        at_ns=record.ts_ns,
        before=None if not old else setting_value(record.object_id, float(old)),
    )
