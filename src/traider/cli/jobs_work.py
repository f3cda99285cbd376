"""Run a worker until the person stops it."""

import json
import signal
import threading

import click

from traider.cli.interrupt import StopRequest, stop_on_interrupt
from traider.domain.errors import Interrupted
from traider.runtime.jobs import JobDesk
from traider.runtime.jobs_worker import Worker, WorkerTerms


def work_session(desk: JobDesk, stale_s: float, *, is_once: bool, as_json: bool) -> int:
    """Do jobs; return the exit code."""

    def tell(line: str) -> None:
        click.echo(line, err=as_json)

    terms = WorkerTerms(stale_s, heartbeat_s=min(2.0, stale_s / 5.0), look_s=min(5.0, stale_s))
    with stop_on_interrupt(quiet=as_json) as stop:
        _stop_on_terminate(stop)
        worker = Worker(desk, stop, tell, terms)
        tell(f"worker {worker.name}, woken by {desk.queue.place}")
        done = worker.run(is_once=is_once)
    if as_json:
        click.echo(json.dumps({"worker": worker.name, "jobs": done}))
    return Interrupted.exit_code if stop.asked else 0


def _stop_on_terminate(stop: StopRequest) -> None:
    """Take SIGTERM, with which services are stopped, as the same request."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: setattr(stop, "asked", True))
