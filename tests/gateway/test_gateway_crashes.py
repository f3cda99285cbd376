"""The gateway dies at every single point that it passes; nothing is lost, doubled or orphaned.

A session of orders, cancels, fills and refusals, all drawn from a seed, is played against a venue
with real books. At one point the process dies; another gateway is started over the same log, with
what the trader's journal holds, and the session goes on. Laws, wherever it dies:

1. The venue is sent no order twice.
2. Every order at the venue is in the log, and as over, or as open, as it is there.
3. The log counts each fill once: its position is the venue's.
4. The trader has every report of the log, each once, in the log's order.
5. An order that was logged as sent is at the venue, or ended as rejected.
"""

import asyncio
import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from tests.gateway.desk import QUICK, Books, Desk
from tests.gateway.fake_venue import LOT, Luck, Placed
from tests.gateway.orders import cancel, intent, packed
from traider.domain.events import OrderFlag, join_events
from traider.domain.fault_points import listening
from traider.domain.order_states import Rejected
from traider.gateway.executor import VenueState

pytestmark = pytest.mark.uncounted

STEPS = 9
PAIR = int(OrderFlag.ONE_CANCELS_OTHER)


class Died(BaseException):
    """The process ended."""


class DeathAt:
    """Ends the process at the n-th point; nothing is done after it."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed: list[str] = []
        self.is_dead = False

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        if self.is_dead or len(self.passed) > self.at:
            self.is_dead = True
            raise Died


class Session:
    """What a trader does, the same for the same seed, however often it is interrupted."""

    def __init__(self, books: Books, seed: int) -> None:
        self.books = books
        self.seed = seed
        self.step = 0

    def luck(self, order_id: int) -> Luck:
        """Return what happens to a request."""
        chance = random.Random(order_id * 31 + self.seed)  # noqa: S311 - the same each time
        lucks: tuple[Luck, ...] = (Luck.GOOD, Luck.GOOD, Luck.GOOD, *Luck)
        return chance.choice(lucks)

    async def play(self, desk: Desk) -> None:
        """Go on with the session to its end."""
        while self.step < STEPS:
            chance = random.Random(self.seed * 1_000 + self.step)  # noqa: S311 - the same
            self.step += 1
            self._act(desk, chance)
            desk.connection.deliver(chance.randint(0, 3))
            for _ in range(chance.randint(0, 2)):
                await asyncio.sleep(0)
        await desk.quiet()

    def _act(self, desk: Desk, chance: random.Random) -> None:
        """Do one thing: want orders, or take one back, or let the venue trade or end one."""
        what = chance.random()
        sequence = 100 * self.step
        placed = list(self.books.venue.orders.values())
        if what < 0.45 or not placed:
            self._want(desk, sequence, chance)
        elif what < 0.6:
            order_id = chance.choice(chance.choice(placed).order_ids)
            desk.want([cancel(order_id)])
        elif what < 0.9:
            one = chance.choice(placed)
            self._trade(desk, one, chance.randint(1, 10), chance.randrange(len(one.order_ids)))
        else:
            one = chance.choice(placed)
            if self.books.venue.end(one, VenueState.EXPIRED, "TIME"):
                desk.connection.tell_end(one)

    def _want(self, desk: Desk, sequence: int, chance: random.Random) -> None:
        side = chance.choice((1, -1))
        epoch = self.books.epoch
        if chance.random() < 0.3:
            legs = [intent(packed(sequence, leg, epoch), side=side, flags=PAIR) for leg in (0, 1)]
            desk.want(legs)
        else:
            desk.want([intent(packed(sequence, leg, epoch), side=side) for leg in (0, 2)])

    def _trade(self, desk: Desk, placed: Placed, lots: int, leg: int) -> None:
        fill = self.books.venue.trade(placed, lots, leg)
        if fill is None:
            return
        desk.connection.tell_fill(fill)
        if placed.state is VenueState.FILLED:
            for order_id in placed.order_ids:
                desk.connection._say_each(
                    [order_id],
                    lambda owner, each: owner.ended(each, VenueState.CANCELLED, "OTHER_LEG_FILLED"),
                )


async def lead(session: Session) -> None:
    """Lead until the session is over, or the process died."""
    desk = Desk(session.books, QUICK, session.luck)
    task = asyncio.create_task(desk.gateway.run())
    playing = asyncio.create_task(begin(session, desk))
    try:
        await asyncio.wait({task, playing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in (task, playing):
            each.cancel()
        await asyncio.gather(task, playing, return_exceptions=True)
        desk.leave()


async def begin(session: Session, desk: Desk) -> None:
    """Start a gateway, and go on with the session."""
    await desk.start()
    await session.play(desk)


def survive(folder: Path, seed: int, at: int) -> DeathAt:
    """Play a session whose process dies once, and check the laws."""
    books = Books(folder)
    session = Session(books, seed)
    death = DeathAt(at)
    with listening(death), suppress(Died):
        asyncio.run(lead(session))
    if death.is_dead:
        asyncio.run(lead(session))
    check_laws(books, (seed, at, death.passed[-1] if death.is_dead else ""))
    return death


def check_laws(books: Books, where: object) -> None:
    """Whether log, journal and venue agree."""
    desk = Desk(books)
    try:
        lives = {
            life.order_id: life for life in (*desk.log.lives.living(), *desk.log.lives.ended())
        }
        venue = books.venue
        assert venue.doubles == [], where
        reports = join_events(list(desk.log.reports_after(0)))
        assert books.reports.events.tobytes() == reports.tobytes(), where
        assert desk.log.lives.position_lots.get(0, 0) == venue.position, where
        there = {order_id: each for each in venue.orders.values() for order_id in each.order_ids}
        for order_id, placed in there.items():
            is_open = placed.state is VenueState.OPEN
            assert lives[order_id].is_over != is_open, (where, lives[order_id], placed)
        for placed in venue.orders.values():
            told = sum(lives[order_id].filled_lots for order_id in placed.order_ids)
            assert told * LOT == placed.told.filled_size, where
        for order_id, life in lives.items():
            if life.sent_ns and order_id not in there:
                assert isinstance(life.state, Rejected), (where, life)
        assert len(books.unanswered()) == 0, where
    finally:
        desk.leave()


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Force nothing onto the disk: a process dies here, not the power."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _: None)


def test_a_session_without_a_crash_keeps_the_laws(tmp_path: Path) -> None:
    for seed in range(30):
        assert survive(tmp_path / str(seed), seed, 10**9).passed


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_crash_at_any_point_of_a_session_keeps_the_laws(tmp_path: Path, seed: int) -> None:
    at = 0
    while survive(tmp_path / f"{at}", seed, at).is_dead:
        at += 1
    assert at > 60
