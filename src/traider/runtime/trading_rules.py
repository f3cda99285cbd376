"""Ticks, lots and minimums: from the configuration, from the shipped registry, or from the file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from traider.backtest.bar_files import BarFile, TradingRules, instrument_of
from traider.domain.errors import ConfigError
from traider.domain.registry import shipped_instruments
from traider.runtime.config import Config


def trading_rules(config: Config, path: Path) -> TradingRules:
    """Return the rules of the instrument that ``path`` holds.

    ``data.rules = "registry"`` takes today's rules of instruments the registry knows; settings in
    ``[[instruments]]`` come before those, and what neither says comes from the file.
    """
    name, _ = instrument_of(path)
    rules = TradingRules()
    known = shipped_instruments().get(name) if config.data.rules == "registry" else None
    if known is not None:
        rules = TradingRules(
            tick_size=known.tick_size,
            lot_size=known.lot_size,
            min_size=known.min_size,
            min_notional=known.min_notional,
        )
    for entry in config.instruments:
        if entry.name == name:
            given = entry.model_dump(exclude={"name"}, exclude_none=True)
            rules = replace(rules, **given)
    return rules


def check_instruments(config: Config, files: Sequence[BarFile]) -> None:
    """Refuse settings for an instrument that no file holds: they would do nothing.

    Raises:
        ConfigError: names the setting and the instruments there are.
    """
    held = [file.instrument for file in files]
    for position, entry in enumerate(config.instruments):
        if entry.name not in held:
            raise ConfigError(
                f"no data file holds {entry.name!r}",
                where=f"instruments.{position}.name",
                fix=f"use one of {', '.join(held)}",
            )
