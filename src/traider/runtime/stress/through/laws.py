"""What must be true of a run and its exchange, held against files, control socket and exchange.

| law | said of |
| --- | --- |
| no order twice | client order ids of the run's orders at the exchange |
| no order lost | every order that lives in the gateway's log lives at the exchange |
| no orphan | every order of the run there is in the log, and lives here if it lives there |
| each fill once | filled size and fees of each order there, held against the log's fills |
| one ledger | cash and positions of the run, held against what the account changed by |
| protected | brackets and stops at the exchange cover each position |
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from traider.domain.errors import TraiderError
from traider.gateway.client_ids import ClientIds
from traider.gateway.order_lives import OrderLives
from traider.gateway.order_words import VENUE_FACT, word_of
from traider.journal import JournalReader, verify_journal
from traider.runtime.control.client import ControlClient
from traider.runtime.state_folder import RunPaths, read_manifest
from traider.runtime.status_body import Phase, StatusBody
from traider.runtime.stress.through.standing_exchange import QUOTE, VenueTruth
from traider.venues.coinbase.rest_messages import Order

_LIVE: Final = frozenset({"OPEN", "PENDING", "QUEUED", "EDIT_QUEUED", "CANCEL_QUEUED"})
_EXITS: Final = frozenset({"trigger_bracket_gtc", "trigger_bracket_gtd"})
_STOPS: Final = frozenset({"stop_limit_stop_limit_gtc", "stop_limit_stop_limit_gtd"})
_UNIT: Final = Decimal("0.00000001")
"""What the kernel's money is counted in: each entry of the exchange's is rounded to it."""
_ROUNDINGS_A_FILL: Final = 2
_ALL: Final = 1_000_000_000


@dataclass(frozen=True)
class RunBooks:
    """What a run has of its orders, from its log, and of its account, from its status."""

    run_id: str
    cash: Decimal
    capital: Decimal
    held: dict[str, Decimal]
    """Base currency -> size."""
    lives: OrderLives
    filled: dict[str, tuple[int, Decimal, Decimal]]
    """Venue id -> fills, size and fees."""

    @property
    def fills(self) -> int:
        """All fills."""
        return sum(count for count, _, _ in self.filled.values())


def status_of(folder: Path) -> StatusBody | None:
    """Return how the trader of ``folder`` stands; None where none answers."""
    try:
        with ControlClient(folder) as trader:
            return trader.status()
    except TraiderError:
        return None


def is_trading(folder: Path, pid: int) -> bool:
    """Whether the process ``pid`` trades on ``folder``."""
    status = status_of(folder)
    return status is not None and status.pid == pid and status.phase is Phase.TRADING


def books_of(folder: Path, status: StatusBody) -> RunBooks:
    """Return the books of a run.

    Raises:
        DataError: a file of it is damaged.
    """
    manifest = read_manifest(folder)
    assert manifest is not None  # noqa: S101 - a status has one
    reader = JournalReader(RunPaths(folder).orders)
    lives = OrderLives(ended_kept=_ALL)
    for events in reader.events():
        lives.take(events)
    filled: dict[str, tuple[int, Decimal, Decimal]] = defaultdict(lambda: (0, Decimal(), Decimal()))
    for fact in reader.facts(VENUE_FACT):
        word = word_of(fact.body)
        lives.name(word.order_id, word.venue_id)
        if word.what == "filled":
            count, size, fee = filled[word.venue_id]
            filled[word.venue_id] = count + 1, size + Decimal(word.size), fee + Decimal(word.fee)
    held = {_base(each.name): Decimal(each.size) for each in status.positions}
    capital = Decimal(status.nav) - Decimal(status.pnl)
    return RunBooks(manifest.run_id, Decimal(status.cash), capital, held, lives, dict(filled))


def broken_laws(books: RunBooks, truth: VenueTruth) -> list[str]:
    """Return what is not as it must be; none when all is well."""
    ids = ClientIds(books.run_id)
    ours = [order for order in truth.orders if _is_ours(order, ids, books)]
    return [
        *_orders(books, truth, ids),
        *_fills(books, ours),
        *_ledger(books, truth),
        *_protection(books, ours),
    ]


def broken_files(folder: Path) -> list[str]:
    """Return what is wrong with journal and order log of a run."""
    paths = RunPaths(folder)
    return [
        f"{each.name}: {fault}"
        for each in (paths.journal, paths.orders)
        if each.is_dir()
        for fault in verify_journal(each).faults
    ]


def _base(name: str) -> str:
    return name.partition(":")[2].partition("-")[0]


def _is_ours(order: Order, ids: ClientIds, books: RunBooks) -> bool:
    return ids.order_id(order.client_order_id) is not None or bool(
        books.lives.by_venue_id(order.order_id)
    )


def _orders(books: RunBooks, truth: VenueTruth, ids: ClientIds) -> Iterator[str]:
    names = Counter(order.client_order_id for order in truth.orders if order.client_order_id)
    for name, count in names.items():
        if count > 1:
            yield f"duplicate: {name} is at the exchange {count} times"
    there = {order.order_id: order for order in truth.orders}
    for order in truth.orders:
        packed = ids.order_id(order.client_order_id)
        known = books.lives.by_venue_id(order.order_id)
        if packed is not None and books.lives.get(packed) is None:
            yield f"orphan: {order.client_order_id} is not in the log"
        elif order.status in _LIVE and all(life.is_over for life in known):
            yield f"orphan: {order.order_id} ({order.client_order_id}) lives there alone"
    for life in books.lives.living():
        found = there.get(life.venue_id)
        if found is None:
            yield f"lost: {life.order_id:016x} ({life.state}) is not at the exchange"
        elif found.status not in _LIVE:
            yield f"lost: {life.order_id:016x} lives for us, there it is {found.status}"


def _fills(books: RunBooks, ours: list[Order]) -> Iterator[str]:
    for order in ours:
        count, size, fees = books.filled.get(order.order_id, (0, Decimal(), Decimal()))
        there = int(order.number_of_fills or 0), Decimal(order.filled_size or 0)
        if (count, size) != there or fees != Decimal(order.total_fees or 0):
            yield (
                f"fills of {order.order_id}: {count} of {size} with fees {fees} in the log, "
                f"{there[0]} of {there[1]} with fees {order.total_fees} there"
            )


def _ledger(books: RunBooks, truth: VenueTruth) -> Iterator[str]:
    changes = dict(truth.changes)
    apart = changes.pop(QUOTE, Decimal()) - (books.cash - books.capital)
    if abs(apart) > _UNIT * _ROUNDINGS_A_FILL * books.fills:
        yield f"ledger: the account's {QUOTE} is {apart} beside the run's cash {books.cash}"
    for name in changes.keys() | books.held.keys():
        held, there = books.held.get(name, Decimal()), changes.get(name, Decimal())
        if held != there:
            yield f"ledger: the run holds {held} {name}, the account {there}"


def _protection(books: RunBooks, ours: list[Order]) -> Iterator[str]:
    guarded: dict[str, Decimal] = defaultdict(Decimal)
    for order in ours:
        if order.status not in _LIVE:
            continue
        base = order.product_id.partition("-")[0]
        ((kind, terms),) = order.order_configuration.items()
        if order.side == "SELL" and kind in _EXITS | _STOPS:
            guarded[base] += Decimal(str(terms["base_size"])) - Decimal(order.filled_size or 0)
        elif order.side == "BUY" and order.attached_order_id:
            # What is attached opens for all that the entry filled, when the entry is over.
            guarded[base] += Decimal(order.filled_size or 0)
    for name, size in books.held.items():
        if size > guarded[name]:
            yield f"unprotected: exits cover {guarded[name]} of {size} {name}"
