"""Of a setting: what its number counts, and where its value came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.api.reading.limits import limit_unit
from traider.runtime.config_sources import Layer, origin_of
from traider.runtime.control.limit_names import LIMIT_NAMES
from traider.runtime.settings_in_force import SettingNow

_ENDINGS: Final = (
    ("_bps", "basis points"),
    ("_per_second", "a second"),
    ("_per_minute", "a minute"),
    ("per_minute", "a minute"),
    ("_bytes_max", "bytes"),
    ("_bytes", "bytes"),
    ("_mb", "megabytes"),
    ("_ns", "nanoseconds"),
    ("_us", "microseconds"),
    ("_ms", "milliseconds"),
    ("_s", "seconds"),
    ("_minutes", "minutes"),
    ("_hours", "hours"),
    ("_days", "days"),
    ("_fraction", "fraction"),
    ("_fee", "fraction of the value"),
)
"""Endings of names, the first that fits; a name without one counts what its description says."""
_WORDS: Final = {
    "file": "file",
    "env": "environment",
    "set": "command line",
    "profile": "risk profile",
    "preset": "preset",
    "drawdown": "drawdown",
}


@dataclass(frozen=True)
class Origin:
    """Where a value came from."""

    kind: str
    """``event``, ``run``, ``default``, or what the source is called."""
    place: str = ""
    """Name of the file, of the variable or of the option; empty where there is none."""


def unit_of(key: str, currency: str) -> str:
    """Return what the number of a setting counts, empty where its name does not tell.

    Args:
        key: the setting.
        currency: that the run is valued in.
    """
    table, _, name = key.rpartition(".")
    if table == "limits" and name in LIMIT_NAMES:
        return limit_unit(name, currency)
    return next((unit for ending, unit in _ENDINGS if name.endswith(ending)), "")


def origin_of_setting(now: SettingNow, beside: object, layers: Sequence[Layer]) -> Origin:
    """Return where the value in force came from.

    Args:
        now: the setting.
        beside: what the settings of this process say of it.
        layers: the sources that those were merged from.
    """
    if now.change is not None:
        return Origin("event")
    if beside != now.value:
        return Origin("run")
    layer = origin_of(now.key, layers)
    if layer is None:
        return Origin("default" if now.value == now.default else "run")
    place = Path(layer.place).name if layer.origin == "file" else layer.shown(now.key)
    return Origin(_WORDS.get(layer.origin, layer.origin), place)
