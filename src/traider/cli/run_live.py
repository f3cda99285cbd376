"""``traider run --live`` and ``--gateway apart``: the gateway a process of its own, both kept.

| asked for | before | what runs |
| --- | --- | --- |
| --live | readiness, then words typed by a person | gateway with the keys, trader without |
| --demo, --exchange with --gateway apart | nothing | the same, over a local exchange |

Where a gateway answers in the state folder already, only the trader is started.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import click
import msgspec

from traider.cli.before_live import check_ready, confirm, running_gateway
from traider.cli.run_order import RunArguments, config_file_of, session_order
from traider.cli.run_session import run_session
from traider.cli.settings_in_force import CHECKED, kept_settings, lasting_digest, was_checked
from traider.domain.errors import Interrupted, TraiderError, UsageError
from traider.runtime.config import Config
from traider.runtime.control.kill_signals import kill_signals
from traider.runtime.demo_exchange import DemoExchange, DemoTerms, start_demo_exchange
from traider.runtime.observability import ObserveTerms, RoleObservation, observe
from traider.runtime.pair import PairOrder, keep_pair
from traider.runtime.run_beginning import begin_run
from traider.runtime.session.terms import SessionOrder
from traider.runtime.session.upkeep import until_gone
from traider.runtime.state_folder import RunPaths, check_free, claim_pair
from traider.runtime.status_body import Mode
from traider.runtime.supervision.processes import ChildEndedError
from traider.runtime.supervision.role import Role, RoleReport
from traider.runtime.supervision.signals import stop_signals
from traider.runtime.supervision.supervisor import Supervisor


@dataclass(frozen=True)
class _Pair:
    """What both processes are started for."""

    said: RunArguments
    order: SessionOrder
    is_standby: bool
    has_gateway: bool
    """Whether a gateway runs on the folder already."""


class _Stopping:
    """Who asked for the end, and whom it is told: the supervisor, once there is one."""

    def __init__(self) -> None:
        self._why = ""
        self._supervisor: Supervisor | None = None

    def ask(self, why: str) -> None:
        """Ask for the end, in order."""
        self._why = self._why or why
        if self._supervisor is not None:
            self._supervisor.ask_stop(why)

    def reach(self, supervisor: Supervisor) -> None:
        """Take the supervisor of both."""
        self._supervisor = supervisor
        if self._why:
            supervisor.ask_stop(self._why)

    def check(self) -> None:
        """Go on unless somebody asked.

        Raises:
            Interrupted: somebody did, before anything began.
        """
        if self._why:
            raise Interrupted("stopped before it began")


def run_apart(said: RunArguments, *, is_standby: bool = False) -> int:
    """Run trader and gateway as two processes, until they are done or asked to stop.

    Raises:
        UsageError: real money is not ready, or nobody confirmed it.
        TraiderError: a process cannot be started, or not be kept.
    """
    order = session_order(said)
    mode = order.request.mode
    if mode is Mode.PAPER:
        raise UsageError(
            "a paper run sends no order anywhere", where="--gateway", fix="leave it out"
        )
    if said.live and said.gateway == "there" and was_checked(order.request.config):
        return run_session(said, is_standby=is_standby)
    if not is_standby:
        check_free(order.folder)
    found = running_gateway(order.folder)
    has_gateway = found is not None
    if said.live:
        check_ready(said, order, found)
        confirm(order)
    said = replace(said, config_file=config_file_of(said, mode), products=order.request.products)
    terms = ObserveTerms(RunPaths(order.folder).supervisor_log, mode.value, "error", order.folder)
    order.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        if not is_standby:
            held.callback(os.close, claim_pair(order.folder))
        seen = held.enter_context(observe(_at_port(order.request.config, 0), "supervisor", terms))
        pair = _Pair(said, order, is_standby, has_gateway)
        if not said.as_json:
            return asyncio.run(_run(pair, seen))
        # Each trader that was started prints an object; the run comes to one, that of the last.
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_run(pair, seen, Path(folder) / "outcome.json"))


async def _run(pair: _Pair, seen: RoleObservation, output: Path | None = None) -> int:
    """Keep both processes until the end; print what the last trader said to ``output``.

    Raises:
        TraiderError: what no restart could mend.
    """
    order = pair.order
    stopping = _Stopping()
    with stop_signals(stopping.ask), kill_signals(order.folder, seen.log):
        async with AsyncExitStack() as closing:
            beside: tuple[Role, ...] = ()
            if order.starts_exchange:
                terms = DemoTerms(
                    order.request.config.data.files, RunPaths(order.folder).exchange, order.speed
                )
                exchange = await asyncio.to_thread(start_demo_exchange, terms)
                closing.callback(exchange.close)
                order = replace(order, exchange=exchange.address.rest)
                beside = (_exchange_role(exchange),)
            stopping.check()
            if not pair.is_standby:
                await begin_run(order, seen)
            stopping.check()
            if not pair.said.as_json:
                click.echo(f"trader and gateway of {order.folder}", err=True)
            outcome = await keep_pair(
                replace(_commands(replace(pair, order=order)), output=output),
                seen,
                beside,
                stopping.reach,
            )
    return _told(outcome.fault, order.folder, output)


def _told(fault: BaseException | None, folder: Path, output: Path | None) -> int:
    """Print what the run came to, where it is printed here; return the exit code.

    Raises:
        TraiderError: it came to a fault that no trader told.
    """
    told = b"" if output is None or not output.exists() else output.read_bytes().strip()
    if isinstance(fault, TraiderError) and not (isinstance(fault, ChildEndedError) and told):
        raise fault
    if output is not None:
        # A trader that had to be killed at the end told nothing.
        click.echo(told or msgspec.json.encode({"state": str(folder)}))
    return fault.exit_code if isinstance(fault, TraiderError) else _code_of(told)


def _code_of(told: bytes) -> int:
    """Return the exit code of what a trader printed: that of its error, where it is one."""
    error = msgspec.json.decode(told).get("error") if told else None
    return int(error["exit_code"]) if error else 0


def _exchange_role(exchange: DemoExchange) -> Role:
    async def run(report: RoleReport) -> None:
        report.ready()
        await until_gone(exchange)

    return Role("exchange", run, moves_money=True)


def _commands(pair: _Pair) -> PairOrder:
    """Return the command lines of both."""
    said, order = pair.said, pair.order
    what = (
        ["--live", "--venue", order.request.venue] if said.live else ["--exchange", order.exchange]
    )
    for product in said.products:
        what += ["--product", product]
    shared = ["--state", str(order.folder)]
    shared += ["--remote-exchange"] if said.remote_exchange else []
    if said.config_file is not None:
        shared += ["--config", str(said.config_file)]
    for setting in said.overrides:
        shared += ["--set", setting]
    program = [sys.executable, "-m", "traider", "run"]
    trader = [*program, *what, "--gateway", "there", *shared]
    if order.seconds:
        trader += ["--for", f"{order.seconds:g}s"]
    trader += ["--json"] if said.as_json else []
    trader += ["--standby"] if pair.is_standby else []
    gateway = [*program, "--role", "gateway", *shared]
    gateway += ["--exchange", order.exchange] if order.exchange else []
    port = order.request.config.observability.port
    # A port that was chosen is the trader's; the gateway has the next one.
    gateway += ["--set", f"observability.port={port + 1}"] if port > 0 else []
    environment = kept_settings(said.config_file, said.overrides, order.request.config)
    if said.live:
        environment += ((CHECKED, lasting_digest(order.request.config)),)
    started = () if pair.has_gateway else tuple(gateway)
    return PairOrder(tuple(trader), started, environment, order.folder)


def _at_port(config: Config, port: int) -> Config:
    """Return settings under which metrics are at ``port`` where one was chosen."""
    if config.observability.port <= 0:
        return config
    observability = config.observability.model_copy(update={"port": port})
    return config.model_copy(update={"observability": observability})
