"""``traider run --role feed`` and ``--role features``: parts in processes of their own.

They meet the trader on the bus. The feed role is kept by a supervisor: what a new beginning mends
is begun again after a pause, with a new epoch, so that readers see that its numbers begin anew.
"""

import asyncio
import contextlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from traider.cli.bus_session import BusOrder, features_session
from traider.cli.local_exchange import exchange_settings
from traider.cli.run_order import RunArguments
from traider.domain.errors import TraiderError, UsageError
from traider.domain.ports import Clock
from traider.feed.feed_ports import FeedPorts
from traider.ops.event_loop import run
from traider.runtime.bus import open_bus
from traider.runtime.config import Config, load_config
from traider.runtime.exchange_clock import clock_of
from traider.runtime.feed_watch import FeedWatch
from traider.runtime.live_feed import LiveFeedRequest, open_feed
from traider.runtime.observability import RoleObservation, observe
from traider.runtime.roles import publish_feed
from traider.runtime.session.after_fault import after_fault
from traider.runtime.session.beside import supervisor_parts
from traider.runtime.supervision.role import Role, RoleReport
from traider.runtime.supervision.signals import stop_signals
from traider.runtime.supervision.supervisor import Outcome, Supervisor

_STOP_S: Final = 40.0
"""What was taken of the venue is given to the bus before the end."""
_LAKE: Final = Path("lake")


def run_feed(said: RunArguments) -> int:
    """Publish a venue's market until somebody ends it; print how many events there were.

    Raises:
        UsageError: nothing to publish is named, or nobody could read it.
        TraiderError: a fault that no new beginning mends.
    """
    order = _order(said)
    _check_bus(order.config)
    role = FeedProcess(order)
    with observe(order.config, "feed") as seen:
        outcome = run(role.run(seen))
    if isinstance(outcome.fault, TraiderError):
        raise outcome.fault
    if said.as_json:
        click.echo(json.dumps({"events": role.events}))
    else:
        click.echo(f"{role.events:,} events published")
    return 0


def run_features(said: RunArguments) -> int:
    """Keep events and features of the bus in a lake (--state) until somebody ends it.

    Raises:
        TraiderError: the bus or the lake cannot be used.
    """
    config = load_config(said.config_file, said.overrides)
    _check_bus(config)
    lake = said.state or _LAKE
    features_session(BusOrder(config, (), "", None, "", said.seconds, said.as_json, lake=lake))
    return 0


@dataclass(frozen=True)
class _FeedOrder:
    """What is published."""

    config: Config
    request: LiveFeedRequest
    at: str
    """Address of a local exchange; empty for the real venue."""
    seconds: float


class FeedProcess:
    """The feed role of this process."""

    def __init__(self, order: _FeedOrder) -> None:
        self.events = 0
        """Published, by all its beginnings."""
        self._order = order

    async def run(self, seen: RoleObservation) -> Outcome:
        """Publish until somebody asks for the end."""
        order = self._order
        supervisor = Supervisor(supervisor_parts(seen, order.config.run.restart))

        async def publish(report: RoleReport) -> None:
            await self._publish(seen, report)

        supervisor.add(
            Role(
                "feed",
                publish,
                stop_s=_STOP_S,
                judged=lambda fault: after_fault(fault, is_opening=True),
            )
        )
        if order.seconds:
            asyncio.get_running_loop().call_later(
                order.seconds, supervisor.ask_stop, "the time is up"
            )
        with stop_signals(supervisor.ask_stop):
            return await supervisor.run()

    async def _publish(self, seen: RoleObservation, report: RoleReport) -> None:
        """Publish from one beginning."""
        order = self._order
        time: Clock | None = await clock_of(order.at, seen.clock) if order.at else seen.clock
        clock = time or seen.clock
        request = replace(order.request, is_timed=time is not None)
        feed = await open_feed(request, FeedPorts(clock, seen.log, seen.alerts))
        with contextlib.closing(open_bus(order.config.bus, seen.log)) as bus:
            watching = asyncio.create_task(FeedWatch(seen, feed, clock).run())
            report.ready()
            try:
                batch_events = order.config.bus.batch_events
                self.events += await publish_feed(feed, bus, clock.now_ns(), batch_events)
            finally:
                watching.cancel()


def _order(said: RunArguments) -> _FeedOrder:
    overrides = (*said.overrides, *exchange_settings(said.exchange))
    config = load_config(said.config_file, overrides)
    if not said.venue and not said.exchange:
        raise UsageError("nothing to publish", where="--role", fix="add --venue V --product P")
    if not said.products:
        raise UsageError("no product to listen to", where="--product", fix="name one: BTC-USD")
    request = LiveFeedRequest(said.venue or "coinbase", said.products, config.venues, config.feed)
    return _FeedOrder(config, request, said.exchange, said.seconds)


def _check_bus(config: Config) -> None:
    """Refuse a bus that ends with this process.

    Raises:
        UsageError: it does.
    """
    if config.bus.kind == "in-process":
        raise UsageError(
            "nobody in another process reads an in-process bus",
            where="bus.kind",
            fix="give --bus kafka://HOST:PORT",
        )
