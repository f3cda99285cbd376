"""The stress of a book: its positions made ready, every scenario and window, what limits do.

A positions file says nothing of cash: the account is then worth the gross of its positions, none of
it borrowed, unless a person says what it is worth.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import numpy as np

from traider.domain.errors import UsageError
from traider.domain.margin import MarginSchedule
from traider.domain.margin_tables import binance_margin
from traider.domain.registry import shipped_instruments
from traider.domain.timeframes import timeframe_ns
from traider.kernel.breaker_records import Breaker, BreakerSpec
from traider.risk.crash_windows import CrashWindow, find_windows, path_shock, worst_place
from traider.risk.stress import (
    ClosingCosts,
    RestingStop,
    Scenario,
    ScenarioLoss,
    StressBook,
    StressPosition,
    lose_all,
)
from traider.risk.stress_aftermath import Aftermath
from traider.risk.stress_breakers import TrippedBreaker, tripped_breakers
from traider.risk.stress_limits import StressLimits, limit_effects
from traider.risk.stress_scenarios import StressFacts, fraction, named_scenarios
from traider.runtime.book_risk import DOLLARS
from traider.runtime.breaker_specs import breaker_specs
from traider.runtime.config import Config
from traider.runtime.positions_file import HeldPosition
from traider.runtime.price_panel import BarSource, find_instrument
from traider.runtime.stress.market_facts import (
    BookHistory,
    assumed_facts,
    facts_of,
    find_reference,
    read_history,
)
from traider.runtime.stress.price_series import load_series
from traider.runtime.stress.state_book import RunBook
from traider.runtime.venue_spec import margin_tiers
from traider.venues.rfc3339 import format_ns

Told = Callable[[float, str], None]
_STEP_NS: Final = 300_000_000_000
"""Paths of windows are looked at every five minutes, where there are prices that fine."""
_DAY_NS: Final = 86_400_000_000_000
_SHOWN_LIVE: Final = (
    "no circuit breaker is on: shown is what those of breakers.preset = live would do"
)


@dataclass(frozen=True)
class NamedBook:
    """A book, and the names by which the data knows its instruments, None where it does not."""

    book: StressBook
    names: tuple[str | None, ...]
    limits: StressLimits
    notes: tuple[str, ...] = ()
    breakers: tuple[BreakerSpec, ...] = ()


@dataclass(frozen=True)
class StressOutcome:
    """Every scenario's loss, with what limits and breakers do in it."""

    book: StressBook
    losses: tuple[ScenarioLoss, ...]
    effects: tuple[tuple[str, ...], ...]
    """Places as the losses'."""
    limits: StressLimits
    notes: tuple[str, ...] = field(default=())
    breakers: tuple[tuple[TrippedBreaker, ...], ...] = ()
    """Those that open, places as the losses'."""

    @property
    def worst(self) -> ScenarioLoss | None:
        """The scenario that costs most; None where nothing is held."""
        return max(self.losses, key=lambda loss: loss.total, default=None)


def book_of_file(
    positions: Sequence[HeldPosition],
    sources: Sequence[BarSource],
    equity: Decimal | None,
    config: Config,
) -> NamedBook:
    """Return the book of a positions file, priced by the data where the file has no price.

    Raises:
        UsageError: a price is not known, or quote currencies differ.
    """
    names = [find_instrument(each.instrument, sources) if sources else None for each in positions]
    currency = _currency(
        [name or each.instrument for name, each in zip(names, positions, strict=True)]
    )
    found = []
    for name, each in zip(names, positions, strict=True):
        full = name or each.instrument.upper()
        price = each.price if each.price is not None else _last_price(name, sources, each)
        found.append(StressPosition(full, each.quantity, price, margin=_schedule(full, config)))
    gross = sum((abs(each.value) for each in found), Decimal(0))
    notes: tuple[str, ...] = ()
    if equity is None:
        notes = (f"the account is taken to be worth the gross of its positions, {gross:,.2f}",)
    book = StressBook(currency, gross if equity is None else equity, tuple(found), _costs(config))
    return _judged(NamedBook(book, tuple(names), _limits(config), notes), config)


def book_of_run(held: RunBook, sources: Sequence[BarSource]) -> NamedBook:
    """Return the book of a run, its instruments matched with those of the data."""
    names, notes, found = [], [], []
    for each in held.positions:
        name, note = _match(each.instrument, sources)
        names.append(name)
        notes += [note] if note else []
        price = each.value / each.quantity
        stops = tuple(RestingStop(stop.trigger, stop.quantity) for stop in each.stops)
        tiers = margin_tiers(held.config, each.instrument)
        margin = MarginSchedule(tiers) if _is_derivative(each.instrument) else None
        found.append(StressPosition(each.instrument, each.quantity, price, stops, margin))
    book = StressBook(held.currency, held.equity, tuple(found), _costs(held.config))
    limits = _limits(held.config, held.lost_today, held.drawdown)
    return _judged(NamedBook(book, tuple(names), limits, tuple(notes)), held.config)


def stress(named: NamedBook, sources: Sequence[BarSource], told: Told) -> StressOutcome:
    """Return what every scenario does to a book; ``told`` hears how far it is, and of what."""
    book, notes = named.book, list(named.notes)
    told(0.0, "prices")
    reference = find_reference(sources) if book.positions else None
    if not book.positions:
        notes.append("nothing is held: only the currency itself can lose")
        facts = assumed_facts(book)
        scenarios = named_scenarios(book, facts)
    elif reference is None:
        notes.append("no data: volatilities, betas and worst periods are assumed, no window tried")
        facts = assumed_facts(book)
        scenarios = named_scenarios(book, facts)
    else:
        history = read_history(named.names, sources, reference)
        told(0.5, "volatilities and betas")
        facts = facts_of(book, history)
        scenarios = named_scenarios(book, facts)
        notes += _beta_notes(book, history)
        told(0.7, "crash windows")
        windows = find_windows(reference.hours, reference.bars)
        jump_ns = _jump_window_ns(named.breakers)
        scenarios += [_window_scenario(book, history, window, jump_ns) for window in windows]
    return _outcome(named, scenarios, facts, tuple(notes))


def _outcome(
    named: NamedBook, scenarios: Sequence[Scenario], facts: StressFacts, notes: tuple[str, ...]
) -> StressOutcome:
    losses = lose_all(named.book, scenarios)
    after = [Aftermath(named.book, loss, facts) for loss in losses]
    return StressOutcome(
        named.book,
        losses,
        tuple(limit_effects(each.loss, named.limits, each) for each in after),
        named.limits,
        notes,
        tuple(tripped_breakers(each, named.limits, named.breakers) for each in after),
    )


def _judged(named: NamedBook, config: Config) -> NamedBook:
    """Return a book with the breakers that it is judged by: its own, or those of a live run."""
    specs = breaker_specs(config.breakers)
    if specs:
        return replace(named, breakers=specs)
    live = breaker_specs(config.breakers.model_copy(update={"preset": "live"}))
    return replace(named, breakers=live, notes=(*named.notes, _SHOWN_LIVE))


def _jump_window_ns(specs: Sequence[BreakerSpec]) -> int:
    """Return the window in which a move is a jump; 0 where nobody looks for one."""
    jumps = (Breaker.PRICE_JUMP, Breaker.PRICE_SIGMA)
    return max((spec.window_ns for spec in specs if spec.breaker in jumps), default=0)


def _fastest(path: "np.ndarray[tuple[int], np.dtype[np.float64]]", window_ns: int) -> Decimal:
    """Return the largest move of a path within a window, looked at every five minutes."""
    steps = max(-(-window_ns // _STEP_NS), 1)
    moves = [path[step:] / path[:-step] - 1.0 for step in range(1, steps + 1) if step < len(path)]
    if not moves:
        return Decimal(0)
    return fraction(max((float(m[np.argmax(np.abs(m))]) for m in moves), key=abs))


def _window_scenario(
    book: StressBook, history: BookHistory, window: CrashWindow, jump_ns: int
) -> Scenario:
    instants = np.arange(window.start_ns, window.end_ns + 1, _STEP_NS, dtype=np.int64)
    ratios, own = history.ratios(instants)
    worst = worst_place(book, ratios)
    follows = [each.instrument for each, has in zip(book.positions, own, strict=True) if not has]
    day = format_ns((window.start_ns + window.end_ns) // 2)[:10]
    told = f"; {', '.join(follows)} by beta, without prices of then" if follows else ""
    word = "fall" if window.move < 0 else "rise"
    return Scenario(
        f"{word}-{format_ns(window.start_ns)[:13]}",
        f"{word.capitalize()} of {day}",
        f"{format_ns(window.start_ns)} to {format_ns(window.end_ns)}, when "
        f"{history.reference.instrument} moved {window.move:+.1%}; the book at its worst on "
        f"{format_ns(int(instants[worst]))}, five times the spread{told}.",
        {
            each.instrument: replace(
                path_shock(each, ratios[:, place], worst),
                fastest=_fastest(ratios[: worst + 1, place], jump_ns),
            )
            for place, each in enumerate(book.positions)
        },
    )


def _beta_notes(book: StressBook, history: BookHistory) -> list[str]:
    market = history.reference.instrument
    return [
        f"{position.instrument}: no bars of an hour or finer, moves as {market}"
        for position, series in zip(book.positions, history.own, strict=True)
        if series is None
    ]


def _match(instrument: str, sources: Sequence[BarSource]) -> tuple[str | None, str]:
    """Return the data's name of a run's instrument, and a line where it was not plain."""
    if not sources:
        return None, ""
    try:
        return find_instrument(instrument, sources), ""
    except UsageError:
        pair = instrument.rpartition(":")[2]
        meant = sorted({s.instrument for s in sources if s.instrument.rpartition(":")[2] == pair})
    if not meant:
        return None, ""
    return meant[0], f"{instrument}: prices of {meant[0]}"


def _last_price(name: str | None, sources: Sequence[BarSource], held: HeldPosition) -> Decimal:
    series = load_series(name, sources) if name else None
    if series is None:
        raise UsageError(
            f"the price of {held.instrument} is not known",
            fix="write a price into the file, or name --data with bars of an hour or finer",
        )
    return Decimal(repr(float(series.bars.closes[-1])))


def _schedule(instrument: str, config: Config) -> MarginSchedule | None:
    """Return the venue's tiers of a derivative; None of what is paid in full."""
    if not _is_derivative(instrument):
        return None
    known = shipped_instruments().get(instrument)
    if known is not None and known.margin is not None:
        return known.margin
    base = instrument.rpartition(":")[2].partition("-")[0]
    try:
        return binance_margin(base)
    except KeyError:
        return MarginSchedule(margin_tiers(config, instrument))


def _is_derivative(instrument: str) -> bool:
    """Whether a name has a third part, such as PERP or an expiry."""
    return instrument.rpartition(":")[2].count("-") > 1


def _currency(names: Sequence[str]) -> str:
    quotes = {name.rpartition(":")[2].split("-")[1] for name in names if "-" in name}
    if len(quotes) == 1:
        return quotes.pop()
    if quotes and quotes <= DOLLARS:
        return "USDT" if "USDT" in quotes else "USDC"
    raise UsageError(
        f"the book is priced in {', '.join(sorted(quotes)) or 'no currency that is named'}",
        fix="write instruments like BTC-USDT, those of each currency in a file of their own",
    )


def _costs(config: Config) -> ClosingCosts:
    return ClosingCosts.of_spread(
        Decimal(repr(config.costs.spread_bps)),
        config.costs.taker_fee,
        config.margin.liquidation_fee,
    )


def _limits(
    config: Config, lost_today: Decimal = Decimal(0), drawdown: Decimal = Decimal(0)
) -> StressLimits:
    limits = config.limits
    return StressLimits(
        daily_loss=Decimal(repr(limits.max_daily_loss)),
        drawdown=Decimal(repr(limits.max_drawdown)),
        leverage=Decimal(repr(min(limits.max_leverage, limits.max_gross_exposure))),
        data_age_s=Decimal(repr(limits.max_data_age_s)),
        lost_today=lost_today,
        drawdown_now=drawdown,
        daily_loss_amount=limits.max_daily_loss_amount,
        daily_loss_sigmas=limits.max_daily_loss_sigmas,
        exposure=Decimal(repr(limits.max_exposure)),
        net_exposure=Decimal(repr(limits.max_net_exposure)),
        position_notional=limits.max_position_notional,
        group_exposure=Decimal(repr(limits.max_group_exposure)),
        groups=tuple(frozenset(each) for each in limits.groups),
        correlated_exposure=Decimal(repr(limits.max_correlated_exposure)),
        correlation=config.risk.correlation_threshold,
        value_at_risk=limits.max_var,
        shortfall=limits.max_es,
        confidence=config.risk.confidence,
        horizon_days=timeframe_ns(config.risk.horizon) / _DAY_NS,
        margin_use=Decimal(repr(limits.max_margin_use)),
        liquidation_distance=Decimal(repr(limits.min_liquidation_distance)),
    )
