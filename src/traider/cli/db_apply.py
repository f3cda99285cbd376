"""``traider db apply``: a recorded journal into the tables."""

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from traider.cli.db_options import database_options, opened
from traider.cli.options import json_option
from traider.domain.errors import UsageError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="JOURNAL")
@click.option("--name", default="", help="What the tables call it; the folder's name.")
@click.option(
    "--mode",
    type=click.Choice(["backtest", "paper", "live"]),
    default="paper",
    show_default=True,
    help="Whose orders it tells of.",
)
@click.option("--currency", default="", help="What the account trades in; the first quote.")
@click.option("--fee-currency", default="", help="What fees are taken in where a fill says so.")
@click.option("--capital", default="0", help="Money in the account before the first event.")
@database_options
@json_option
def apply(
    folder: Path,
    url: str,
    config_file: Path | None,
    as_json: bool,
    **said: Any,  # noqa: ANN401 - the account's options, read in one place
) -> None:
    """Make orders, fills, positions and balances of a journal's events.

    What is in the tables already is passed over, so the command can be run again as the journal
    grows, and after any crash.
    """
    from traider.cli.progress import Show, progress_shown
    from traider.runtime.journal_tables import apply_journal
    from traider.store.tables.journals import JournalAccount

    currency, capital = said["currency"].upper(), _amount(said["capital"])
    if capital and not currency:
        raise UsageError("the capital has no currency", where="--capital", fix="add --currency")
    account = JournalAccount(
        said["name"],
        said["mode"],
        currency,
        said["fee_currency"].upper(),
        {currency: capital} if capital else {},
    )
    show = Show.JSON if as_json else Show.SUMMARY
    with opened(url, config_file) as engine, progress_shown(show) as report:

        def told(done: int, end: int) -> None:
            if report is not None:
                report(done / max(end, 1), f"{done:,} events")

        applied = apply_journal(engine, folder, account, told)
    if as_json:
        body = {"journal": applied.name, "events": applied.events, "position": applied.position}
        click.echo(json.dumps(body))
    else:
        click.echo(
            f"{applied.name}: {applied.events:,} events applied, {applied.position:,} in all"
        )


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise UsageError(f"{text!r} is no amount", where="--capital", fix="write 10000")
    return amount
