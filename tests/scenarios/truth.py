"""What must be true of a trader and its exchange once all is quiet, whatever happened before.

| law | said of |
| --- | --- |
| no order twice | ids of the run's orders at the exchange |
| no order lost | every order that lives in the gateway's book lives at the exchange |
| no orphan | every order of the run that lives at the exchange lives in the gateway's book |
| each fill once | fills in the journal, held against those of the exchange |
| one ledger | the account for us and for the exchange; the kernel's position and the gateway's |
| protected | stops at the exchange cover the position |
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.scenarios.floor import Floor
from tests.scenarios.life import Life
from traider.compliance.reading import records
from traider.compliance.verification import verify_audit
from traider.domain.events import EventArray, Kind, join_events
from traider.gateway.client_ids import ClientIds
from traider.journal import JournalReader, verify_journal
from traider.kernel.live_machine import Replayer
from traider.kernel.specification import KernelSpec
from traider.runtime.auditing.following import AuditFollower, AuditOrder
from traider.runtime.parity.recorded_run import RecordedRun


@dataclass(frozen=True)
class Wanted:
    """What of the laws is asked of this run."""

    has_stops: bool = True
    """Whether a position is to be protected by stops."""
    own_alone: bool = True
    """Whether nobody else trades with the run's coins."""


def journal_of(folder: Path) -> EventArray:
    """Return all events of a run's journal."""
    return join_events(list(JournalReader(folder / "journal").events()))


async def broken_laws(floor: Floor, life: Life, wanted: Wanted) -> list[str]:
    """Return what is not as it must be; none when all is well."""
    gateway = life.gateway
    found = [] if gateway.is_ready else ["the gateway is not ready"]
    found += _orders(floor, life)
    found += _books(floor, life, wanted)
    expected = {key: value for key, value in gateway.account.expected().items() if value}
    held = {key: value for key, value in (await floor.accounts()).items() if value}
    if expected != held:
        found.append(f"our account {expected}, the exchange's {held}")
    if wanted.has_stops:
        position, protected = _held(life), floor.protected(life.run_id)
        if position > 0 and position != protected:
            found.append(f"stops protect {protected} of {position}")
    return found


def _orders(floor: Floor, life: Life) -> Iterator[str]:
    ids, lives = ClientIds(life.run_id), life.gateway.lives
    told = floor.orders(life.run_id)
    names = Counter(order.client_order_id for order in told if order.client_order_id)
    for name, count in names.items():
        if count > 1:
            yield f"order {name} is at the exchange {count} times"
    there = {order.order_id for order in told if order.is_live}
    living = {each.venue_id for each in lives.living()}
    for order in told:
        if order.is_live and order.order_id not in living:
            packed = ids.order_id(order.client_order_id)
            ours = None if packed is None else life.gateway.log.find(packed)
            state = ours and ours.state
            yield f"orphan {order.client_order_id} at the exchange; for us it is {state}"
    for each in lives.living():
        if each.venue_id not in there:
            yield f"order {each.order_id:016x} lives for us alone: {each.state}"


def _books(floor: Floor, life: Life, wanted: Wanted) -> Iterator[str]:
    journal = journal_of(life.folder)
    fills = journal[journal["kind"] == Kind.FILL]
    ours = int((fills["side"].astype(np.int64) * fills["size"]).sum())
    theirs = sum(order.side * order.filled_lots for order in floor.orders(life.run_id))
    count = sum(len(order.fills) for order in floor.orders(life.run_id))
    if (ours, len(fills)) != (theirs, count):
        yield f"{len(fills)} fills make {ours} lots in the journal, {count} make {theirs} there"
    kernel = int(life.parts.trader.machine.decider.markets[0]["position_lots"])
    part = life.gateway.account.holding(0).size
    if kernel != int(part * 10**8):
        yield f"the kernel holds {kernel} lots, the gateway's account {part}"
    if wanted.own_alone and kernel != theirs:
        yield f"the kernel holds {kernel} lots, the exchange's fills make {theirs}"


def _held(life: Life) -> Decimal:
    lots = int(life.parts.trader.machine.decider.markets[0]["position_lots"])
    return lots * life.parts.trader.machine.spec.markets[0].lot_size


def broken_records(folder: Path) -> list[str]:
    """Return what is wrong with the files of a run that is over: each proves itself."""
    found = []
    for name in ("journal", "orders"):
        verdict = verify_journal(folder / name)
        found += [f"{name}: {fault}" for fault in verdict.faults]
    run = RecordedRun.open(folder)
    spec = run.spec()
    replayer = Replayer(spec, simulates=run.simulates)
    replayer.take(journal_of(folder))
    if replayer.mismatch is not None:
        found.append(f"the replay differs from event {replayer.mismatch.sequence} on")
    return found + [f"audit: {fault}" for fault in _broken_audit(folder, spec)]


def _broken_audit(folder: Path, spec: KernelSpec) -> Iterator[str]:
    """Yield what is wrong with the audit that the lives of a run left, once it is brought up."""
    follower = AuditFollower(AuditOrder(folder, spec, rests=False))
    follower.close()
    follower.follow()
    proved = verify_audit(folder)
    yield from (*proved.faults, *proved.verdict.notes)
    for record in records(folder / "audit"):
        gate = record.payload.get("gate")
        if gate is not None and not gate["agrees"]:
            yield f"the gate, asked again about {record.object_id}, answers otherwise"
        if "unexplained" in record.payload:
            yield f"decision {record.object_id} has no reasons: {record.payload['unexplained']}"
