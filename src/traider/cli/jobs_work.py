"""Run a worker until the person stops it."""

import json
import os
import signal
import threading
from dataclasses import dataclass

import click

from traider.cli.interrupt import StopRequest, stop_on_interrupt
from traider.domain.errors import Interrupted
from traider.runtime.jobs import JobDesk
from traider.runtime.jobs_worker import Worker, WorkerTerms
from traider.runtime.jobs_works import WORKS


@dataclass(frozen=True)
class WorkOrder:
    """What a worker is asked to do, and how."""

    kinds: tuple[str, ...]
    """Of jobs; none named means all."""
    stale_s: float
    idle_s: float
    nice: int
    is_once: bool


def work_session(desk: JobDesk, order: WorkOrder, *, as_json: bool) -> int:
    """Do jobs; return the exit code."""

    def tell(line: str) -> None:
        click.echo(line, err=as_json)

    if order.nice:
        os.nice(order.nice)
    terms = WorkerTerms(
        order.stale_s,
        heartbeat_s=min(1.0, order.stale_s / 5.0),
        look_s=min(5.0, order.stale_s, order.idle_s or order.stale_s),
        idle_s=order.idle_s,
    )
    works = {kind: work for kind, work in WORKS.items() if not order.kinds or kind in order.kinds}
    with stop_on_interrupt(quiet=as_json) as stop:
        _stop_on_terminate(stop)
        worker = Worker(desk, stop, tell, works, terms)
        tell(f"worker {worker.name}, woken by {desk.queue.place}")
        done = worker.run(is_once=order.is_once)
    if as_json:
        click.echo(json.dumps({"worker": worker.name, "jobs": done}))
    return Interrupted.exit_code if stop.asked else 0


def _stop_on_terminate(stop: StopRequest) -> None:
    """Take SIGTERM, with which services are stopped, as the same request."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: setattr(stop, "asked", True))
