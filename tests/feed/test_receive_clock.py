from tests.ports.clock import FixedClock
from traider.feed.receive_clock import ReceiveClock


def test_times_rise_even_when_the_clock_stands_or_is_set_back() -> None:
    clock = FixedClock(1_000)
    receipt = ReceiveClock(clock)
    assert receipt.last_ns == 0
    assert [receipt.stamp(), receipt.stamp()] == [1_000, 1_001]
    clock.advance(-500)
    assert receipt.stamp() == 1_002
    clock.advance(5_000)
    assert (receipt.stamp(), receipt.last_ns) == (5_500, 5_500)
