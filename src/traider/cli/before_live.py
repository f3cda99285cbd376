"""What stands before real money: readiness and a person's words, of a run and of its gateway."""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from traider.cli.interrupt import stop_on_interrupt
from traider.cli.readiness_outcome import print_rows
from traider.cli.run_order import RunArguments
from traider.domain.errors import UsageError
from traider.gateway.client import look
from traider.gateway.frames import Exposed
from traider.ops.clock import SystemClock
from traider.runtime.config import Config, load_with_origins
from traider.runtime.control.socket_files import short_address
from traider.runtime.parity.watch import Watch
from traider.runtime.readiness.checklist import (
    ACCOUNT_ROWS,
    Asked,
    check_for_gateway,
    check_readiness,
)
from traider.runtime.readiness.notes import signed_digest
from traider.runtime.readiness.rows import Row
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import RunPaths

CONFIRM: Final = "TRAIDER_CONFIRM_LIVE"
_ANSWER_S: Final = 1.0


def checked_digest(config: Config) -> str:
    """Return the digest of every setting but the port of metrics, which each process has its own.

    Two processes with the same one were started for the same settings.
    """
    observability = config.observability.model_copy(update={"port": 0})
    return signed_digest(config.model_copy(update={"observability": observability}))


def running_gateway(folder: Path) -> Exposed | None:
    """Return what the gateway that runs on the folder says of itself; None where none does."""
    path = RunPaths(folder).gateway_socket
    if not path.exists():
        return None
    try:
        with short_address(path) as address:
            return asyncio.run(look(Path(address), _ANSWER_S))
    except (UsageError, OSError):
        return None


def check_ready(said: RunArguments, order: SessionOrder, gateway: Exposed | None) -> None:
    """Refuse to begin while a row of readiness is not well.

    Where a gateway runs already the key is there: it did not start without a key that may trade and
    move nothing away, and it must have been started with the settings that are judged here.

    Raises:
        UsageError: names the rows.
    """
    with stop_on_interrupt(quiet=said.as_json) as stop:
        rows = check_readiness(_asked(said, order, Watch(stop=stop)))
    if gateway is not None:
        rows = tuple(_with_gateway(rows, gateway, checked_digest(order.request.config), order))
    _refuse(said, rows)


def check_gateway(said: RunArguments, order: SessionOrder) -> None:
    """Refuse to start a gateway of real money while a row that it can judge is not well.

    Raises:
        UsageError: names the rows.
    """
    with stop_on_interrupt(quiet=said.as_json) as stop:
        _refuse(said, check_for_gateway(_asked(said, order, Watch(stop=stop))))


def _asked(said: RunArguments, order: SessionOrder, watch: Watch) -> Asked:
    return Asked(
        said.paper,
        load_with_origins(said.config_file, said.overrides),
        SystemClock(),
        watch,
        venue=order.request.venue,
        products=order.request.products,
        live=order.folder,
    )


def _with_gateway(
    rows: Sequence[Row], gateway: Exposed, digest: str, order: SessionOrder
) -> Iterator[Row]:
    """Yield the rows as they are beside a gateway that holds the key."""
    is_same = gateway.settings == digest
    for row in rows:
        if row.name not in ACCOUNT_ROWS:
            yield row
        elif is_same:
            yield Row(row.name, ok=True, found="looked at by the gateway that runs, at its start")
    if not is_same:
        yield Row(
            "gateway",
            ok=False,
            found=f"the one that runs on {order.folder} was started with other settings",
            fix="stop it, and start it with the same --config: traider run --role gateway --live",
        )


def _refuse(said: RunArguments, rows: Sequence[Row]) -> None:
    bad = [row for row in rows if not row.ok]
    if not bad:
        return
    if not said.as_json:
        print_rows(bad)
    names = ", ".join(row.name for row in bad)
    raise UsageError(
        f"not ready for real money: {names}",
        where="--live",
        fix=f"see traider readiness --state {said.paper}, and name its folder with --paper",
    )


def confirming_words(order: SessionOrder) -> str:
    """Return what a person types to trade real money."""
    return f"trade {', '.join(order.request.products)} on {order.request.venue} with real money"


def confirm(order: SessionOrder) -> None:
    """Have a person say so.

    Raises:
        UsageError: they said something else, or nobody can be asked.
    """
    words = confirming_words(order)
    given = os.environ.get(CONFIRM, "")
    if not given and sys.stdin.isatty():
        click.echo(f"This trades real money. To go on type: {words}", err=True)
        given = click.prompt("", prompt_suffix="> ", default="", show_default=False, err=True)
    if " ".join(given.split()) != words:
        raise UsageError(
            "real money is not confirmed",
            where="--live",
            fix=f"type it on a terminal, or set {CONFIRM}='{words}'",
        )
