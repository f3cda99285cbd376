"""Shapes of reports for authorities; money is text in the account's currency."""

from typing import Annotated, Any

from pydantic import Field

from traider.api.shapes.shape import Shape


class MadeOf(Shape):
    """What a report is made of, so that it can be made again."""

    run: Annotated[str, Field(examples=["83215443"])]
    """Id of the run."""
    venue: Annotated[str, Field(examples=["coinbase"])]
    """Where it trades."""
    mode: Annotated[str, Field(examples=["demo"])]
    """Whose money is at risk."""
    currency: Annotated[str, Field(examples=["USDT"])]
    """Of all money."""
    journal_events: int
    """How many events of the journal were read,"""
    journal_until: Annotated[str, Field(examples=["2025-05-05T17:37:11.664615300Z"])]
    """up to this instant, UTC."""


class BlotterShape(MadeOf):
    """Every order and every execution of a span, in the order of time."""

    orders: dict[str, int]
    """Orders by outcome."""
    refusals: dict[str, int]
    """Refused orders by check."""
    executions: int
    """How many."""
    bought: str
    """Money that was paid for purchases."""
    sold: str
    """Money that sales brought."""
    fees: dict[str, str]
    """By the currency they were taken in."""
    rows: list[dict[str, str]]
    """A row an order and a row an execution, as ``traider report blotter`` writes them."""


class ExecutionShape(MadeOf):
    """How well orders were executed."""

    not_sent: int
    """Orders that never went out."""
    summary: dict[str, list[dict[str, Any]]]
    """Sums of all, and by instrument, type and hour."""
    orders: list[dict[str, Any]]
    """Each order that was sent, beside the market that it met."""


class HoldingsShape(Shape):
    """Positions and balances at an instant, by ledger and lots."""

    run: str
    """Id of the run."""
    venue: str
    """Where it trades."""
    at: str
    """The instant, UTC."""
    journal_events: int
    """How many events of the journal it is of."""
    journal_until: str | None
    """When the last of them was received, UTC."""
    method: str
    """Which lots a sale took."""
    currency: str
    """Of all money."""
    positions: list[dict[str, Any]]
    """A row an instrument that ever traded, as ``traider report positions`` prints it."""
    balances: dict[str, str]
    """Cash by currency."""
    fees: dict[str, str]
    """Paid so far, by currency."""
    valuation: dict[str, str] | None
    """What all of it is worth; null where an open position has no mark."""


class TermTotals(Shape):
    """Sums of disposals."""

    rows: int
    """How many."""
    proceeds: str
    """What they brought."""
    basis: str
    """What they cost."""
    gain: str
    """The difference."""


class TaxShape(Shape):
    """The sums of a tax year; the rows are those of the CSV."""

    year: int
    """Calendar year."""
    method: str
    """Which lots a sale took."""
    form: str
    """Which form the rows are for."""
    currency: str
    """Of all money."""
    account: str
    """Venue and run."""
    rows: int
    """On the form."""
    short_term: TermTotals
    """Held for a year or less."""
    long_term: TermTotals
    """Held for longer."""
    gain: str
    """Together."""
    wash_rows: int
    """Losses that were bought again within 30 days, for information."""
    funding: str
    """Received for holding perpetuals in the year, less paid."""
    left_out: int
    """Disposals of the year that are not for that form."""
    notes: list[str]
    """What else is to be known."""
