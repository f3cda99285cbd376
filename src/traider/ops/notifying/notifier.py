"""Carries alerts to every channel from threads of its own: grouped, paced, tried again."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from traider.domain.ports import Alert, Clock, Log, Severity
from traider.ops.notifying.channel import Channel, Delivery, delivered
from traider.ops.notifying.group import Group, is_at_least

WAITING_MAX: Final = 200
"""Alerts that wait for one channel; the oldest give way, and how many is told."""
_TOGETHER_MAX: Final = 20
_TRIES: Final = 6
_PAUSE_S: Final = 2.0
_PAUSE_S_MAX: Final = 120.0
_END_S: Final = 3.0
_MINUTE_S: Final = 60.0
_URGENT_S: Final = 1.0
"""Between two messages with something critical once the minute's are used up."""


@dataclass(frozen=True)
class Pace:
    """How often a channel is used."""

    group_s: float = 5.0
    """Alerts that come within it go out together; a critical one waits for nothing."""
    per_minute: int = 20
    """Messages a minute at most; what comes meanwhile is grouped. Critical ones go all the same."""
    pause_s: float = _PAUSE_S
    """Before the second try; each later one waits twice as long, for two minutes at most."""


@dataclass(frozen=True)
class ChannelState:
    """How a channel does."""

    name: str
    sent: int = 0
    """Messages that arrived."""
    failed: int = 0
    """Messages that were given up."""
    left_out: int = 0
    """Alerts that gave way to later ones."""
    waiting: int = 0
    """Alerts that wait."""
    sent_ns: int = 0
    """When a message arrived last, ns UTC; 0 never."""
    tried_ns: int = 0
    """When it was tried last, ns UTC; 0 never."""
    fault: str = ""
    """Why the last try failed, in one line; empty when it did not."""


class Notifier:
    """The alert channel that carries alerts to people."""

    def __init__(
        self, channels: Sequence[Channel], pace: Pace, source: str, clock: Clock, log: Log
    ) -> None:
        """Make the notifier and begin its threads.

        ``on_tried`` can be set to what is called, from any of them, when a channel was tried.

        Args:
            channels: the ways to people.
            pace: how often each is used.
            source: who tells, such as ``traider paper``.
            clock: tells when an alert came.
            log: hears of what could not be carried.
        """
        self.on_tried: Callable[[tuple[ChannelState, ...]], None] = lambda _states: None
        seen = _Seen(clock, log, self._tell)
        self._lines = [_Line(each, pace, source, seen) for each in channels]
        for line in self._lines:
            line.start()

    def send(self, alert: Alert) -> None:
        """Take ``alert``; it is carried later, and nothing is waited for."""
        for line in self._lines:
            line.take(alert)

    def states(self) -> tuple[ChannelState, ...]:
        """Return how each channel does."""
        return tuple(line.state() for line in self._lines)

    def _tell(self) -> None:
        self.on_tried(self.states())

    def close(self) -> None:
        """Send what waits, for a few seconds at most, and end."""
        for line in self._lines:
            line.ask_to_end()
        until_s = time.monotonic() + _END_S
        for line in self._lines:
            line.join(max(until_s - time.monotonic(), 0.0))


@dataclass(frozen=True)
class _Seen:
    """Who sees what a line does."""

    clock: Clock
    log: Log
    told: Callable[[], None]


def _place(numbered: tuple[int, object]) -> int:
    return numbered[0]


class _Line:
    """One channel, what waits for it, and its thread."""

    def __init__(self, channel: Channel, pace: Pace, source: str, seen: _Seen) -> None:
        self._channel, self._pace, self._source = channel, pace, source
        self._clock, self._log, self._told = seen.clock, seen.log, seen.told
        self._waiting: deque[tuple[int, Alert]] = deque()
        self._standing: set[str] = set()
        """Conditions that this channel was told of, and not of their end."""
        self._left_out = 0
        self._changed = threading.Condition()
        self._is_ending = False
        self._state = ChannelState(channel.name)
        self._used_s: deque[float] = deque(maxlen=pace.per_minute)
        self._thread = threading.Thread(
            target=self._run, name=f"notify {channel.name}", daemon=True
        )

    def start(self) -> None:
        """Begin to carry."""
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of it."""
        self._thread.join(timeout_s)

    def take(self, alert: Alert) -> None:
        """Let ``alert`` wait, if the channel is for such as it, or was told that it began."""
        with self._changed:
            is_over = alert.severity is Severity.INFO and alert.key in self._standing
            if not (is_over or is_at_least(alert.severity, self._channel.least)):
                return
            if alert.severity is Severity.INFO:
                self._standing.discard(alert.key)
            else:
                self._standing.add(alert.key)
            if len(self._waiting) >= WAITING_MAX:
                self._give_way()
                self._left_out += 1
                self._state = replace(self._state, left_out=self._state.left_out + 1)
            self._waiting.append((self._clock.now_ns(), alert))
            self._changed.notify()

    def ask_to_end(self) -> None:
        """Have it send what waits, and end."""
        with self._changed:
            self._is_ending = True
            self._changed.notify()

    def state(self) -> ChannelState:
        """Return how the channel does."""
        with self._changed:
            return replace(self._state, waiting=len(self._waiting))

    # ----------------------------------------------------------------------------------- its thread

    def _run(self) -> None:
        while (group := self._next_group()) is not None:
            self._carry(group)

    def _next_group(self) -> Group | None:
        """Wait for alerts and for the time to send them; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_ending)
            if not self._waiting:
                return None
            self._changed.wait_for(self._is_urgent, self._pace.group_s)
            self._changed.wait_for(self._is_urgent, self._wait_s())
            if self._is_urgent():
                self._changed.wait_for(lambda: self._is_ending, self._urgent_wait_s())
            taken = self._take_next()
            left_out, self._left_out = self._left_out, 0
        alerts = tuple(alert for _, alert in taken)
        return Group(self._source, alerts, taken[0][0], left_out)

    def _take_next(self) -> list[tuple[int, Alert]]:
        """Return what goes out together, in its order: all that is critical, and what has room."""
        waiting = list(enumerate(self._waiting))
        waiting.sort(key=lambda each: each[1][1].severity is not Severity.CRITICAL)
        taken, left = waiting[:_TOGETHER_MAX], waiting[_TOGETHER_MAX:]
        self._waiting = deque(each for _, each in sorted(left, key=_place))
        return [each for _, each in sorted(taken, key=_place)]

    def _give_way(self) -> None:
        """Leave out the oldest that is not critical, or the oldest."""
        for place, (_, alert) in enumerate(self._waiting):
            if alert.severity is not Severity.CRITICAL:
                del self._waiting[place]
                return
        self._waiting.popleft()

    def _is_urgent(self) -> bool:
        return self._is_ending or any(
            alert.severity is Severity.CRITICAL for _, alert in self._waiting
        )

    def _wait_s(self) -> float:
        """Return how long the channel is to be left alone yet."""
        if len(self._used_s) < self._pace.per_minute:
            return 0.0
        return max(self._used_s[0] + _MINUTE_S - time.monotonic(), 0.0)

    def _urgent_wait_s(self) -> float:
        """Return how long what is critical waits: not for the minute, but not all at once."""
        if len(self._used_s) < self._pace.per_minute:
            return 0.0
        return max(self._used_s[-1] + _URGENT_S - time.monotonic(), 0.0)

    def _carry(self, group: Group) -> None:
        """Send a group, again where that may help, until it arrives or is given up."""
        pause_s, delivery = self._pace.pause_s, Delivery()
        for number in range(_TRIES):
            self._used_s.append(time.monotonic())
            delivery = delivered(self._channel, group)
            if delivery.is_done or not delivery.may_try_again or number == _TRIES - 1:
                break
            self._note(fault=delivery.why)
            if self._rest(delivery.after_s, pause_s):
                break
            pause_s = min(2 * pause_s, _PAUSE_S_MAX)
        if delivery.is_done:
            self._note(sent=1)
            return
        self._note(failed=1, fault=delivery.why)
        self._log.warning(
            "alerts could not be carried",
            channel=self._channel.name,
            alerts=len(group.alerts),
            why=delivery.why,
        )

    def _rest(self, after_s: float, pause_s: float) -> bool:
        """Wait as long as the service said, then the pause is over, or something critical comes.

        Returns whether to end.
        """
        with self._changed:
            if self._changed.wait_for(lambda: self._is_ending, after_s):
                return True
            self._changed.wait_for(self._is_urgent, max(pause_s - after_s, 0.0))
            return self._is_ending

    def _note(self, *, sent: int = 0, failed: int = 0, fault: str = "") -> None:
        with self._changed:
            state, now_ns = self._state, self._clock.now_ns()
            self._state = replace(
                state,
                sent=state.sent + sent,
                failed=state.failed + failed,
                sent_ns=now_ns if sent else state.sent_ns,
                tried_ns=now_ns,
                fault=fault,
            )
        self._told()
