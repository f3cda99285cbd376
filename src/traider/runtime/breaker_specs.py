"""From [breakers] to what the gate watches; names of breakers and actions for people.

| of ``preset = "live"`` | action |
| --- | --- |
| daily_loss, drawdown_close, reconcile | close-only, until a person re-arms |
| drawdown_halt | halt, until a person re-arms |
| drawdown_reduce, losing_streak | reduce |
| reject_rate, stale_feed, outage, price_jump, spread | close-only |
| confidence, latency | alert |
"""

from collections.abc import Iterator, Mapping
from typing import Final

from traider.kernel.breaker_records import Action, Breaker, BreakerSpec
from traider.runtime.config_breakers import BreakerConfig, BreakersConfig
from traider.runtime.config_sections import NS_PER_S

ACTIONS: Final[Mapping[str, Action]] = {
    "off": Action.OFF,
    "alert": Action.ALERT,
    "reduce": Action.REDUCE,
    "close-only": Action.CLOSE_ONLY,
    "halt": Action.HALT,
}
_LIVE: Final[Mapping[str, Action]] = {
    "daily_loss": Action.CLOSE_ONLY,
    "drawdown_reduce": Action.REDUCE,
    "drawdown_close": Action.CLOSE_ONLY,
    "drawdown_halt": Action.HALT,
    "losing_streak": Action.REDUCE,
    "confidence": Action.ALERT,
    "reject_rate": Action.CLOSE_ONLY,
    "latency": Action.ALERT,
    "reconcile": Action.CLOSE_ONLY,
    "stale_feed": Action.CLOSE_ONLY,
    "outage": Action.CLOSE_ONLY,
    "price_jump": Action.CLOSE_ONLY,
    "spread": Action.CLOSE_ONLY,
}
_BOUNDS: Final[Mapping[str, tuple[tuple[Breaker, str, float], ...]]] = {
    "daily_loss": ((Breaker.DAILY_LOSS, "loss", 1.0),),
    "drawdown_reduce": ((Breaker.DRAWDOWN_REDUCE, "fall", 1.0),),
    "drawdown_close": ((Breaker.DRAWDOWN_CLOSE, "fall", 1.0),),
    "drawdown_halt": ((Breaker.DRAWDOWN_HALT, "fall", 1.0),),
    "losing_streak": ((Breaker.LOSING_STREAK, "trips", 1.0),),
    "confidence": ((Breaker.CONFIDENCE, "floor", 1.0),),
    "reject_rate": ((Breaker.REJECT_RATE, "rate", 1.0),),
    "latency": ((Breaker.LATENCY, "tail_ms", 1e-3),),
    "reconcile": ((Breaker.RECONCILE, "difference", 1.0),),
    "stale_feed": ((Breaker.STALE_FEED, "instruments", 1.0),),
    "outage": ((Breaker.OUTAGE, "after_s", 1.0),),
    "price_jump": ((Breaker.PRICE_JUMP, "move", 1.0), (Breaker.PRICE_SIGMA, "sigmas", 1.0)),
    "spread": ((Breaker.SPREAD, "spread", 1.0),),
}
"""By the table's name: which breakers it sets, the field with the bound, and its unit in the
gate's."""
_MAY_BE_ZERO: Final = ("rate", "difference", "instruments")


def breaker_specs(config: BreakersConfig) -> tuple[BreakerSpec, ...]:
    """Return the breakers that are on."""
    return tuple(_specs(config))


def _specs(config: BreakersConfig) -> Iterator[BreakerSpec]:
    for name, bounds in _BOUNDS.items():
        table: BreakerConfig = getattr(config, name)
        action = _action(config, name, table)
        for breaker, field, scale in bounds:
            bound = float(getattr(table, field)) * scale
            if action is Action.OFF or (not bound and field not in _MAY_BE_ZERO):
                continue
            window_s = getattr(table, "window_s", getattr(table, "age_s", 0.0))
            yield BreakerSpec(
                breaker=breaker,
                action=action,
                bound=bound,
                cooldown_ns=round(table.cooldown_s * NS_PER_S),
                window_ns=round(window_s * NS_PER_S),
                count=getattr(table, "orders", getattr(table, "decisions", 1)),
                share=table.share,
            )


def _action(config: BreakersConfig, name: str, table: BreakerConfig) -> Action:
    if table.action != "preset":
        return ACTIONS[table.action]
    return _LIVE[name] if config.preset == "live" else Action.OFF


def breaker_name(breaker: Breaker) -> str:
    """Return what people call it: ``drawdown-close``."""
    return breaker.name.lower().replace("_", "-")


def breaker_named(name: str) -> Breaker | None:
    """Return the breaker of a name; None where there is none."""
    key = name.upper().replace("-", "_")
    return Breaker[key] if key in Breaker.__members__ else None


def action_name(action: int) -> str:
    """Return what the configuration calls it."""
    return Action(action).name.lower().replace("_", "-")


_SECONDS: Final = (Breaker.LATENCY, Breaker.OUTAGE)
_NUMBERS: Final = (Breaker.LOSING_STREAK, Breaker.CONFIDENCE, Breaker.PRICE_SIGMA)
_WORDS: Final[Mapping[Breaker, str]] = {
    Breaker.DAILY_LOSS: "loss of the day",
    Breaker.DRAWDOWN_REDUCE: "fall from the peak",
    Breaker.DRAWDOWN_CLOSE: "fall from the peak",
    Breaker.DRAWDOWN_HALT: "fall from the peak",
    Breaker.LOSING_STREAK: "losses in a row",
    Breaker.CONFIDENCE: "mean confidence",
    Breaker.REJECT_RATE: "orders refused by the venue",
    Breaker.LATENCY: "slowest orders",
    Breaker.RECONCILE: "books differ by",
    Breaker.STALE_FEED: "instruments without news",
    Breaker.OUTAGE: "nothing can be traded for",
    Breaker.PRICE_JUMP: "price moved by",
    Breaker.PRICE_SIGMA: "price moved by, in standard deviations",
    Breaker.SPREAD: "spread",
}


def breaker_words(breaker: Breaker, number: float, bound: float) -> str:
    """Return what was measured, such as ``loss of the day 3.1 %, bound 3 %``."""
    return f"{_WORDS[breaker]} {_text(breaker, number)}, bound {_text(breaker, bound)}"


def _text(breaker: Breaker, value: float) -> str:
    if breaker in _SECONDS:
        return f"{value:.4g} s"
    return f"{value:.4g}" if breaker in _NUMBERS else f"{100 * value:.4g} %"
