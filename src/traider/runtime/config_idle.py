"""Settings that were written and cannot act: they belong to another kind than the chosen one.

Defaults say nothing and are left alone, and so is what a later layer made idle: ``--set
sizing.kind=fixed`` on a file that sizes by volatility needs no other change. A value that switches
something off (0, false, empty) wishes for nothing, and has it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import ConfigError
from traider.runtime.config_model import Config
from traider.runtime.config_sources import Layer, origin_of

_OFF: Final = "off"
_ANY: Final = "any"


@dataclass(frozen=True)
class Dependence:
    """Settings that act with some values of another one alone.

    ``values`` are those values: ``any`` stands for every one that is not empty and not off, and
    an empty tuple for none but the empty one.
    """

    keys: tuple[str, ...]
    on: str
    values: tuple[str, ...]
    fix: str

    def acts(self, config: Config) -> bool:
        """Whether the settings can act in ``config``."""
        value = _value(config, self.on)
        is_empty = not value or value == _OFF
        return (
            not is_empty if self.values == (_ANY,) else str(value or "") in (self.values or ("",))
        )


def _under(table: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names)


_PEGGED: Final = ("post-only", "iceberg")
_FOLLOWED: Final = ("offset_ticks", "offset_bps", "repeg_ticks", "widen_s")
_WORKED: Final = ("repeg_s", "time_limit_s", "slippage_bps", "take_rest")
_STYLED: Final = (
    *_FOLLOWED,
    *_WORKED,
    "limit_offset_bps",
    "latency_moves",
    "twap_slices",
    "iceberg_share",
)
_SIZED: Final = ("max_leverage", "gross_leverage", "net_leverage", "dead_band")
_MEASURED: Final = (
    "risk",
    "atr_multiple",
    "atr_window",
    "stop_fraction",
    "target_volatility",
    "fraction",
    "volatility_window",
)
_PLANNED: Final = (
    "stop_distance",
    "atr_window",
    "trail_distance",
    "trail_step",
    "break_even",
    "reenter",
)


def _chosen(table: str, on: str, *values: str, keys: tuple[str, ...]) -> Dependence:
    """Return what acts with some kinds or styles alone."""
    *first, last = values
    listed = f"{', '.join(first)} or {last}" if first else last
    return Dependence(_under(table, *keys), on, values, f"set {on} to {listed}")


DEPENDENCES: Final = (
    _chosen("execution", "strategy.kind", "ensemble", keys=_STYLED),
    _chosen("plan", "strategy.kind", "ensemble", "sma-cross", keys=_PLANNED),
    _chosen("sizing", "strategy.kind", "ensemble", keys=(*_SIZED, *_MEASURED)),
    _chosen("execution", "execution.style", "limit", keys=("limit_offset_bps",)),
    _chosen("execution", "execution.style", "limit", *_PEGGED, keys=("latency_moves",)),
    _chosen("execution", "execution.style", *_PEGGED, keys=_FOLLOWED),
    _chosen("execution", "execution.style", "post-only", "iceberg", "twap", keys=_WORKED),
    _chosen("execution", "execution.style", "twap", keys=("twap_slices",)),
    _chosen("execution", "execution.style", "iceberg", keys=("iceberg_share",)),
    Dependence(("execution.latency_ms",), "execution.latency_file", (), "drop the file"),
    _chosen("sizing", "sizing.kind", "atr", "fixed-risk", keys=("risk",)),
    _chosen("sizing", "sizing.kind", "atr", keys=("atr_multiple", "atr_window")),
    _chosen("sizing", "sizing.kind", "fixed-risk", keys=("stop_fraction",)),
    _chosen(
        "sizing",
        "sizing.kind",
        "volatility-target",
        keys=("target_volatility", "volatility_window"),
    ),
    _chosen("sizing", "sizing.kind", "fixed", keys=("fraction",)),
    _chosen("sizing", "sizing.kind", "fixed", "atr", "fixed-risk", keys=("confidence_scaling",)),
    _chosen("sizing", "strategy.kind", "ensemble", keys=("confidence_scaling",)),
    Dependence(("risk.risk_per_trade",), "plan.stop", (_ANY,), "set plan.stop to atr or fraction"),
    _chosen(
        "sizing",
        "sizing.kind",
        *("volatility-target", "fixed", "atr", "fixed-risk"),
        keys=_SIZED,
    ),
    Dependence(("sizing.stop_fraction",), "plan.stop", (_OFF,), "use plan.stop_distance"),
    Dependence(_under("plan", *_PLANNED), "plan.stop", (_ANY,), "set plan.stop to atr or fraction"),
    Dependence(
        ("plan.trail_distance",), "plan.trail", (_ANY,), "set plan.trail to atr or fraction"
    ),
    Dependence(("plan.break_even",), "plan.targets", (_ANY,), "give plan.targets"),
    Dependence(("limits.max_group_exposure",), "limits.groups", (_ANY,), "give limits.groups"),
    Dependence(
        ("limits.groups",), "limits.max_group_exposure", (_ANY,), "give limits.max_group_exposure"
    ),
)


def idle_faults(
    config: Config, layers: Sequence[Layer], *, swept: bool = False
) -> tuple[ConfigError, ...]:
    """Return a fault for each setting of ``layers`` that cannot act in ``config``, once each.

    ``swept`` says that the layer holds a point of a grid: where the kind itself is swept, what
    belongs to another kind acts at other points.
    """
    found: dict[str, ConfigError] = {}
    for key, dependence in _idle(config, layers):
        if key not in found and not (swept and origin_of(dependence.on, layers)):
            found[key] = _fault(key, dependence, config, layers)
    return tuple(found.values())


def _idle(config: Config, layers: Sequence[Layer]) -> Iterator[tuple[str, Dependence]]:
    for dependence in DEPENDENCES:
        if dependence.acts(config):
            continue
        for key in dependence.keys:
            if _is_meant(key, dependence.on, config, layers):
                yield key, dependence
    windows = config.plan.stop, config.plan.trail
    atr = Dependence(("plan.atr_window",), "plan.stop", ("atr",), "set plan.stop to atr")
    if "atr" not in windows and _is_meant("plan.atr_window", atr.on, config, layers):
        yield "plan.atr_window", atr


def _is_meant(key: str, on: str, config: Config, layers: Sequence[Layer]) -> bool:
    """Whether ``key`` was written, wishes for something, and no later layer chose ``on`` anew."""
    origin, other = origin_of(key, layers), origin_of(on, layers)
    if origin is None or not _value(config, key):
        return False
    return other is None or layers.index(other) <= layers.index(origin)


def _fault(
    key: str, dependence: Dependence, config: Config, layers: Sequence[Layer]
) -> ConfigError:
    value = _value(config, dependence.on)
    shown = f"{dependence.on} = {value}" if value else f"no {dependence.on}"
    layer = origin_of(key, layers)
    return ConfigError(
        f"it does nothing with {shown}",
        where=f"{layer.place}: {layer.shown(key)}" if layer else key,
        fix=f"leave it out, or {dependence.fix}",
    )


def _value(config: Config, key: str) -> object:
    """Return the value of a dotted key; None where the chosen kind of table has no such key."""
    value: object = config
    for name in key.split("."):
        value = getattr(value, name, None)
    return value
