"""Shapes of the audit."""

from typing import Annotated, Any, Literal

from pydantic import Field

from traider.api.shapes.orders import Instant
from traider.api.shapes.shape import Shape


class AuditShape(Shape):
    """A record of the audit's hash chain."""

    seq: Annotated[int | None, Field(examples=[18])]
    """Place in the chain; null of what people did that the chain has not taken up yet."""
    ts_ns: Instant
    """When it happened."""
    clock: Literal["market", "machine"]
    """Whose time that is: the trader's, which goes by its market and in a replay is another day,
    or the machine's, which people's actions go by."""
    actor: Annotated[str, Field(examples=["trader"])]
    """Who did it: a person's name, trader, gate, gateway, venue, house."""
    action: Annotated[str, Field(examples=["order"])]
    """What was done."""
    object_id: Annotated[str, Field(examples=["0010000000124e00"])]
    """What it was done to; empty for the whole run."""
    payload: dict[str, Any]
    """All there is to say of it."""
    hash: Annotated[str, Field(examples=["9" * 64])]
    """SHA-256 of the record, with that of the one before; empty of what waits for the chain."""


class AuditPage(Shape):
    """Records that were found, newest first."""

    items: list[AuditShape]
    """The records."""
    next_cursor: str | None
    """What to ask for as ``cursor`` to look further back; null at the beginning of the chain."""
    looked_at: int
    """Records that were looked at for this page: a search for what is rare goes on over pages,
    some of which may be empty."""


class FirstBad(Shape):
    """The first record that is wrong."""

    file: str
    """File of the chain."""
    record: int
    """Its place; -1 where no record is meant."""
    what: str
    """What is wrong with it."""


class ChainEnd(Shape):
    """The last record of a chain."""

    seq: int
    """Its place,"""
    hash: str
    """and its hash."""


class VerdictShape(Shape):
    """What a verification found, as ``traider audit verify --json`` prints it."""

    audit: str
    """Folder of the chain."""
    whole: bool
    """Whether nothing is wrong."""
    records: int
    """Records that were checked."""
    segments: int
    """Files that hold them."""
    archived: int
    """Files that were moved, and are proved by what the chain tells of them."""
    events_compared: int
    """Events that were held against the journal."""
    anchors: int
    """Signed digests that were found."""
    head: ChainEnd | None
    """The end of the chain."""
    first_bad: FirstBad | None
    """The first thing that is wrong."""
    faults: list[str]
    """Everything that is wrong, a line each."""
    notes: list[str]
    """What else is to be known."""


class VerificationShape(Shape):
    """How the verification of the audit stands."""

    state: Literal["never", "running", "done", "failed"]
    """Never asked for, under way, over, or over without a verdict."""
    asked_by: Annotated[str, Field(examples=["ana"])]
    """Who asked for it; empty before the first."""
    begun_ns: Instant | None
    """When it began, by the machine's clock."""
    ended_ns: Instant | None
    """When it ended."""
    records_checked: int
    """Records checked so far,"""
    records: int
    """of about so many."""
    verdict: VerdictShape | None
    """What was found."""
    fault: str
    """Why there is no verdict; empty where there is one."""
