"""Runs over real data, whose features and signals are recorded in every way there is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from traider.backtest.fill_tiers import FILL_TIERS
from traider.domain.events import EventArray, empty_events, join_events
from traider.kernel.machine import Drained, Machine
from traider.kernel.observer import Observed, Observer
from traider.runtime.config import load_config
from traider.runtime.data_plan import scan_data
from traider.runtime.feature_plan import FeaturePlan, feature_plan
from traider.runtime.wiring import plan_data

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "examples"
BARS: Final = "ensemble"
"""Two instruments on hourly bars, of which a year is used."""
BOOK: Final = "level2"
"""Three minutes of an order book and its trades, decided on each second."""
_RANGES: Final = {BARS: ("data.start=2021-01-01", "data.end=2022-01-01")}


@dataclass(frozen=True)
class RealRun:
    """What is recorded, the trader's kernel, and all events."""

    plan: FeaturePlan
    trader: Machine
    events: EventArray

    def traded(self, *, journal_all: bool = False) -> list[Drained]:
        """Trade on the events with a kernel of one's own; return what it wrote."""
        machine = Machine(self.trader.spec, journal_all=journal_all, observed=self.plan.slots)
        return [*machine.feed(self.events), *machine.feed(empty_events(0), final=True)]


@cache
def real_run(name: str, files: tuple[Path, ...] = (), overrides: tuple[str, ...] = ()) -> RealRun:
    """Return the run of an example; ``files`` stand in for its own."""
    chosen = [f"data.files={[str(path) for path in files]}"] if files else []
    config = load_config(EXAMPLES / f"{name}.toml", [*_RANGES.get(name, ()), *chosen, *overrides])
    data = scan_data(config)
    traded = plan_data(config, data)
    spec = replace(traded.spec, venue=FILL_TIERS[traded.fill_tier].applied(traded.spec.venue))
    return RealRun(
        feature_plan(config, data.sources, data.timeframe),
        Machine(spec),
        join_events(list(traded.events())),
    )


def observed_bytes(rows: list[Observed]) -> dict[str, bytes]:
    """Return rows as plain bytes, however they were drained."""
    return {
        "ts": np.concatenate([row.ts_ns for row in rows]).tobytes(),
        "instruments": np.concatenate([row.instruments for row in rows]).tobytes(),
        "features": np.concatenate([row.features for row in rows]).tobytes(),
        "scores": np.concatenate([row.scores for row in rows]).tobytes(),
        "wanted": np.concatenate([row.wanted for row in rows]).tobytes(),
    }


def drained_bytes(drained: list[Drained]) -> dict[str, bytes]:
    """Return the rows of a trading run as plain bytes."""
    return {
        "ts": np.concatenate([one.rows["ts"] for one in drained]).tobytes(),
        "instruments": np.concatenate([one.rows["instrument"] for one in drained]).tobytes(),
        "features": np.concatenate([one.row_features for one in drained]).tobytes(),
        "scores": np.concatenate([one.row_scores for one in drained]).tobytes(),
        "wanted": np.concatenate([one.rows for one in drained]).tobytes(),
    }


def observed_whole(run: RealRun) -> list[Observed]:
    """Return the rows of all events in one piece."""
    return list(observed_in(run, [run.events]))


def observed_in(run: RealRun, pieces: list[EventArray]) -> Iterator[Observed]:
    """Yield the rows of the events in pieces."""
    observer = Observer(run.plan.spec, run.plan.slots, rows=512)
    for piece in pieces:
        yield from observer.feed(piece)
    yield from observer.feed(empty_events(0), final=True)
