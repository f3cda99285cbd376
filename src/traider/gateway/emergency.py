"""The emergency stop as the gateway carries it out: cancel all and close what is held, itself.

    emergency = EmergencyStop(gateway, lines, alerts, heard_s)
    emergency.stop(Kill("ana", "wrong prices"))     # at once: logged, and every order asked back
    await emergency.run()                           # beside the gateway: closes what stays held

A trader that lives closes positions itself: it knows its plans. The gateway closes what is left
when no order of the instrument lives any more,

| the trader | the gateway waits for it |
| --- | --- |
| is not connected | not at all |
| is connected and said nothing since the stop: it is frozen | ``frozen_s`` |
| answers | until it is silent for ``alive_s`` |

Orders that do not end hold it up for ``ending_s``; then what they do not cover is closed. An order
that the venue refuses is made again after a pause that doubles; what is too small to be sold stays.
What was sent twice would be refused, since an order may only shrink what is held.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from traider.domain.events import OrderFlag
from traider.domain.order_states import Rejected, leaves_of
from traider.domain.ports import Alert, AlertChannel, Log, Severity
from traider.gateway.frames import Kill, Rearm
from traider.gateway.order_gateway import OrderGateway
from traider.kernel.codes import Reject

_LOOK_S: Final = 0.05
_SAME_S: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class EmergencyTerms:
    """How long others are waited for."""

    frozen_s: float = 0.5
    alive_s: float = 5.0
    ending_s: float = 3.0
    again_s: float = 1.0
    again_s_max: float = 30.0
    told_s: float = 10.0
    """When a person is told that something is still open."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is open, and what was done since the stop."""

    orders: int
    held: tuple[str, ...]
    cancelled: int
    closed: tuple[str, ...]


@dataclass
class _Closing:
    """Tries to close one position."""

    order_id: int = 0
    pause_s: float = 0.0
    next_s: float = 0.0
    is_dust: bool = False


@dataclass
class _Stop:
    """One stop under way."""

    since_s: float
    lived: frozenset[int]
    held: frozenset[int]
    closing: dict[int, _Closing] = field(default_factory=dict)
    is_told: bool = False


class EmergencyStop:
    """Stops of one gateway.

    Args:
        gateway: whose orders and positions are ended.
        lines: what an operator reads.
        alerts: tells a person; nobody without it.
        heard_s: when a connected trader last said something, on the clock that never goes back;
            None without one.
        terms: patience.
        rearmed_ns: when the last re-arming was asked for that a trader carried out, by
            ``time.monotonic_ns``; 0 without one. It may not have reached the gateway yet.
    """

    def __init__(
        self,
        gateway: OrderGateway,
        lines: Log,
        alerts: AlertChannel | None = None,
        heard_s: Callable[[], float | None] = lambda: None,
        terms: EmergencyTerms | None = None,
        rearmed_ns: Callable[[], int] = lambda: 0,
    ) -> None:
        self._gateway, self._lines, self._alerts = gateway, lines, alerts
        self._heard_s, self._terms = heard_s, terms or EmergencyTerms()
        self._rearmed_ns = rearmed_ns
        self._stop: _Stop | None = None
        self._last = ""
        """The id of the last one that was carried out."""
        self._killed_ns = self._rearmed_here_ns = 0
        """When the last stop and the last re-arming over the socket were asked for."""

    def stop(self, asked: Kill) -> None:
        """Stop everything: cancel all orders, and refuse what does not close a position.

        One that comes over the socket and as a file is one stop. One that was asked for before the
        last re-arming is none any more: this process was frozen while others carried it out.

        Raises:
            JournalFailedError: the log cannot be kept; the orders are cancelled all the same.
        """
        who, why, keeps_positions = asked.who, asked.why, asked.keep_positions
        if 0 < asked.asked_ns < max(self._rearmed_ns(), self._rearmed_here_ns):
            words = "an emergency stop from before the last re-arming is not repeated"
            self._lines.warning(words, who=who, why=why, id=asked.id)
            return
        if self._is_under_way(asked):
            return
        self._last, self._killed_ns = asked.id, asked.asked_ns or time.monotonic_ns()
        self._stop = self._begun()
        self._lines.warning("emergency stop", who=who, why=why, keeps_positions=keeps_positions)
        self._gateway.kill(who, why, keep_positions=keeps_positions)
        words = f"{who}: {why}"
        self._tell("emergency:stop", "the gateway was stopped in an emergency", words)

    def heed(self) -> None:
        """Look whether the trader's word stopped everything: the same as a file is one stop."""
        if self._stop is None and self._gateway.log.stance.is_killed:
            self._stop = self._begun()

    def rearm(self, asked: Rearm) -> None:
        """End a stop or a halt, unless it came after this was asked.

        Raises:
            JournalFailedError: the log cannot be kept.
        """
        asked_ns = asked.asked_ns or time.monotonic_ns()
        if asked_ns < self._killed_ns:
            words = "an emergency stop that came after a re-arming was asked for holds"
            self._lines.warning(words, who=asked.who, why=asked.why)
            return
        self._gateway.rearm(asked.who, asked.why)
        self._rearmed_here_ns = max(self._rearmed_here_ns, asked_ns)

    def exposure(self) -> Exposure:
        """Return what is open, and what was done since the stop."""
        living, held, stop = self._unwanted(), self._held(), self._stop
        cancelled = len(stop.lived - living) if stop is not None else 0
        closed = stop.held - held if stop is not None else frozenset()
        return Exposure(len(living), self._names(held), cancelled, self._names(closed))

    async def run(self) -> None:
        """Close what is held while everything is stopped, until cancelled.

        Raises:
            JournalFailedError: the log cannot be kept.
        """
        while True:
            await asyncio.sleep(_LOOK_S)
            stance = self._gateway.log.stance
            if not stance.is_killed:
                self._stop = None
                continue
            if self._stop is None:
                self._stop = self._begun()
            if not stance.keeps_positions:
                self._look(self._stop)
            self._call(self._stop, keeps_positions=stance.keeps_positions)

    # --------------------------------------------------------------------------------- its own

    def _is_under_way(self, asked: Kill) -> bool:
        stance, before = self._gateway.log.stance, self._stop
        if before is None or not stance.is_killed:
            return False
        if stance.keeps_positions != asked.keep_positions:
            return False
        is_same = asked.id != "" and asked.id == self._last
        return is_same or time.monotonic() < before.since_s + _SAME_S

    def _begun(self) -> _Stop:
        return _Stop(time.monotonic(), self._unwanted(), self._held())

    def _unwanted(self) -> frozenset[int]:
        """Return the orders that are not over, but for those that guard what is kept."""
        lives, keeps = self._gateway.lives, self._gateway.log.stance.keeps_positions
        return frozenset(
            life.order_id for life in lives.living() if not (keeps and lives.guards(life))
        )

    def _held(self) -> frozenset[int]:
        """Return the instruments of which something is held that can be sold."""
        dust = {} if self._stop is None else self._stop.closing
        return frozenset(
            number
            for number, lots in self._gateway.lives.position_lots.items()
            if self._sellable(number, lots) and not dust.get(number, _Closing()).is_dust
        )

    def _sellable(self, number: int, lots: int) -> bool:
        instrument = self._gateway.instruments[number]
        return lots != 0 and instrument.size(abs(lots)) >= instrument.min_size

    def _names(self, numbers: frozenset[int]) -> tuple[str, ...]:
        return tuple(str(self._gateway.instruments[number].name) for number in sorted(numbers))

    def _look(self, stop: _Stop) -> None:
        """Close what nobody else closes."""
        now_s = time.monotonic()
        if not self._gateway.is_ready or self._trader_closes(stop, now_s):
            return
        for number in sorted(self._held()):
            closing = stop.closing.setdefault(number, _Closing())
            self._judge(closing)
            if now_s >= closing.next_s and not closing.is_dust:
                self._close(number, closing, stop)

    def _trader_closes(self, stop: _Stop, now_s: float) -> bool:
        heard_s = self._heard_s()
        if heard_s is None:
            return False
        if heard_s < stop.since_s:
            return now_s < stop.since_s + self._terms.frozen_s
        return now_s < heard_s + self._terms.alive_s

    def _judge(self, closing: _Closing) -> None:
        """Look what came of the order before."""
        life = self._gateway.lives.get(closing.order_id) if closing.order_id else None
        if life is not None and isinstance(life.state, Rejected):
            closing.is_dust = life.state.code == Reject.TOO_SMALL

    def _close(self, number: int, closing: _Closing, stop: _Stop) -> None:
        lots = self._gateway.lives.position_lots[number]
        living = [each for each in self._gateway.lives.living() if each.instrument == number]
        now_s = time.monotonic()
        if living and now_s < stop.since_s + self._terms.ending_s:
            return
        side = -1 if lots > 0 else 1
        on_way = sum(
            leaves_of(life.state)
            for life in living
            if life.side == side and not life.flags & OrderFlag.QUOTE_SIZED
        )
        rest = abs(lots) - on_way
        if rest <= 0 or not self._sellable(number, rest):
            return
        closing.order_id = self._gateway.close_lots(number, -side * rest)
        closing.pause_s = min(
            max(2 * closing.pause_s, self._terms.again_s), self._terms.again_s_max
        )
        closing.next_s = now_s + closing.pause_s
        self._lines.warning(
            "the gateway closes a position",
            instrument=str(self._gateway.instruments[number].name),
            order=f"{closing.order_id:016x}",
            lots=rest,
        )

    def _call(self, stop: _Stop, *, keeps_positions: bool) -> None:
        """Tell a person once when something stays open."""
        if stop.is_told or time.monotonic() < stop.since_s + self._terms.told_s:
            return
        found = self.exposure()
        held = () if keeps_positions else found.held
        if found.orders or held:
            stop.is_told = True
            words = f"{found.orders} orders, positions in {', '.join(held) or 'nothing'}"
            self._tell("emergency:open", "something is open after an emergency stop", words)

    def _tell(self, key: str, title: str, words: str) -> None:
        if self._alerts is not None:
            self._alerts.send(Alert(key, Severity.CRITICAL, title, words))
