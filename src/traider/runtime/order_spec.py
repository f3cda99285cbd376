"""From the configuration of plan, working style and quotes to the kernel's specification."""

from dataclasses import replace
from typing import Final

from traider.domain.errors import ConfigError
from traider.features import Expression
from traider.features.graph import Graph
from traider.kernel.codes import Sizing, Style
from traider.kernel.order_specification import PlanSpec, QuoteSpec, WorkSpec
from traider.kernel.specification import StrategySpec
from traider.runtime.config import Config, PlanConfig, QuotingStrategy, SmaCrossStrategy
from traider.runtime.config_sections import NS_PER_S

_BPS: Final = 1e-4
_STYLES: Final = {
    "market": Style.MARKET,
    "limit": Style.LIMIT,
    "post-only": Style.POST_ONLY,
    "twap": Style.TWAP,
    "iceberg": Style.ICEBERG,
}


def plan_features(config: Config) -> list[Expression]:
    """Return the features that the plan's distances are measured in."""
    plan = config.plan
    if "atr" not in (plan.stop, plan.trail) or plan.stop == "off":
        return []
    return [Expression("atr", None, plan.atr_window, getattr(config.strategy, "timeframe", ""))]


def with_orders(strategy: StrategySpec, config: Config, graph: Graph) -> StrategySpec:
    """Return ``strategy`` with the plan, the working style or the quotes of ``config``.

    Raises:
        ConfigError: settings that do not go together.
    """
    if isinstance(config.strategy, QuotingStrategy):
        return _quoting(strategy, config, config.strategy)
    is_all_in = isinstance(config.strategy, SmaCrossStrategy) or strategy.sizing is Sizing.ALL_IN
    execution = config.execution
    made = replace(
        strategy,
        style=Style.MARKET if is_all_in else _STYLES[execution.style],
        limit_offset=execution.limit_offset_bps * _BPS,
        latency_moves=execution.latency_moves,
        work=WorkSpec(
            limit_ns=round(execution.time_limit_s * NS_PER_S),
            take_rest=execution.take_rest,
            offset_ticks=execution.offset_ticks,
            offset=execution.offset_bps * _BPS,
            repeg_ns=round(execution.repeg_s * NS_PER_S),
            repeg_ticks=execution.repeg_ticks,
            widen_ns=round(execution.widen_s * NS_PER_S),
            slippage=execution.slippage_bps * _BPS,
            slices=execution.twap_slices,
            display=execution.iceberg_share,
        ),
    )
    if config.plan.stop == "off":
        return made
    features = plan_features(config)
    slot = graph.slots[features[0]] if features else -1
    made = replace(made, plan=_plan(config.plan, slot))
    if made.sizing is Sizing.FIXED_RISK:
        # What is staked is lost on the way to the stop that the plan will place.
        by_range = config.plan.stop == "atr"
        made = replace(
            made,
            atr_slot=slot if by_range else made.atr_slot,
            atr_multiple=config.plan.stop_distance if by_range else 0.0,
            stop_fraction=config.plan.stop_distance,
        )
    return made


def _plan(plan: PlanConfig, atr_slot: int) -> PlanSpec:
    return PlanSpec(
        stop=plan.stop_distance,
        stop_slot=atr_slot if plan.stop == "atr" else -1,
        targets=tuple(zip(plan.targets, plan.fractions, strict=True)),
        trail=0.0 if plan.trail == "off" else plan.trail_distance,
        trail_slot=atr_slot if plan.trail == "atr" else -1,
        trail_step=plan.trail_step,
        break_even=plan.break_even,
        time_stop_ns=round(plan.time_stop_s * NS_PER_S),
        reenter=plan.reenter,
    )


def _quoting(strategy: StrategySpec, config: Config, wanted: QuotingStrategy) -> StrategySpec:
    if config.plan.stop != "off":
        raise ConfigError(
            "quotes have no exits of their own",
            where="plan.stop",
            fix='leave it "off"; quotes bound the position with strategy.max_position',
        )
    quote = QuoteSpec(
        size=wanted.size,
        max_position=wanted.max_position,
        offset_ticks=wanted.offset_ticks,
        skew_ticks=wanted.skew_ticks,
    )
    return replace(strategy, style=Style.QUOTE, quote=quote)
