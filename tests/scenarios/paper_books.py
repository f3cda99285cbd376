"""What must be true of a paper run whenever it is looked at.

| law | said of |
| --- | --- |
| one cash | decider, gate and venue hold the same, and so does a ledger of the events in Decimal |
| funding once | what the venue charged is what the transfers in the journal took |
| the back-test | the journal is, byte for byte, what a back-test makes of its inputs |
| the order log | holds the journal's reports, in their order |
"""

from collections.abc import Iterator
from decimal import Decimal

from tests.kernel.builders import finish
from tests.scenarios.paper_life import PaperLife
from tests.scenarios.truth import journal_of
from traider.domain.events import EventArray, Kind
from traider.domain.units import amount_from_units
from traider.gateway.reports import is_report
from traider.kernel.live_machine import Replayer
from traider.runtime.parity.account_book import AccountBook
from traider.runtime.parity.inputs import is_input


def broken_books(life: PaperLife) -> Iterator[str]:
    """Yield what is not as it must be."""
    journal = journal_of(life.folder)
    yield from _cash(life, journal)
    yield from _records(life, journal)


def _cash(life: PaperLife, journal: EventArray) -> Iterator[str]:
    machine = life.trader.machine
    held = int(machine.decider.account[0]["cash_units"])
    others = int(machine.gate.account[0]["cash_units"]), int(machine.venue.venue[0]["cash_units"])
    if others != (held, held):
        yield f"the decider holds {held}, gate and venue {others}"
    moved = -int(journal["w1"][journal["kind"] == Kind.TRANSFER].sum())
    charged = int(machine.venue.markets["funding_units"].sum())
    booked = int(machine.decider.markets["funding_units"].sum())
    if (charged, booked) != (moved, moved):
        yield f"funding: transfers {moved}, the venue {charged}, the decider {booked}"
    counted = AccountBook(life.setup.spec)
    counted.add(journal)
    account = counted.account(machine.kernel)
    cash = amount_from_units(life.setup.spec.capital_units)
    for order in account.orders:
        for fill in order.fills:
            cash -= order.side * fill.price * fill.quantity * fill.multiplier + fill.fee
    cash -= sum((each.amount for each in account.funding), Decimal(0))
    if cash != amount_from_units(held):
        yield f"the ledger of the events holds {cash}, the decider {amount_from_units(held)}"


def _records(life: PaperLife, journal: EventArray) -> Iterator[str]:
    spec = life.setup.spec
    tested = finish(spec, journal[is_input(journal)]).journal
    if tested[: len(journal)].tobytes() != journal.tobytes():
        yield "the journal is not the back-test of its inputs"
    replayer = Replayer(spec, simulates=True)
    replayer.take(journal)
    if replayer.mismatch is not None:
        yield f"the replay differs from event {replayer.mismatch.sequence} on"
    logged = [events[is_report(events)].tobytes() for events in life.log.events_after(0)]
    if b"".join(logged) != journal[is_report(journal)].tobytes():
        yield "the order log has other reports than the journal"
