"""What ``traider report review`` prints, and writes where asked."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from traider.compliance.order_records import OrderOutcome
from traider.compliance.review_drafts import STATUS, Reviewed, review_body
from traider.compliance.reviews import Thresholds, find_all
from traider.domain.errors import UsageError
from traider.runtime.books.movements import run_movements
from traider.runtime.books.run_blotter import made_of
from traider.runtime.books.run_records import RunRecords, read_records
from traider.runtime.parity.recorded_run import RecordedRun

_OWNER_ONLY: Final = 0o600


@dataclass(frozen=True)
class ReviewArguments:
    """The options of the command."""

    folder: Path
    thresholds: Thresholds
    out: Path | None
    as_json: bool


def review_session(said: ReviewArguments) -> int:
    """Look for what a person should see, write drafts where asked, and say what was found."""
    records = read_records(RecordedRun.open(said.folder))
    body = made_of(records) | _body(records, said.thresholds)
    if said.out is not None:
        write_private(said.out, json.dumps(body, ensure_ascii=False, indent=2) + "\n")
    if said.as_json:
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(body, said.out)
    return 0


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner can read, from its first byte on.

    Raises:
        UsageError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(beside, flags, _OWNER_ONLY), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError as fault:
        raise UsageError(
            f"cannot be written: {fault.strerror}", where=str(path), fix="name another file"
        ) from None


def _body(records: RunRecords, thresholds: Thresholds) -> dict[str, Any]:
    movements = run_movements(records)
    reviewed = Reviewed(
        venue=records.venue,
        account=records.account,
        instruments=tuple(market.name for market in records.money.markets),
        movements=movements,
        orders=len(records.orders),
        refusals=sum(1 for each in records.orders if each.outcome is OrderOutcome.REFUSED),
    )
    return review_body(reviewed, thresholds, find_all(movements, records.orders, thresholds))


def _print(body: dict[str, Any], out: Path | None) -> None:
    looked = body["looked_at"]
    click.echo(
        f"run {body['run']} at {body['venue']}: looked at {looked['deposits']:,} deposits, "
        f"{looked['withdrawals']:,} withdrawals, {looked['orders']:,} orders and "
        f"{looked['refusals']:,} refusals of {body['journal_events']:,} events"
    )
    for each in body["findings"]:
        click.echo(f"  {each['kind']}: {each['from'][:19]}Z {each['said']}")
    if not body["findings"]:
        named = body["thresholds"].items()
        limits = ", ".join(f"{name.replace('_', '-')} {value}" for name, value in named)
        click.echo(f"  nothing crossed a threshold ({limits})")
    if looked["not_valued"]:
        count = len(looked["not_valued"])
        click.echo(f"note: {count:,} transfers could not be valued in dollars and were left out")
    if out is not None:
        click.echo(f"{len(body['drafts']):,} drafts in {out}, for its owner alone")
    if body["drafts"]:
        click.echo(STATUS)
