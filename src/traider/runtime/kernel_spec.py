"""From a configuration and scanned files to the kernel's specification."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from traider.backtest.bar_files import BarFile
from traider.backtest.capture_scan import Capture
from traider.backtest.sources import Source
from traider.backtest.stream_source import BOOK_WINDOW, FAR_LEVELS, StreamSource
from traider.domain.timeframes import timeframe_ns
from traider.domain.units import Rounding, lots_from_size, units_from_amount
from traider.features import Expression, build_graph, parse
from traider.kernel.codes import Limit, Sizing
from traider.kernel.specification import (
    AlphaSpec,
    KernelSpec,
    MarketSpec,
    RiskSpec,
    StrategySpec,
)
from traider.runtime.breaker_specs import breaker_specs
from traider.runtime.config import AlphaConfig, Config, QuotingStrategy, SmaCrossStrategy
from traider.runtime.config_sections import NS_PER_S
from traider.runtime.control.limit_names import LIMIT_NAMES
from traider.runtime.order_spec import plan_features, with_orders
from traider.runtime.venue_spec import fee_currency_spec, margin_tiers, rate_e8, venue_spec
from traider.signals import Alpha, load_alpha

_BPS: Final = 1e-4
_SIZING: Final = {
    "volatility-target": Sizing.VOLATILITY_TARGET,
    "fixed": Sizing.FIXED,
    "all-in": Sizing.ALL_IN,
    "atr": Sizing.ATR,
    "fixed-risk": Sizing.FIXED_RISK,
}
_BY_RISK: Final = ("atr", "fixed-risk")
_WINDOW_SHARE: Final = 0.08
_WINDOW_MIN: Final = 1_024
_WINDOW_MAX: Final = 262_144


class AlphaShelf:
    """Alphas loaded and compiled once, for many kernels of one process."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Path | None], tuple[Alpha, Callable[..., Any]]] = {}

    def take(self, entry: AlphaConfig) -> tuple[Alpha, Callable[..., Any]]:
        """Return the alpha of a configuration's entry, and its compiled function.

        Raises:
            StrategyError: there is none, or it cannot be compiled.
        """
        key = entry.name, entry.file
        if key not in self._found:
            alpha = load_alpha(entry.name, entry.file)
            self._found[key] = alpha, alpha.compiled()
        return self._found[key]


def kernel_spec(
    config: Config,
    sources: Sequence[Source],
    base: str = "",
    shelf: AlphaShelf | None = None,
    extra: Sequence[str] = (),
) -> KernelSpec:
    """Return the kernel that ``config`` describes for the instruments of ``sources``.

    ``base`` names the bars that trades build, where the sources bring none. Alphas come
    from ``shelf``, so that many kernels of one process share what is compiled. Expressions of
    ``extra`` are computed beside those that decide.

    Raises:
        StrategyError: an alpha, parameter or feature is unknown or cannot be compiled.
    """
    first = sources[0]
    base = base_of(first) or base
    alphas_at_hand = shelf or AlphaShelf()
    alphas = alphas_of(config)
    timeframe = getattr(config.strategy, "timeframe", "")
    volatility = Expression(
        "ewm_vol",
        Expression("close", None, 0, timeframe),
        config.sizing.volatility_window,
        timeframe,
    )
    atr = Expression("atr", None, config.sizing.atr_window, timeframe)
    loaded = []
    wanted = [volatility, *([atr] if config.sizing.kind == "atr" else [])]
    wanted += plan_features(config)
    for entry in alphas:
        alpha, function = alphas_at_hand.take(entry)
        params = alpha.with_params(entry.params)
        expressions = alpha.expressions(params, timeframe)
        loaded.append((entry, function, params, expressions))
        wanted += expressions
    wanted += [parse(text, timeframe) for text in extra]
    graph = build_graph(wanted, base, getattr(config.strategy, "models", ()))
    held = fee_currency_spec(config)
    return KernelSpec(
        markets=tuple(_market(config, source) for source in sources),
        tape=graph.tape,
        alphas=tuple(
            AlphaSpec(
                name=entry.name,
                function=function,
                inputs=tuple(graph.slots[expression] for expression in expressions),
                params=tuple(params.values()),
                weight=entry.weight,
                filters=entry.role == "filter",
            )
            for entry, function, params, expressions in loaded
        ),
        strategy=with_orders(
            replace(
                _strategy(config, base),
                volatility_slot=graph.slots[volatility],
                atr_slot=graph.slots.get(atr, 0),
                bars_from_trades=not base_of(first),
            ),
            config,
            graph,
        ),
        venue=venue_spec(config),
        cash_units=units_from_amount(config.capital) - (held.balance_value_units if held else 0),
        fees=held,
        limits=_limits(config),
        risk=_risk(config),
        breakers=breaker_specs(config.breakers),
    )


def gate_spec(config: Config, sources: Sequence[Source]) -> KernelSpec:
    """Return what a gate alone needs of ``config``: markets, limits and cash.

    No strategy is loaded: where a gate is a process of its own, none of its code may run there. It
    has no breakers: the trader's rule, and a person closes them there.
    """
    held = fee_currency_spec(config)
    graph = build_graph([], "1m", ())
    return KernelSpec(
        markets=tuple(_market(config, source) for source in sources),
        tape=graph.tape,
        alphas=(),
        strategy=StrategySpec(decision_ns=timeframe_ns("1m")),
        venue=venue_spec(config),
        cash_units=units_from_amount(config.capital) - (held.balance_value_units if held else 0),
        fees=held,
        limits=_limits(config),
        risk=_risk(config),
    )


def alphas_of(config: Config) -> Sequence[AlphaConfig]:
    """Return the alphas of a strategy; a crossing of averages is one."""
    strategy = config.strategy
    if isinstance(strategy, SmaCrossStrategy):
        params = {"fast": float(strategy.fast), "slow": float(strategy.slow)}
        return (AlphaConfig(name="sma-cross", params=params),)
    return strategy.alphas


def base_of(source: Source) -> str:
    """Return the timeframe of the bars that a source brings; nothing where trades build them."""
    if isinstance(source, BarFile):
        return source.timeframe
    return source.bars if isinstance(source, StreamSource) else ""


def _market(config: Config, file: Source) -> MarketSpec:
    groups = [n for n, group in enumerate(config.limits.groups, 1) if file.instrument in group]
    window, far_levels = _book(file)
    return MarketSpec(
        name=file.instrument,
        tick_size=file.tick_size,
        lot_size=file.lot_size,
        min_lots=max(lots_from_size(file.min_size, file.lot_size, Rounding.CEILING), 1),
        min_notional=float(file.min_notional),
        maker_fee_e8=rate_e8(config.costs.maker_fee),
        taker_fee_e8=rate_e8(config.costs.taker_fee),
        can_short=file.is_derivative,
        group=groups[0] if groups else 0,
        book_window=window,
        far_levels=far_levels,
        margin_tiers=margin_tiers(config, file.instrument) if file.is_derivative else (),
        liquidation_fee_e8=rate_e8(config.margin.liquidation_fee),
    )


def _book(source: Source) -> tuple[int, int]:
    """Return window and table of far levels of a source's book; the window is 0 without one."""
    if isinstance(source, StreamSource) and source.has_book:
        return BOOK_WINDOW, FAR_LEVELS
    has_book = isinstance(source, Capture) and source.snapshots > 0
    return (book_window(source) if has_book else 0), MarketSpec.far_levels


def book_window(source: Source) -> int:
    """Return the ticks of a book's side to keep near at hand: some 8 % of the price."""
    wanted = max(source.lowest / float(source.tick_size) * _WINDOW_SHARE, 1.0)
    return min(max(1 << math.ceil(math.log2(wanted)), _WINDOW_MIN), _WINDOW_MAX)


def _strategy(config: Config, base: str) -> StrategySpec:
    decision = base if config.clock.decision == "bar" else config.clock.decision
    shared = StrategySpec(
        decision_ns=timeframe_ns(decision), risk_per_trade=config.risk.risk_per_trade
    )
    strategy, sizing = config.strategy, config.sizing
    if isinstance(strategy, SmaCrossStrategy):
        # A crossing lasts one bar and is held until the next: only a cross down ends it.
        return replace(shared, enter=0.5, exit=-0.5, sizing=Sizing.ALL_IN)
    if isinstance(strategy, QuotingStrategy):
        return shared
    return replace(
        shared,
        enter=strategy.enter,
        exit=strategy.exit,
        allow_short=strategy.allow_short,
        sizing=_SIZING[sizing.kind],
        fraction=sizing.risk if sizing.kind in _BY_RISK else sizing.fraction,
        atr_multiple=sizing.atr_multiple if sizing.kind == "atr" else 0.0,
        stop_fraction=sizing.stop_fraction,
        confidence_scaling=sizing.confidence_scaling,
        net_leverage=sizing.net_leverage,
        cooldown_ns=round(strategy.cooldown_s * NS_PER_S),
        target_volatility=sizing.target_volatility,
        max_leverage=sizing.max_leverage,
        gross_leverage=sizing.gross_leverage,
        dead_band=sizing.dead_band,
    )


def _limits(config: Config) -> dict[Limit, float]:
    return {
        known.limit: float(getattr(config.limits, name)) * known.scale
        for name, known in LIMIT_NAMES.items()
    }


def _risk(config: Config) -> RiskSpec:
    risk = config.risk
    return RiskSpec(
        interval_ns=timeframe_ns(risk.interval),
        decay=risk.ewma_lambda,
        shrinkage=risk.shrinkage,
        samples_min=risk.samples_min,
        correlation_threshold=risk.correlation_threshold,
        confidence=risk.confidence,
        horizon_ns=timeframe_ns(risk.horizon),
    )
