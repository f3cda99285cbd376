"""Play a scenario file of the paper venue: steps one after the other, on scripted time.

do = "expect" lets time pass until what it names is so, at most ``PATIENCE_S``; whenever something
is expected the laws of ``paper_books`` must hold as well. What the market told while the trader
died over it is told again by the next life's feed, unless its journal has it.
"""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
import numpy as np

from tests.scenarios import paper_market as market
from tests.scenarios.paper_books import broken_books
from tests.scenarios.paper_life import PERPETUAL, START_NS, PaperLife, paper_setup
from tests.scenarios.playing import ScenarioError, is_so
from tests.scenarios.truth import journal_of
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.instruments import InstrumentStatus
from traider.domain.market_health import MarketHealth
from traider.domain.units import amount_from_units
from traider.kernel.codes import Verdict
from traider.runtime.control.commands import CloseBreaker, ControlCommand, Kill, ManualOrder, Rearm
from traider.runtime.control.conversion import ControlTerms, control_events
from traider.runtime.trading.open_breakers import open_breakers

PATIENCE_S: Final = 30
_WHO: Final[dict[str, Any]] = {"who": "scenario", "why": "the script says so"}


class PaperScenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file."""

    about: str
    steps: list[dict[str, Any]]
    settings: list[str] = []
    """Of the trader, over ``trader.toml``."""
    price: Decimal = Decimal(50_000)
    each: list[str] = []
    """What ``each`` stands for, one after the other; played once when there is none."""


def read_paper(path: Path) -> PaperScenario:
    """Return the scenario of a file."""
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), PaperScenario, strict=False)


def play_paper(path: Path, each: str = "") -> int:
    """Play a file; return how many steps that were.

    Raises:
        ScenarioError: with file, step and what was seen.
    """
    scenario = read_paper(path)
    with TemporaryDirectory() as folder:
        player = PaperPlayer(scenario, Path(folder))
        for number, step in enumerate(scenario.steps, 1):
            words = {key: each if value == "each" else value for key, value in step.items()}
            work: Callable[..., None] = getattr(player, f"do_{words.pop('do')}")
            try:
                work(**words)
            except AssertionError as fault:
                raise ScenarioError(
                    f"{path.name} {each}, step {number} ({step}): {fault}"
                ) from None
        if not player.life.is_dead:
            player.life.leave()
    return len(scenario.steps)


class PaperPlayer:
    """One scenario under way."""

    def __init__(self, scenario: PaperScenario, folder: Path) -> None:
        self.folder = folder
        self.setup = paper_setup(tuple(scenario.settings))
        self.price, self.now_ns, self._beats = scenario.price, START_NS, 0
        self._mark = 0
        self._lost: list[EventArray] = []
        """Told while the trader died over it."""
        self.is_quiet = False
        self.life = PaperLife(folder, self.setup)
        self.do_start()

    # ------------------------------------------------------------------------------- the trader

    def do_start(self) -> None:
        """Begin a life; its feed begins with a whole book, and with what was never journaled."""
        if self.life.is_dead:
            self.life = PaperLife(self.folder, self.setup)
        self.now_ns += market.SECOND_NS
        self.life.begin(self.now_ns)
        self._tell(market.book(self.price, self._later()))
        lost, self._lost = self._lost, []
        for events in lost:
            if not self._is_kept(events):
                again = events.copy()
                again["ts_recv"] = self._later()
                self._tell(again)
        self._beat()

    def do_crash(self) -> None:
        """Kill the trader now."""
        self.life.leave()

    def do_crash_at(self, point: str, nth: int = 1) -> None:
        """Kill the trader when it next reaches a fault point for the n-th time."""
        left = [nth]

        def is_due(name: str) -> bool:
            left[0] -= name == point
            return name == point and left[0] == 0

        self.life.crash_at = is_due

    def do_died(self) -> None:
        """Make sure that the trader died as it was to."""
        assert self.life.is_dead, "the trader lives"

    def do_score(self, value: float, confidence: float = 1.0) -> None:
        """Let the model have an opinion: 1 is to buy, -1 to sell short, 0 to have nothing."""
        event = market.told(Kind.MODEL_SCORE, 0)
        event["f0"], event["f1"] = value, confidence
        self.life.do(lambda: self.life.trader.tell(event))

    def do_kill(self) -> None:
        """Stop everything."""
        self._command(Kill(flatten=True, **_WHO))

    def do_rearm(self) -> None:
        """Go on."""
        self._command(Rearm(**_WHO))

    def do_close_breaker(self, name: str) -> None:
        """Close one circuit breaker."""
        self._command(CloseBreaker(name=name, **_WHO))

    def do_order(self, **terms: Any) -> None:
        """Place a person's order."""
        known = {"command": "order", "instrument": PERPETUAL.name, **_WHO, **terms}
        self._command(msgspec.convert(known, ManualOrder, strict=False))

    def _command(self, command: ControlCommand) -> None:
        trader = self.life.trader

        def work() -> None:
            machine = trader.machine
            terms = ControlTerms.of(machine.spec, machine.decider, machine.gate)
            trader.tell(control_events(command, terms, self.now_ns), (), (command.who, command.why))

        self.life.do(work)

    # ------------------------------------------------------------------------------- the market

    def do_price(self, to: str) -> None:
        """Let the market trade at another price."""
        side = 1 if Decimal(to) > self.price else -1
        self.price = Decimal(to)
        now_ns = self._later()
        moved = [market.trade(self.price, Decimal(40), side, now_ns)]
        self._tell(join_events([market.book(self.price, now_ns), *moved]))

    def do_trade(self, price: str, size: str) -> None:
        """Let somebody sell to orders at a price."""
        self._tell(market.trade(Decimal(price), Decimal(size), -1, self._later()))

    def do_funding(
        self, rate: str, hours: int = 8, in_s: int = 3600, *, settled: bool = False
    ) -> None:
        """Announce a rate, or settle it, at the market's price."""
        now_ns = self._later()
        due_ns = now_ns if settled else now_ns + in_s * market.SECOND_NS
        self._tell(
            market.funding(Decimal(rate), self.price, hours, due_ns, now_ns, is_settled=settled)
        )

    def do_health(self, code: str) -> None:
        """Let the feed judge its data."""
        self._tell(market.told(Kind.HEALTH, self._later(), code=MarketHealth[code.upper()]))

    def do_status(self, code: str) -> None:
        """Let the venue say whether the instrument is traded."""
        now_ns = self._later()
        self._tell(market.told(Kind.INSTRUMENT_STATUS, now_ns, code=InstrumentStatus[code.upper()]))

    def do_quote(self, bid: str, ask: str) -> None:
        """Let the venue tell its best prices."""
        best = market.ticks(Decimal(bid)), market.ticks(Decimal(ask))
        self._tell(market.told(Kind.QUOTE, self._later(), w0=best[0], w1=1, w2=best[1], w3=1))

    def do_latency(self, tail_ms: int) -> None:
        """Let orders take so long from their signal."""
        event = market.told(Kind.LATENCY_ESTIMATE, 0, w1=tail_ms * 1_000_000, w2=20, w3=4)
        self.life.do(lambda: self.life.trader.tell(event))

    def do_silence(self, seconds: int) -> None:
        """Let time pass without a word of the market."""
        for _ in range(seconds):
            self.now_ns += market.SECOND_NS
            self._tell(empty_events(0))

    def do_upset(self, what: str) -> None:
        """Let happen what a breaker of the market or of the feed watches."""
        match what:
            case "price-jump":
                self.do_price(str(self.price + 900))
            case "spread":
                self.do_quote(str(self.price - 300), str(self.price + 300))
            case "stale-feed":
                self.do_silence(8)
            case _:
                self.do_status("halted")
                self.do_wait(8)

    def do_calm(self, what: str) -> None:
        """Let it be over."""
        if what == "outage":
            self.do_status("trading")

    def do_gap(self) -> None:
        """Let the feed miss something of the book."""
        self._tell(market.told(Kind.GAP, self._later()))

    def do_resync(self) -> None:
        """Let the feed be whole again, with a new book."""
        self._tell(market.told(Kind.RESYNC, self._later()))
        self._tell(market.book(self.price, self._later()))

    def do_wait(self, seconds: int) -> None:
        """Let time pass, with signs of life."""
        for _ in range(seconds):
            self._beat()

    def _beat(self) -> None:
        self.now_ns += market.SECOND_NS
        self._beats += 1
        if not self.life.is_dead:
            self._tell(market.beat(self.price, self.now_ns, self._beats))

    def _later(self) -> int:
        self.now_ns += market.SECOND_NS // 10
        return self.now_ns

    def _tell(self, events: EventArray) -> None:
        if self.life.is_dead or not self.life.give(events, self.now_ns):
            self._lost.append(events)

    def _is_kept(self, events: EventArray) -> bool:
        journal = journal_of(self.folder)
        same = (journal["kind"] == events["kind"][0]) & (
            journal["ts_event"] == events["ts_event"][0]
        )
        return bool(same.any())

    # ----------------------------------------------------------------------------- expectations

    def do_mark(self) -> None:
        """Count events from here on."""
        self._mark = len(journal_of(self.folder))

    def do_expect(self, **wanted: Any) -> None:
        """Let time pass until everything that is named is so; the laws must hold then."""
        seen: dict[str, Any] = {}
        for _ in range(PATIENCE_S):
            self._beat()
            seen = {name: getattr(self, f"_see_{name}")() for name in wanted}
            if all(is_so(seen[name], wanted[name]) for name in wanted):
                break
        for name, each in wanted.items():
            assert is_so(seen[name], each), f"{name} is {seen[name]}, not {each}"
        assert not (found := list(broken_books(self.life))), "; ".join(found)

    def _see_position(self) -> Decimal:
        machine = self.life.trader.machine
        return int(machine.decider.markets[0]["position_lots"]) * PERPETUAL.lot_size

    def _see_protected(self) -> Decimal:
        """Return how much of the position slices at the venue guard."""
        slices = self.life.trader.machine.decider.slices[0]
        return int(slices["lots"][slices["stop_id"] != 0].sum()) * PERPETUAL.lot_size

    def _see_cash(self) -> Decimal:
        return amount_from_units(int(self.life.trader.machine.decider.account[0]["cash_units"]))

    def _see_funding(self) -> Decimal:
        units = int(self.life.trader.machine.decider.markets[0]["funding_units"])
        return amount_from_units(units)

    def _see_open(self) -> int:
        return len(self.life.gateway.lives)

    def _see_breakers(self) -> dict[str, int]:
        """Return the circuit breakers that are open."""
        opened = open_breakers(self.life.trader.machine.gate, [PERPETUAL.name])
        return {each.name: 1 for each in opened}

    def _see_opened(self) -> int:
        return len(self._see_breakers())

    def _see_killed(self) -> bool:
        return self.life.gateway.is_killed

    def _see_events(self) -> dict[str, int]:
        kinds, counts = np.unique(journal_of(self.folder)["kind"][self._mark :], return_counts=True)
        return {Kind(kind).name: int(count) for kind, count in zip(kinds, counts, strict=True)}

    def _see_verdicts(self) -> dict[str, int]:
        events = journal_of(self.folder)[self._mark :]
        codes, counts = np.unique(
            events["code"][events["kind"] == Kind.VERDICT], return_counts=True
        )
        return {Verdict(code).name: int(count) for code, count in zip(codes, counts, strict=True)}
