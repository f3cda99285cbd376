"""Control as roles of a supervisor: the socket, and the watch over the kill file.

    front = FrontDesk(desk, state, ConfigReload(config, lambda: load_config(file, overrides)))
    for role in control_roles(front, state, log, metrics):
        supervisor.add(role)
    with stop_signals(supervisor.ask_stop, lambda: reload_now(front, log)):
        …

A fault of either ends everything: a trader that nobody can stop must not trade.
"""

import asyncio
from pathlib import Path

from traider.domain.errors import UsageError
from traider.domain.ports import Log, Metrics
from traider.runtime.control.commands import Kill, Reload
from traider.runtime.control.front_desk import FrontDesk
from traider.runtime.control.kill_file import watch_kill
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.server import ControlServer
from traider.runtime.supervision.role import Role, RoleReport


def control_roles(front: FrontDesk, state: Path, log: Log, metrics: Metrics) -> tuple[Role, Role]:
    """Return the roles that let people control the trader of a state folder.

    A kill file that lies there already is done as soon as the roles run, so start them before
    decisions begin.
    """
    server = ControlServer(state / SOCKET_NAME, front, log, metrics)

    def kill(command: Kill) -> None:
        log.warning("kill file", who=command.who, why=command.why, done=front.command(command))

    async def watch(report: RoleReport) -> None:
        report.ready()
        keeping = asyncio.create_task(front.keep())
        try:
            await watch_kill(state, kill)
        finally:
            keeping.cancel()

    return (
        Role("control", server.run, moves_money=True),
        Role("kill file", watch, moves_money=True),
    )


def reload_now(front: FrontDesk, log: Log) -> None:
    """Read the configuration again because a signal said so; what is refused is told."""
    try:
        done = front.command(Reload(who="SIGHUP", why="asked by a signal"))
    except UsageError as fault:
        log.warning("the reload was refused", why=fault.line())
    else:
        log.info("reload", done=done)
