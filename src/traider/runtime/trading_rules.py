"""Ticks, lots, minimums, and what of the settings fits the instruments of a run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from traider.backtest.bar_files import BarFile, TradingRules, instrument_of
from traider.backtest.sources import Source
from traider.domain.errors import ConfigError
from traider.domain.instruments import InstrumentName
from traider.domain.registry import shipped_instruments
from traider.runtime.config import Config, QuotingStrategy, SmaCrossStrategy
from traider.runtime.venue_spec import slowest_latency

LOTS_MAX: Final = 2.0**60
"""Sizes stay well inside 64 bits, whatever a position grows to."""


def trading_rules(config: Config, path: Path) -> TradingRules:
    """Return the rules of the instrument that the bar file ``path`` holds.

    Of instruments the registry knows, ``data.rules`` takes today's smallest orders (minimums), all
    rules (registry) or none (file); settings in ``[[instruments]]`` come before those, and what
    neither says comes from the file.
    """
    name, _ = instrument_of(path)
    rules = rules_of(config, name) or TradingRules()
    known = shipped_instruments().get(name) if config.data.rules == "minimums" else None
    if known is None:
        return rules
    own = next((entry for entry in config.instruments if entry.name == name), None)
    given = own.model_dump(include={"min_size", "min_notional"}, exclude_none=True) if own else {}
    least = {"min_size": known.min_size, "min_notional": known.min_notional}
    return replace(rules, **(least | given))


def rules_of(config: Config, name: str) -> TradingRules | None:
    """Return the rules that settings or, when asked for, the registry give ``name``."""
    rules = None
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
            rules = replace(rules or TradingRules(), **given)
    return rules


def check_instruments(config: Config, files: Sequence[Source]) -> None:
    """Refuse settings for an instrument that no file holds, or that has two tables.

    Instruments quoted in different currencies are refused too: their money cannot be added up.

    Raises:
        ConfigError: names the setting and the instruments there are.
    """
    held = [file.instrument for file in files]
    quotes = {InstrumentName.parse(name).quote for name in held if ":" in name}
    if len(quotes) > 1:
        raise ConfigError(
            f"the instruments are quoted in {' and '.join(sorted(quotes))}, and an account counts"
            " one currency",
            where="data.files",
            fix="run the instruments of one quote currency together",
        )
    named = [entry.name for entry in config.instruments]
    for position, entry in enumerate(config.instruments):
        if entry.name in named[:position]:
            raise ConfigError(
                f"{entry.name} has a table already",
                where=f"instruments.{position}.name",
                fix="put its rules into one table",
            )
        if entry.name not in held:
            raise _unheld(entry.name, f"instruments.{position}.name", held)
    for group in config.limits.groups:
        for name in group:
            if name not in held:
                raise _unheld(name, "limits.groups", held)


def _unheld(name: str, where: str, held: Sequence[str]) -> ConfigError:
    return ConfigError(
        f"no data file holds {name!r}", where=where, fix=f"use one of {', '.join(held)}"
    )


def check_scale(config: Config, files: Sequence[Source]) -> None:
    """Refuse sizes that integers cannot count and latencies that bars cannot show.

    Raises:
        ConfigError: names the setting and what to change.
    """
    leverage = max(config.sizing.max_leverage, 1.0)
    latency_ns, setting = slowest_latency(config)
    for file in files:
        lots = float(config.capital) * leverage / (file.lowest * float(file.lot_size))
        if lots >= LOTS_MAX:
            raise ConfigError(
                f"{config.capital} buys {lots:.0e} lots of {file.instrument}, too many to count",
                where="capital",
                fix=f"give {file.instrument} a larger lot_size under [[instruments]]",
            )
        if not isinstance(file, BarFile):
            continue
        if latency_ns >= file.length_ns:
            raise ConfigError(
                f"{latency_ns / 1e6:.0f} ms is no less than a bar of {file.timeframe}",
                where=setting,
                fix="use longer bars: an order cannot meet a price from before it arrived",
            )


def idle_settings(config: Config, files: Sequence[Source], base: str = "") -> tuple[str, ...]:
    """Say which settings that were made do nothing here.

    Raises:
        ConfigError: a setting would change what the strategy promises, or a wanted size or
            working style would not be followed.
    """
    notes = []
    strategy = config.strategy
    _check_orders(config)
    notes += _idle_for_sources(config, files)
    if config.risk.risk_per_trade and config.plan.stop == "off":
        notes.append("risk.risk_per_trade does nothing: without plan.stop no position has a stop")
    if isinstance(strategy, SmaCrossStrategy):
        first = files[0]
        base = first.timeframe if isinstance(first, BarFile) else base
        if config.clock.decision not in {"bar", base}:
            raise ConfigError(
                "sma-cross decides at every bar, or it would miss crossings",
                where="clock.decision",
                fix='leave it at "bar", or use bars of that length',
            )
    elif isinstance(strategy, QuotingStrategy):
        if strategy.alphas and strategy.skew_ticks == 0.0:
            notes.append("strategy.skew_ticks is 0: the alphas move no quote")
    elif strategy.allow_short:
        spot = [file.instrument for file in files if not file.is_derivative]
        if spot:
            notes.append(f"spot cannot be sold short: allow_short is idle for {', '.join(spot)}")
    return tuple(notes)


def _idle_for_sources(config: Config, files: Sequence[Source]) -> list[str]:
    """Tell settings that were made for other kinds of instruments or files than there are.

    They are told and not refused: files are often named on the command line, beside a
    configuration that was written for others.
    """
    notes = []
    margin = sorted(config.margin.model_fields_set)
    derivatives = [file.instrument for file in files if file.is_derivative]
    if margin and not derivatives:
        notes.append(
            f"margin.{margin[0]} does nothing: every instrument is spot, which has no margin"
        )
    tiered = [name for name in derivatives if _has_tiers(name)]
    is_tiered = config.margin.tiers == "registry" and bool(tiered) and tiered == derivatives
    if "maintenance_rate" in margin and is_tiered:
        notes.append(
            f"margin.maintenance_rate does nothing: the registry has the rates of "
            f"{', '.join(tiered)}"
        )
    if "bars" in config.data.model_fields_set and all(isinstance(one, BarFile) for one in files):
        notes.append("data.bars does nothing: the files hold bars, and only trades build others")
    return notes


def _has_tiers(name: str) -> bool:
    known = shipped_instruments().get(name)
    return known is not None and known.margin is not None


def _check_orders(config: Config) -> None:
    """Refuse a size or a working style that the strategy would not follow."""
    strategy, sizing = config.strategy, config.sizing
    is_quoting = isinstance(strategy, QuotingStrategy)
    made = sorted(sizing.model_fields_set)
    if isinstance(strategy, SmaCrossStrategy):
        made = [name for name in made if (name, sizing.kind) != ("kind", "all-in")]
        why = "sma-cross puts all cash in and takes all of it out"
    else:
        made = made if is_quoting else []
        why = "quotes have a size of their own, strategy.size"
    if made:
        raise ConfigError(why, where=f"sizing.{made[0]}", fix="leave it out")
    style = config.execution.style
    if style == "market":
        return
    if is_quoting:
        raise ConfigError(
            f"quotes always rest, they are never worked as {style}",
            where="execution.style",
            fix="leave it out",
        )
    if isinstance(strategy, SmaCrossStrategy) or sizing.kind == "all-in":
        raise ConfigError(
            f"all cash goes in at the market, never by {style}",
            where="execution.style",
            fix="leave it out, or use an ensemble with another sizing.kind",
        )
