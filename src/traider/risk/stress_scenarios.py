"""The named scenarios: what each assumes, made from what is known of the instruments.

Levels are those of events that happened, or multiples of what the data of an instrument says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.risk.models import normal_loss
from traider.risk.stress import (
    STABLECOINS,
    ZERO,
    Scenario,
    Shock,
    StressBook,
    StressPosition,
    triggered,
)

FloatArray = npt.NDArray[np.float64]

CRASH: Final = Decimal("0.20")
"""Within minutes; BTC's range of five minutes on 2020-03-12 was 20.7 %."""
CRASH_S: Final = 300
GAP: Final = Decimal("0.15")
DEPEG: Final = Decimal("0.12")
"""USDC was sold at 0.88 dollars on 2023-03-11."""
VOLATILITY_TIMES: Final = 5
FUNDING_RATE: Final = Decimal("0.003")
"""For eight hours; the cap that BTC's perpetual reached in March 2020."""
FUNDING_TIMES: Final = 9
"""Three days of it."""
SPREAD_TIMES: Final = Decimal(25)
LATENCY_S: Final = 60
_FALL_MAX: Final = Decimal("-0.99")
_DAY_S: Final = 86_400
_LEVEL: Final = 0.99
_RARE_LEVEL: Final = 0.999


@dataclass(frozen=True)
class InstrumentFacts:
    """What the past of an instrument says; fractions of its price."""

    deviation: float
    """Standard deviation of a day's return."""
    beta: Decimal
    """How far it moves when bitcoin moves by one."""
    worst_day: tuple[Decimal, Decimal]
    """Its deepest fall, below 0, and its steepest rise."""


@dataclass(frozen=True)
class WorstPeriod:
    """The period of the past that would have cost the book most."""

    when: str
    moves: Mapping[str, Decimal]


@dataclass(frozen=True)
class StressFacts:
    """What is known of a book's instruments."""

    instruments: Mapping[str, InstrumentFacts]
    correlations: FloatArray
    """Of days, places as the book's positions."""
    hour: WorstPeriod
    day: WorstPeriod


def named_scenarios(book: StressBook, facts: StressFacts) -> list[Scenario]:
    """Return all scenarios but those of windows of the past."""
    found = [
        _flash_crash(book, facts),
        _gap(book, facts, -1),
        _gap(book, facts, 1),
        _volatility(book, facts),
        _hedges_fail(book, facts),
        _spread(book),
        _latency(book, facts),
        _outage(facts.hour, "outage-hour", "No way out for an hour", 3_600),
        _outage(facts.day, "outage-day", "No way out for a day", _DAY_S),
        *_halt(book, facts),
        _funding(book),
    ]
    if book.currency in STABLECOINS:
        found.append(_depeg(book))
    return found


def fraction(value: float) -> Decimal:
    """Return a fraction that was measured, exact to the eighth digit; no price falls below zero."""
    return max(Decimal(f"{value:.8f}"), _FALL_MAX)


def worst_period(returns: FloatArray, exposures: FloatArray) -> int:
    """Return the place of the period in which ``exposures`` would have lost most."""
    return int(np.argmin(np.einsum("ij,j->i", returns, exposures)))


def _flash_crash(book: StressBook, facts: StressFacts) -> Scenario:
    shocks = {}
    for each in book.positions:
        move = max(-CRASH * facts.instruments[each.instrument].beta, _FALL_MAX)
        # The market trades through a stop on its way: it fills where it was set off.
        stopped = tuple((s.quantity, s.trigger / each.price - 1) for s in triggered(each, move))
        shocks[each.instrument] = Shock(move, Decimal(10), stopped=stopped)
    return Scenario(
        "flash-crash",
        "Flash crash",
        f"Bitcoin falls {CRASH:.0%} within minutes, all else by its beta, and everything is closed "
        "at the bottom across ten times the spread; stops fill where they were set off.",
        shocks,
        moves_within_s=CRASH_S,
    )


def _gap(book: StressBook, facts: StressFacts, way: int) -> Scenario:
    shocks = {}
    for each in book.positions:
        move = max(way * GAP * facts.instruments[each.instrument].beta, _FALL_MAX)
        # Nothing trades in between: stops fill at the far side of the gap.
        stopped = tuple((stop.quantity, move) for stop in triggered(each, move))
        shocks[each.instrument] = Shock(move, Decimal(5), stopped=stopped)
    word = "down" if way < 0 else "up"
    return Scenario(
        f"gap-{word}",
        f"Gap {word}",
        f"Bitcoin opens {GAP:.0%} {'lower' if way < 0 else 'higher'}, all else by its beta, with "
        "nothing traded in between: stops fill beyond the gap, at five times the spread.",
        shocks,
    )


def _volatility(book: StressBook, facts: StressFacts) -> Scenario:
    exposures = np.array([float(each.value) for each in book.positions])
    deviations = np.array([facts.instruments[each.instrument].deviation for each in book.positions])
    covariance = facts.correlations * np.outer(deviations, deviations)
    deviation = float(np.sqrt(max(float(exposures @ covariance @ exposures), 0.0)))
    times = VOLATILITY_TIMES * normal_loss(_LEVEL).value_at_risk
    moves = np.zeros(len(exposures))
    if deviation > 0.0:
        # The day of that loss that is the likeliest: each moves by its covariance with the book.
        moves = -times * (covariance @ exposures) / deviation
    return Scenario(
        f"volatility-x{VOLATILITY_TIMES}",
        f"Volatility × {VOLATILITY_TIMES}",
        f"The worst of a hundred days at {VOLATILITY_TIMES} times the volatility of the data, with "
        "its correlations; five times the spread.",
        _moved(book.positions, moves, Decimal(VOLATILITY_TIMES)),
        moves_within_s=_DAY_S,
        volatility_times=Decimal(VOLATILITY_TIMES),
    )


def _hedges_fail(book: StressBook, facts: StressFacts) -> Scenario:
    times = normal_loss(_LEVEL).value_at_risk
    moves = [
        -np.sign(float(each.quantity)) * times * facts.instruments[each.instrument].deviation
        for each in book.positions
    ]
    return Scenario(
        "correlation-1",
        "Correlation to 1",
        "Hedges fail: each position has its own worst of a hundred days, on the same day.",
        _moved(book.positions, np.array(moves), Decimal(2)),
        moves_within_s=_DAY_S,
        is_one_bet=True,
    )


def _spread(book: StressBook) -> Scenario:
    return Scenario(
        "spread",
        f"Spread × {SPREAD_TIMES}",
        f"Prices stay, and closing everything costs {SPREAD_TIMES} times the spread.",
        {each.instrument: Shock(spread_times=SPREAD_TIMES) for each in book.positions},
    )


def _latency(book: StressBook, facts: StressFacts) -> Scenario:
    times = normal_loss(_RARE_LEVEL).value_at_risk * (LATENCY_S / _DAY_S) ** 0.5
    moves = [
        -np.sign(float(each.quantity)) * times * facts.instruments[each.instrument].deviation
        for each in book.positions
    ]
    return Scenario(
        "latency",
        f"Orders take {LATENCY_S} s",
        f"Closing everything takes {LATENCY_S} s more, the worst of a thousand such whiles for "
        "each position; three times the spread.",
        _moved(book.positions, np.array(moves), Decimal(3)),
        blind_s=LATENCY_S,
        latency_s=LATENCY_S,
        moves_within_s=LATENCY_S,
    )


def _outage(worst: WorstPeriod, name: str, title: str, blind_s: int) -> Scenario:
    shocks = {instrument: Shock(move, Decimal(2)) for instrument, move in worst.moves.items()}
    return Scenario(
        name,
        title,
        f"The venue's interface is gone for the while that would have cost this book most: "
        f"{worst.when}. Stops do not help; everything is closed after it at twice the spread.",
        shocks,
        blind_s=blind_s,
    )


def _halt(book: StressBook, facts: StressFacts) -> list[Scenario]:
    """Return the halt that costs most: one instrument cannot be traded, and reopens against us."""
    worst: tuple[Decimal, StressPosition, Decimal] | None = None
    for each in book.positions:
        move = facts.instruments[each.instrument].worst_day[0 if each.quantity > 0 else 1]
        cost = -each.value * move
        if worst is None or cost > worst[0]:
            worst = cost, each, move
    if worst is None:
        return []
    _, halted, move = worst
    return [
        Scenario(
            "halt",
            f"Halt of {halted.instrument}",
            f"{halted.instrument} is not traded and reopens at its own worst day ({move:.1%}); the "
            "rest is closed at calm prices, and it cannot be.",
            {halted.instrument: Shock(move, can_close=False)},
            blind_s=_DAY_S,
        )
    ]


def _funding(book: StressBook) -> Scenario:
    rate = FUNDING_RATE * FUNDING_TIMES
    return Scenario(
        "funding",
        "Funding shock",
        f"Each perpetual pays {FUNDING_RATE:.1%} for eight hours, {FUNDING_TIMES} times in a row, "
        "whichever side it is on.",
        {each.instrument: Shock(funding=rate) for each in book.positions if each.is_derivative},
    )


def _depeg(book: StressBook) -> Scenario:
    # What is owned outright keeps its worth in dollars. A perpetual is a coin against a debt in
    # the stablecoin: its price in it rises, and a short loses by that.
    shocks = {
        each.instrument: Shock(DEPEG if each.is_derivative else ZERO, Decimal(5))
        for each in book.positions
    }
    return Scenario(
        "depeg",
        f"{book.currency} loses its peg",
        f"{book.currency} is worth {1 - DEPEG} dollars: cash loses {DEPEG:.0%}, debts in it too; "
        "coins keep their worth. Losses are dollars at the old peg.",
        shocks,
        currency_fall=DEPEG,
    )


def _moved(
    positions: Sequence[StressPosition], moves: FloatArray, spread_times: Decimal
) -> dict[str, Shock]:
    """Return shocks of measured moves; stops fill no better than the move, as in a gap."""
    return {
        each.instrument: Shock(fraction(move), spread_times)
        for each, move in zip(positions, moves.tolist(), strict=True)
    }
