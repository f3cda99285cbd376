"""Any order of events, against a model in plain Python of one breaker of each sort.

Laws, whatever happened before:
1. A breaker is open exactly when the model says so: tripped, and neither cooled down nor re-armed.
2. What opens passes exactly when no breaker is open that stops it; what reduces always passes.
3. Each change is told once: as many BREAKER events are written as breakers changed.
"""

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.kernel.breaker_desk import SECOND, later, spec
from tests.kernel.gate_desk import APPROVED, desk
from tests.kernel.scenario import PERPETUAL
from traider.domain.events import Kind
from traider.kernel.breaker_records import Action, Breaker

COOLDOWN_S = 20


@dataclass
class Switch:
    """What the model knows of a breaker."""

    cooldown_s: int
    is_open: bool = False
    last_ns: int = 0


class BreakersMachine(RuleBasedStateMachine):
    """A spread that closes by itself, a latency that waits for a person, a streak of losses."""

    def __init__(self) -> None:
        super().__init__()
        specs = (
            spec(Breaker.SPREAD, 0.02, cooldown_ns=COOLDOWN_S * SECOND),
            spec(Breaker.LATENCY, 0.5, Action.HALT),
            spec(Breaker.LOSING_STREAK, 2.0, cooldown_ns=COOLDOWN_S * SECOND),
        )
        self.desk = desk(PERPETUAL, cash=1_000_000, breakers=specs)
        self.model = {
            Breaker.SPREAD: Switch(COOLDOWN_S),
            Breaker.LATENCY: Switch(0),
            Breaker.LOSING_STREAK: Switch(COOLDOWN_S),
        }
        self.losses = 0

    def trip(self, breaker: Breaker) -> None:
        """Note that something was beyond its bound; a streak counts from when it tripped."""
        switch = self.model[breaker]
        if not switch.is_open or breaker is Breaker.SPREAD:
            switch.last_ns = self.desk.now
        switch.is_open = True

    @rule(half=st.integers(min_value=1, max_value=4))
    def quote(self, half: int) -> None:
        self.desk.see(Kind.QUOTE, w0=100 - half, w2=100 + half)
        if 2 * half / 100 > 0.02:
            self.trip(Breaker.SPREAD)

    @rule(tail_ms=st.integers(min_value=1, max_value=1_000))
    def estimate(self, tail_ms: int) -> None:
        self.desk.see(Kind.LATENCY_ESTIMATE, w1=tail_ms * 1_000_000, w3=4)
        if tail_ms > 500:
            self.trip(Breaker.LATENCY)

    @rule(made=st.integers(min_value=-2, max_value=2))
    def round_trip(self, made: int) -> None:
        self.desk.fill(1, 1, 100)
        self.desk.fill(-1, 1, 100 + made)
        self.losses = self.losses + 1 if made < 0 else 0 if made > 0 else self.losses
        if self.losses >= 2:
            self.trip(Breaker.LOSING_STREAK)

    @rule(seconds=st.integers(min_value=1, max_value=30))
    def wait(self, seconds: int) -> None:
        later(self.desk, seconds * SECOND)
        for breaker, switch in self.model.items():
            silent_s = (self.desk.now - switch.last_ns) // SECOND
            if switch.is_open and switch.cooldown_s and silent_s >= switch.cooldown_s:
                self.close(breaker)

    @rule(only=st.sampled_from([None, *Breaker]))
    def rearm(self, only: Breaker | None) -> None:
        if only is None:
            self.desk.see(Kind.REARM)
        else:
            self.desk.see(Kind.BREAKER_REARM, code=only)
        for breaker in self.model:
            if only in (None, breaker) and self.model[breaker].is_open:
                self.close(breaker)

    def close(self, breaker: Breaker) -> None:
        self.model[breaker].is_open = False
        if breaker is Breaker.LOSING_STREAK:
            self.losses = 0

    @invariant()
    def laws_1_and_2(self) -> None:
        switches = self.desk.gate.breakers.switches
        for breaker, switch in self.model.items():
            chosen = switches[switches["breaker"] == breaker]
            assert bool(chosen["is_open"].any()) is switch.is_open, breaker
        stops = any(switch.is_open for switch in self.model.values())
        assert (self.desk.ask() != APPROVED) is stops
        assert self.desk.ask(side=-1, flags=1 | 0x80) == APPROVED

    @invariant()
    def law_3(self) -> None:
        waiting = self.desk.gate.breakers.switches["telling"] != 0
        assert self.desk.gate.breakers.state[0]["pending"] == waiting.sum()
        for switch in self.desk.gate.breakers.switches[waiting]:
            account = 0x100 if switch["instrument"] < 0 else 0
            self.desk.see(Kind.BREAKER, code=int(switch["breaker"]), flags=account)
        assert self.desk.gate.breakers.state[0]["pending"] == 0


TestBreakers = BreakersMachine.TestCase
TestBreakers.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
