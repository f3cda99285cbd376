"""From ``key=a:b:step`` and ``key=v1,v2`` to the axes of a sweep, and what may be swept at all."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from traider.backtest.sweep.grid import SIGNS, Axis, Requirement, Value
from traider.domain.errors import ConfigError, UsageError
from traider.runtime.config import Config, EnsembleStrategy
from traider.runtime.config_sources import toml_value

OPTION: Final = "--grid"
AXIS_VALUES_MAX: Final = 10_000

FIXED: Final = {
    "currency": "it names the account, it decides nothing",
    "data": "a sweep runs every trial over the same bars",
    "feature_store": "it decides nothing",
    "fill_tier": "choose one with --fill-tier",
    "instruments": "a sweep runs every trial over the same ticks and lots",
    "log": "it decides nothing",
    "monte_carlo": "it follows a back-test",
    "output": "it decides nothing",
    "report": "it decides nothing",
    "strategy.features": "a sweep runs every trial over the same values",
    "strategy.scores": "a sweep runs every trial over the same scores",
    "walk_forward": "it follows a back-test",
}
"""Tables and keys that are the same for every trial, and why."""

_EXAMPLE: Final = "write for example --grid strategy.fast=5:50:5 or --grid strategy.fast=5,10,20"


def parse_axes(texts: Sequence[str], config: Config) -> tuple[Axis, ...]:
    """Return the axes that ``texts`` describe for ``config``.

    Raises:
        UsageError: there is none, a text cannot be read, or a key is swept twice.
        ConfigError: a key is the same for every trial of a sweep.
    """
    if not texts:
        raise UsageError("nothing to sweep", where=OPTION, fix=_EXAMPLE)
    axes = tuple(_axis(text, config) for text in texts)
    keys = [axis.key for axis in axes]
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise UsageError(f"{key} is swept twice", where=OPTION, fix="give each key once")
    return axes


def parse_requirements(
    texts: Sequence[str], axes: Sequence[Axis], config: Config
) -> tuple[Requirement, ...]:
    """Return the comparisons that points must meet.

    Raises:
        UsageError: a text is no comparison of two swept keys that are numbers.
    """
    return tuple(_requirement(text, axes, config) for text in texts)


def full_key(key: str, config: Config) -> str:
    """Return the dotted key of a setting, with alphas by name put into their places.

    ``momentum.fast`` and ``strategy.alphas.momentum.params.fast`` are both
    ``strategy.alphas.0.params.fast`` where momentum is the first alpha; - and _ are the same.

    Raises:
        ConfigError: two alphas have that name.
    """
    parts = key.split(".")
    if not isinstance(config.strategy, EnsembleStrategy):
        return key
    if parts[:2] == ["strategy", "alphas"] and len(parts) > 2 and not parts[2].isdigit():
        place = _alpha_place(parts[2], config.strategy, key)
        return key if place is None else ".".join(["strategy.alphas", str(place), *parts[3:]])
    if len(parts) == 2 and parts[0] not in Config.model_fields:
        place = _alpha_place(parts[0], config.strategy, key)
        return key if place is None else f"strategy.alphas.{place}.params.{parts[1]}"
    return key


def _alpha_place(name: str, strategy: EnsembleStrategy, key: str) -> int | None:
    wanted = name.replace("-", "_")
    places = [k for k, a in enumerate(strategy.alphas) if a.name.replace("-", "_") == wanted]
    if len(places) > 1:
        listed = " or ".join(f"strategy.alphas.{place}" for place in places)
        raise ConfigError(
            f"{len(places)} alphas are called {name}", where=f"{OPTION} {key}", fix=f"use {listed}"
        )
    return places[0] if places else None


def _axis(text: str, config: Config) -> Axis:
    key, equals, written = (part.strip() for part in text.partition("="))
    if not equals or not key or not written:
        raise UsageError(f"{text!r} is not key=values", where=OPTION, fix=_EXAMPLE)
    label, key = key, full_key(key, config)
    parts = key.split(".")
    reason = FIXED.get(parts[0]) or FIXED.get(".".join(parts[:2]))
    if reason is not None:
        raise ConfigError(f"{key} cannot be swept: {reason}", where=OPTION, fix="sweep another key")
    values = _range(key, written) if ":" in written else _listed(key, written)
    return Axis(key, values, label)


def _listed(key: str, written: str) -> tuple[Value, ...]:
    values: list[Value] = []
    for part in written.split(","):
        value = toml_value(part.strip())
        if not isinstance(value, bool | int | float | Decimal | str) or value == "":
            raise UsageError(f"{part.strip()!r} is no value", where=f"{OPTION} {key}", fix=_EXAMPLE)
        if value in values:
            raise UsageError(
                f"{part.strip()} is there twice", where=f"{OPTION} {key}", fix="give it once"
            )
        values.append(value)
    return tuple(values)


def _range(key: str, written: str) -> tuple[Value, ...]:
    """Return first, first + step, … up to the last; whole numbers where all three are."""
    where = f"{OPTION} {key}"
    parts = written.split(":")
    try:
        first, last, step = (Decimal(part.strip()) for part in parts)
    except (ValueError, InvalidOperation):
        raise UsageError(f"{written!r} is not first:last:step", where=where, fix=_EXAMPLE) from None
    if not all(number.is_finite() for number in (first, last, step)):
        raise UsageError(f"{written!r} has no end", where=where, fix=_EXAMPLE)
    if step <= 0:
        raise UsageError(f"a step of {step} leads nowhere", where=where, fix="use a step above 0")
    if last < first:
        raise UsageError(
            f"{first} to {last} is backwards", where=where, fix=f"write {last}:{first}:{step}"
        )
    if (last - first) / step >= AXIS_VALUES_MAX:
        raise UsageError(
            f"{written} has more than {AXIS_VALUES_MAX:,} values", where=where, fix="widen the step"
        )
    count = int((last - first) // step) + 1
    values = [first + place * step for place in range(count)]
    is_whole = all("." not in part and "e" not in part.lower() for part in parts)
    return tuple(int(value) for value in values) if is_whole else tuple(values)


def _requirement(text: str, axes: Sequence[Axis], config: Config) -> Requirement:
    where = "--require"
    fix = "write for example --require 'momentum.fast<momentum.slow', both of them swept"
    sign = next((sign for sign in SIGNS if sign in text), None)
    if sign is None:
        raise UsageError(f"{text!r} compares nothing", where=where, fix=fix)
    left, _, right = text.partition(sign)
    left, right = left.strip(), right.strip()
    written = f"{left} {sign} {right}"
    found = Requirement(full_key(left, config), sign, full_key(right, config), written)
    by_key = {axis.key: axis for axis in axes}
    for key in (found.left, found.right):
        if key not in by_key:
            raise UsageError(f"{key!r} is not swept", where=where, fix=fix)
        if any(isinstance(value, bool | str) for value in by_key[key].values):
            raise UsageError(f"{key} is not a number everywhere", where=where, fix=fix)
    return found
