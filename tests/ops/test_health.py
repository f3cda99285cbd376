from tests.ports.clock import FixedClock
from traider.ops.health import HealthBoard

SECOND = 1_000_000_000


def test_nobody_expects_a_beat_before_the_first_and_a_hung_loop_is_told() -> None:
    clock = FixedClock()
    board = HealthBoard(clock, silent_s=2.0)
    clock.advance(60 * SECOND)
    assert board.live().is_good
    board.beat()
    clock.advance(2 * SECOND)
    assert board.live().is_good
    clock.advance(SECOND)
    live = board.live()
    assert not live.is_good
    assert live.why == "the loop has not gone round for 3.0 s"
    board.beat()
    assert board.live().is_good


def test_it_is_ready_when_it_says_so_and_every_part_is_good() -> None:
    board = HealthBoard(FixedClock())
    assert board.ready().why == "not ready"
    board.set_ready(is_ready=True)
    assert board.ready().is_good
    board.report("gateway", is_good=False, detail="reconciling")
    board.report("feed", is_good=True)
    assert board.ready().why == "gateway: reconciling"
    board.report("gateway", is_good=True)
    assert board.ready().is_good
    board.report("feed", is_good=False)
    assert board.ready().why == "feed: not good"
    board.forget("feed")
    assert board.ready().is_good


def test_the_age_of_a_state_counts_from_its_last_change() -> None:
    clock = FixedClock(100)
    board = HealthBoard(clock)
    board.report("feed", is_good=False, detail="silent")
    clock.advance(5)
    board.report("feed", is_good=False, detail="silent still")
    (part,) = board.parts()
    assert (part.since_ns, part.detail) == (100, "silent still")
    board.report("feed", is_good=True)
    assert board.parts()[0].since_ns == 105
