"""``traider run --role gateway``: the process that has the venue's key and sends orders."""

from pathlib import Path

import click

from traider.cli.before_live import check_gateway, checked_digest, confirm
from traider.cli.run_order import RunArguments, config_file_of, session_order
from traider.cli.settings_in_force import RunSettings, settings_of_run, was_checked
from traider.domain.errors import UsageError
from traider.ops.event_loop import run
from traider.runtime.control.kill_ways import kill_ways
from traider.runtime.observability import ObserveTerms, RoleObservation, observe
from traider.runtime.roles.gateway_process import (
    GatewayProcess,
    GatewayProcessOrder,
    check_sends,
)
from traider.runtime.run_beginning import begin_run
from traider.runtime.run_request import RunRequest
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import RunPaths, read_manifest
from traider.runtime.status_body import Mode
from traider.runtime.supervision.signals import stop_signals


def run_gateway(said: RunArguments) -> int:
    """Run the gateway of a state folder until it is asked to stop.

    Raises:
        TraiderError: it cannot begin, or cannot go on.
    """
    folder = _folder(said)
    _check_live(said, folder)
    new = _new_run(said, folder)
    request = _begun(said, folder) if new is None else new.request
    terms = ObserveTerms(RunPaths(folder).gateway_log, request.mode.value, "error", folder)
    with observe(request.config, "gateway", terms) as seen:
        found = _settings(said, request.mode)
        if found.note:
            seen.log.warning("settings not taken", why=found.note)
            click.echo(f"traider: warning: {found.note}", err=True)
        settings = checked_digest(found.config)
        order = GatewayProcessOrder(folder, request.config, said.exchange, settings)
        run(_run(order, seen, new))
    return 0


async def _run(order: GatewayProcessOrder, seen: RoleObservation, new: SessionOrder | None) -> None:
    process = GatewayProcess(order, seen)
    with stop_signals(process.stop), kill_ways(order.folder, seen, order.config):
        if new is not None:
            await begin_run(new, seen)
        if not process.notices.is_supervised:
            click.echo(
                f"gateway of {order.folder}, log {RunPaths(order.folder).gateway_log}", err=True
            )
        await process.run()


def _check_live(said: RunArguments, folder: Path) -> None:
    """Refuse to take the key of real money before what can be judged here is, and a person agreed.

    Raises:
        UsageError: a row is not well, or nobody confirmed.
    """
    kept = read_manifest(folder)
    if not said.live and (kept is None or kept.mode is not Mode.LIVE):
        return
    if was_checked(_settings(said, Mode.LIVE).config):
        return
    if not said.live:
        raise UsageError("the run here trades with real money", where=str(folder), fix="add --live")
    order = session_order(said)
    check_gateway(said, order)
    confirm(order)


def _new_run(said: RunArguments, folder: Path) -> SessionOrder | None:
    """Return the run to begin; None where there is one.

    Raises:
        UsageError: it would send no order anywhere.
    """
    if read_manifest(folder) is not None or not (said.venue or said.exchange):
        return None
    order = session_order(said)
    check_sends(order.request.mode, folder)
    folder.mkdir(parents=True, exist_ok=True)
    return order


def _begun(said: RunArguments, folder: Path) -> RunRequest:
    """Return what the run in the folder was begun with.

    Raises:
        UsageError: there is none.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError(
            "holds no run",
            where=str(folder),
            fix="name what is traded beside --role gateway, so that a run is begun here",
        )
    return manifest.request(_settings(said, manifest.mode).config)


def _settings(said: RunArguments, mode: Mode) -> RunSettings:
    return settings_of_run(config_file_of(said, mode), said.overrides)


def _folder(said: RunArguments) -> Path:
    if said.state is None:
        raise UsageError(
            "a gateway belongs to a run", where="--role", fix="name its folder with --state"
        )
    return said.state
