"""What each check of a feed measures, at its limit and beyond it."""

import pytest

from traider.domain.events import EventArray, Kind, MarketFlag, empty_events
from traider.domain.market_health import MarketHealth
from traider.feed.books import Top
from traider.feed.quality import Change, QualityTerms, QualityWatch

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
NONE = Top(0, 0, 0, 0)
GOOD = Top(1_000, 5, 1_001, 5)
TERMS = QualityTerms(stale_s=5.0, ahead_s=1.0, late_s=5.0, jump=0.05, off_book=0.02, spread=0.01)


class Watched:
    """A watch with a book and a clock."""

    def __init__(self) -> None:
        self.watch = QualityWatch(0, TERMS)
        self.now = START
        self.top = NONE
        self.watch.begin(self.now)
        self.told = [self.watch.change(self.now)]

    def message(
        self,
        after: Top = GOOD,
        kind: Kind = Kind.DEPTH_UPDATE,
        *,
        price: int = 1_000,
        flags: int = 0,
        late_s: float = 0.0,
        is_whole: bool = True,
        lost: int = 0,
        quote: tuple[int, int] = (0, 0),
    ) -> MarketHealth:
        """See a message a millisecond later; return the health after it."""
        self.now += 1_000_000
        event: EventArray = empty_events(1)
        event["kind"], event["price"], event["flags"] = kind, price, flags
        if kind is Kind.QUOTE:
            event["w0"], event["w2"] = quote
        event["ts_recv"] = self.now
        event["ts_event"] = self.now - round(late_s * SECOND)
        self.watch.see(event, self.top, after, is_whole=is_whole, lost=lost)
        self.top = after
        return self.health()

    def health(self) -> MarketHealth:
        change = self.watch.change(self.now)
        if change is not None:
            self.told.append(change)
        return self.watch.health

    def wait(self, seconds: float) -> MarketHealth:
        self.now += round(seconds * SECOND)
        self.watch.pass_time(self.now)
        return self.health()

    def connected(self, *, is_open: bool = True) -> MarketHealth:
        self.watch.connected(self.now, is_open=is_open)
        return self.health()


def live() -> Watched:
    watched = Watched()
    watched.connected()
    assert watched.message(kind=Kind.DEPTH_SNAPSHOT) is MarketHealth.HEALTHY
    return watched


def test_it_is_healthy_once_connected_with_a_whole_book() -> None:
    watched = Watched()
    assert watched.told == [Change(MarketHealth.DISCONNECTED, 1.0, 0.0)]
    assert watched.connected() is MarketHealth.GAP
    watched.now += SECOND
    assert watched.message(kind=Kind.DEPTH_SNAPSHOT) is MarketHealth.HEALTHY
    counts = watched.watch.counts
    assert counts.blind_ns == counts.longest_blind_ns == SECOND + 1_000_000
    assert counts.unhealthy_ns == SECOND + 1_000_000


def test_a_gap_lasts_until_a_snapshot_joined_and_its_time_is_measured() -> None:
    watched = live()
    blind = watched.watch.blind_ns(watched.now)
    assert watched.message(NONE, Kind.GAP, is_whole=False) is MarketHealth.GAP
    watched.now += SECOND
    assert watched.watch.blind_ns(watched.now) - blind == SECOND
    assert watched.message(NONE, Kind.TRADE, is_whole=False) is MarketHealth.GAP
    assert watched.message(GOOD, Kind.DEPTH_SNAPSHOT) is MarketHealth.HEALTHY
    assert watched.watch.counts.blind_ns - blind == SECOND + 2_000_000
    assert watched.watch.counts.gaps == 1
    assert watched.watch.counts.faults[MarketHealth.GAP] == 2


@pytest.mark.parametrize(("bid", "health"), [
    (1_000, MarketHealth.HEALTHY), (1_001, MarketHealth.CROSSED), (1_002, MarketHealth.CROSSED)
])  # fmt: skip
def test_a_book_whose_best_prices_meet_is_crossed(bid: int, health: MarketHealth) -> None:
    watched = live()
    assert watched.message(Top(bid, 1, 1_001, 1)) is health
    assert watched.message() is MarketHealth.HEALTHY


def test_silence_makes_stale_and_a_word_ends_it() -> None:
    watched = live()
    assert watched.wait(5.0) is MarketHealth.HEALTHY
    assert watched.wait(0.001) is MarketHealth.STALE
    assert watched.told[-1] == Change(MarketHealth.STALE, 5.001, 5.0)
    assert watched.message() is MarketHealth.HEALTHY


def quoted(watched: Watched, bid: int = 1_010, ask: int = 1_011) -> MarketHealth:
    return watched.message(watched.top, Kind.QUOTE, quote=(bid, ask))


def test_quotes_that_differ_while_no_depth_comes_mean_a_frozen_book() -> None:
    watched = live()
    for _ in range(16):
        assert quoted(watched) is MarketHealth.HEALTHY
        watched.wait(0.3)
    assert watched.wait(0.5) is MarketHealth.FROZEN
    assert watched.watch.is_frozen
    told = watched.told[-1]
    assert told is not None
    assert 5.0 < told.number < 6.0
    assert told.limit == 5.0
    assert watched.message() is MarketHealth.HEALTHY  # depth
    assert watched.watch.counts.faults[MarketHealth.FROZEN] == 1


def test_a_quote_from_before_the_last_change_freezes_nothing() -> None:
    watched = live()
    for _ in range(4):
        quoted(watched)  # too late for the change before it
        watched.wait(4.0)
        quoted(watched)  # too early for the change after it
        assert watched.message() is MarketHealth.HEALTHY
    quoted(watched)
    for _ in range(4):
        assert watched.wait(2.0) in (MarketHealth.HEALTHY, MarketHealth.STALE)
    assert MarketHealth.FROZEN not in watched.watch.counts.faults


@pytest.mark.parametrize(("bid", "ask"), [(1_000, 1_001), (0, 1_001), (1_000, 0)])
def test_quotes_that_say_what_the_book_says_freeze_nothing(bid: int, ask: int) -> None:
    watched = live()
    for _ in range(10):
        assert quoted(watched, bid, ask) is MarketHealth.HEALTHY
        watched.wait(1.0)


def test_a_book_that_the_venue_left_is_frozen_until_it_is_subscribed_again() -> None:
    watched = live()
    watched.watch.subscribed(watched.now, is_subscribed=False)
    assert watched.health() is MarketHealth.FROZEN
    assert watched.message() is MarketHealth.FROZEN
    watched.watch.subscribed(watched.now, is_subscribed=True)
    assert watched.health() is MarketHealth.HEALTHY


@pytest.mark.parametrize(("late_s", "health"), [
    (5.0, MarketHealth.HEALTHY), (5.001, MarketHealth.SKEW),
    (-1.0, MarketHealth.HEALTHY), (-1.001, MarketHealth.SKEW),
])  # fmt: skip
def test_late_messages_and_clocks_that_differ(late_s: float, health: MarketHealth) -> None:
    watched = live()
    assert watched.message(late_s=late_s) is health
    assert watched.message() is MarketHealth.HEALTHY


def test_trades_of_the_past_are_not_late_and_leave_no_latency() -> None:
    watched = live()
    latencies = watched.watch.counts.latencies
    assert latencies.count == 1
    history = int(MarketFlag.HISTORY)
    message = watched.message(kind=Kind.TRADE, price=1_000, flags=history, late_s=9e8)
    assert message is MarketHealth.HEALTHY
    assert latencies.count == 1
    assert watched.message(kind=Kind.TRADE, price=1_000, late_s=9.0) is MarketHealth.SKEW
    assert latencies.count == 2


@pytest.mark.parametrize(("bid", "health"), [
    (1_050, MarketHealth.HEALTHY), (1_051, MarketHealth.OUTLIER), (949, MarketHealth.OUTLIER),
])  # fmt: skip
def test_a_jump_of_the_middle_is_held_for_a_while(bid: int, health: MarketHealth) -> None:
    watched = live()
    assert watched.message(Top(bid, 1, bid + 1, 1)) is health
    assert watched.wait(4.999) is health
    watched.now += 1_000_000
    watched.watch.pass_time(watched.now)
    assert watched.message(watched.top) is MarketHealth.HEALTHY


def test_a_new_book_after_a_gap_is_no_jump() -> None:
    watched = live()
    watched.message(NONE, Kind.GAP, is_whole=False)
    assert watched.message(Top(2_000, 1, 2_001, 1), Kind.DEPTH_SNAPSHOT) is MarketHealth.HEALTHY


@pytest.mark.parametrize(("price", "flags", "health"), [
    (1_021, 0, MarketHealth.HEALTHY), (1_022, 0, MarketHealth.OFF_BOOK),
    (980, 0, MarketHealth.HEALTHY), (979, 0, MarketHealth.OFF_BOOK),
    (979, int(MarketFlag.HISTORY), MarketHealth.HEALTHY),
])  # fmt: skip
def test_a_trade_far_outside_the_book(price: int, flags: int, health: MarketHealth) -> None:
    watched = live()
    assert watched.message(kind=Kind.TRADE, price=price, flags=flags) is health
    assert watched.watch.counts.trades == (0 if flags else 1)


@pytest.mark.parametrize(("ask", "health"), [
    (1_010, MarketHealth.HEALTHY), (1_011, MarketHealth.SPREAD),
])  # fmt: skip
def test_best_prices_far_apart(ask: int, health: MarketHealth) -> None:
    watched = live()
    assert watched.message(Top(1_000, 1, ask, 1)) is health
    assert watched.message() is MarketHealth.HEALTHY


@pytest.mark.parametrize(("after", "empty"), [
    (Top(1_000, 1, 0, 0), 1.0), (Top(0, 0, 1_001, 1), 1.0), (NONE, 2.0),
])  # fmt: skip
def test_a_book_without_a_side_is_no_book(after: Top, empty: float) -> None:
    watched = live()
    assert watched.message(after) is MarketHealth.ONE_SIDED
    assert watched.told[-1] == Change(MarketHealth.ONE_SIDED, empty, 0.0)
    assert watched.message() is MarketHealth.HEALTHY
    assert watched.watch.counts.faults[MarketHealth.ONE_SIDED] == 1


def test_levels_without_room_are_a_fault_until_a_book_that_fits() -> None:
    watched = live()
    assert watched.message(lost=2) is MarketHealth.LEVELS_LOST
    assert watched.told[-1] == Change(MarketHealth.LEVELS_LOST, 2.0, 0.0)
    assert watched.message(lost=2) is MarketHealth.LEVELS_LOST
    assert watched.message(kind=Kind.DEPTH_SNAPSHOT, lost=3) is MarketHealth.LEVELS_LOST
    assert watched.message(kind=Kind.DEPTH_SNAPSHOT, lost=3) is MarketHealth.HEALTHY
    assert watched.message(lost=3) is MarketHealth.HEALTHY


def test_a_message_that_cannot_be_read_counts_for_a_while() -> None:
    watched = live()
    watched.watch.unreadable(watched.now)
    assert watched.health() is MarketHealth.SCHEMA
    assert watched.message() is MarketHealth.SCHEMA
    assert watched.wait(5.0) is MarketHealth.STALE or watched.wait(0.0) is MarketHealth.HEALTHY


def test_the_worst_of_several_faults_is_told_and_a_connection_that_ended_is_worst() -> None:
    watched = live()
    watched.message(Top(1_000, 1, 1_020, 1), late_s=9.0)
    assert watched.watch.health is MarketHealth.SKEW
    assert watched.connected(is_open=False) is MarketHealth.DISCONNECTED
    assert watched.wait(60.0) is MarketHealth.DISCONNECTED  # not stale as well
    assert watched.connected() is MarketHealth.GAP
    assert watched.message(kind=Kind.DEPTH_SNAPSHOT) is MarketHealth.HEALTHY
    assert watched.watch.counts.faults == {
        MarketHealth.DISCONNECTED: 2,
        MarketHealth.GAP: 2,
        MarketHealth.SKEW: 1,
        MarketHealth.SPREAD: 1,
    }
