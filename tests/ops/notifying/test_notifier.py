"""Alerts on their way: grouped, paced, tried again, never in anybody's way."""

import threading
import time
from collections.abc import Callable

from tests.ports.log import MemoryLog
from traider.domain.ports import Alert, Severity
from traider.ops.clock import SystemClock
from traider.ops.notifying import ChannelState, Delivery, Group, Notifier, Pace
from traider.ops.notifying.notifier import WAITING_MAX

FAST = Pace(group_s=0.0, pause_s=0.001)


class Way:
    """A way that answers as it is told to."""

    name = "way"
    keeps_open = False

    def __init__(self, least: Severity = Severity.WARNING) -> None:
        self.least = least
        self.groups: list[Group] = []
        self.answers: list[Delivery] = []
        self.is_open = threading.Event()
        self.is_open.set()

    def deliver(self, group: Group) -> Delivery:
        self.is_open.wait(10)
        self.groups.append(group)
        return self.answers.pop(0) if self.answers else Delivery(is_done=True)


def alert(key: str, severity: Severity = Severity.WARNING) -> Alert:
    return Alert(key, severity, f"about {key}")


def notifier(way: Way, pace: Pace = FAST) -> tuple[Notifier, MemoryLog]:
    log = MemoryLog()
    return Notifier((way,), pace, "traider paper", SystemClock(), log), log


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60.0
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.002)


def told(way: Way) -> list[list[str]]:
    return [[each.key for each in group.alerts] for group in way.groups]


def test_alerts_of_a_moment_go_out_together_and_a_critical_one_at_once() -> None:
    way = Way()
    carries, _ = notifier(way, Pace(group_s=60.0))
    carries.send(alert("a"))
    carries.send(alert("b"))
    carries.send(alert("c", Severity.CRITICAL))

    until(lambda: bool(way.groups))

    assert told(way) == [["a", "b", "c"]]
    assert way.groups[0].worst is Severity.CRITICAL
    carries.close()


def test_what_is_less_is_left_out_but_the_end_of_what_was_told() -> None:
    way = Way()
    carries, _ = notifier(way)
    carries.send(alert("nothing", Severity.INFO))
    carries.send(alert("feed"))
    carries.send(alert("feed", Severity.INFO))
    carries.send(alert("feed", Severity.INFO))
    carries.close()

    assert [key for keys in told(way) for key in keys] == ["feed", "feed"]


def test_what_may_pass_is_tried_again_and_what_may_not_is_given_up() -> None:
    way = Way()
    way.answers = [Delivery(may_try_again=True, why="it answered 503")] * 2
    carries, log = notifier(way)
    carries.send(alert("a"))
    until(lambda: carries.states()[0].sent == 1)
    way.answers = [Delivery(why="it answered 403")]
    carries.send(alert("b"))
    until(lambda: carries.states()[0].failed == 1)

    state = carries.states()[0]
    assert told(way) == [["a"], ["a"], ["a"], ["b"]]
    assert (state.sent, state.fault, state.waiting) == (1, "it answered 403", 0)
    assert "it answered 403" in str(log.lines)
    carries.close()


def test_a_way_that_hangs_holds_nobody_up_and_says_what_was_left_out() -> None:
    way = Way()
    way.is_open.clear()
    carries, _ = notifier(way)
    carries.send(alert("first"))
    until(lambda: carries.states()[0].waiting == 0)
    for number in range(WAITING_MAX + 5):
        carries.send(alert(str(number)))
    assert carries.states()[0].waiting == WAITING_MAX
    way.is_open.set()
    until(lambda: carries.states()[0].waiting == 0)
    carries.close()

    assert way.groups[1].left_out == 5
    assert "5 earlier alerts were left out" in way.groups[1].lines()[-1]
    assert way.groups[1].alerts[0].key == "5"


def test_no_more_than_the_pace_goes_out_in_a_minute() -> None:
    way = Way()
    carries, _ = notifier(way, Pace(group_s=0.0, per_minute=2))
    for number in range(2):
        carries.send(alert(str(number)))
        until(lambda count=number: len(way.groups) > count)  # type: ignore[misc]
    carries.send(alert("later"))
    carries.send(alert("later still"))
    time.sleep(0.05)
    assert told(way) == [["0"], ["1"]]
    carries.close()

    assert told(way)[2:] == [["later", "later still"]]


def test_a_critical_one_waits_neither_for_the_minute_nor_behind_others() -> None:
    way = Way()
    carries, _ = notifier(way, Pace(group_s=0.0, per_minute=1))
    carries.send(alert("first"))
    until(lambda: len(way.groups) == 1)
    for number in range(WAITING_MAX):
        carries.send(alert(str(number)))
    carries.send(alert("stop", Severity.CRITICAL))
    until(lambda: len(way.groups) == 2)
    assert told(way)[1] == [*(str(number) for number in range(1, 20)), "stop"]
    assert (way.groups[1].left_out, carries.states()[0].waiting) == (1, WAITING_MAX - 20)
    carries.close()


def test_a_critical_one_does_not_wait_for_the_pause_of_another() -> None:
    way = Way()
    way.answers = [Delivery(may_try_again=True, why="it answered 503")]
    carries, _ = notifier(way, Pace(group_s=0.0, pause_s=300.0))
    carries.send(alert("feed"))
    until(lambda: len(way.groups) == 1)
    carries.send(alert("stop", Severity.CRITICAL))
    until(lambda: len(way.groups) == 3)
    assert told(way) == [["feed"], ["feed"], ["stop"]]
    carries.close()


def test_what_is_critical_gives_way_last() -> None:
    way = Way()
    way.is_open.clear()
    carries, _ = notifier(way)
    carries.send(alert("first"))
    until(lambda: carries.states()[0].waiting == 0)
    carries.send(alert("stop", Severity.CRITICAL))
    for number in range(WAITING_MAX + 5):
        carries.send(alert(str(number)))
    way.is_open.set()
    until(lambda: carries.states()[0].waiting == 0)
    carries.close()
    assert told(way)[1][0] == "stop"
    assert way.groups[1].left_out == 6


def test_a_way_that_fails_unforeseen_carries_what_comes_next() -> None:
    class Failing(Way):
        def deliver(self, group: Group) -> Delivery:
            if not self.groups:
                self.groups.append(group)
                raise UnicodeError("an address with secret words")
            return super().deliver(group)

    way = Failing()
    carries, log = notifier(way)
    carries.send(alert("a"))
    until(lambda: carries.states()[0].failed == 1)
    assert carries.states()[0].fault == "it failed (UnicodeError)"
    carries.send(alert("b"))
    until(lambda: carries.states()[0].sent == 1)
    assert told(way) == [["a"], ["b"]]
    assert "secret" not in str(log.lines)
    carries.close()


def test_before_anything_was_sent_a_way_says_so() -> None:
    way = Way()
    carries, _ = notifier(way)

    assert carries.states() == (ChannelState("way"),)
    carries.close()
