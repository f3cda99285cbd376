"""Laws of parity over a real capture: however it is fed, it gives what the back-test gives.

1. The back-test of a plan, and its events fed as they might come live, in pieces of any size down
   to one record and across a snapshot that another machine goes on from, give one fingerprint.
2. The decider alone, fed that run's journal, gives the same intents.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.golden.runs import FOLDER
from tests.kernel.builders import cut
from tests.parity.replay import replay_decider
from traider.backtest.collecting import Fingerprint
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.run import run_plan
from traider.domain.events import EventArray, empty_events, join_events
from traider.kernel.machine import Drained, Machine
from traider.kernel.specification import KernelSpec
from traider.runtime.config import load_config
from traider.runtime.wiring import plan_backtest


def fed_live(spec: KernelSpec, events: EventArray) -> list[Drained]:
    """Feed pieces of random sizes; a second machine goes on from the middle."""
    places = np.cumsum(np.random.default_rng(3).geometric(0.02, len(events)))
    pieces = cut(events, places[places < len(events)].tolist())
    machine = Machine(spec, journal_all=True, buffer=512)
    out: list[Drained] = []
    for number, piece in enumerate(pieces):
        if number == len(pieces) // 2:
            state = machine.snapshot()
            machine = Machine(spec, journal_all=True, buffer=512)
            machine.restore(state)
        out += machine.feed(piece)
    return [*out, *machine.feed(empty_events(0), final=True)]


@pytest.mark.parametrize("name", ["level2-iceberg", "level2-ladder", "level2-quotes"])
def test_fed_live_a_capture_gives_what_its_back_test_gives(name: str) -> None:
    plan = plan_backtest(load_config(FOLDER / f"{name}.toml"))
    spec = replace(plan.spec, venue=FILL_TIERS[plan.fill_tier].applied(plan.spec.venue))
    out = fed_live(spec, join_events(list(plan.events())))
    live = Fingerprint()
    for drained in out:
        live.add(drained)
    assert live.hexdigest() == run_plan(plan).chosen.fingerprint
    journal = join_events([drained.events for drained in out])
    assert replay_decider(spec, journal).journal.tobytes() == journal.tobytes()
