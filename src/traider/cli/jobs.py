"""``traider jobs``: long work that runs without the person who started it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from traider.cli.db_options import database_options
from traider.cli.options import json_option

if TYPE_CHECKING:
    from traider.runtime.jobs import JobDesk
    from traider.store.tables import Job

Command = TypeVar("Command", bound=Callable[..., Any])


def desk_options(command: Command) -> Command:
    """Add ``--url``, ``--config`` and ``--queue``."""
    named = click.option(
        "--queue",
        metavar="URL",
        default="",
        help="Address of the queue instead of the setting jobs.queue.",
    )
    return named(database_options(command))


@contextmanager
def desk_opened(url: str, queue: str, config_file: Path | None) -> Iterator["JobDesk"]:
    """Yield the jobs of the database that the options or the configuration name."""
    from traider.cli.db_options import opened
    from traider.runtime.config import load_config
    from traider.runtime.jobs import JobDesk
    from traider.runtime.jobs_queue import JobQueue

    place = queue or load_config(config_file).jobs.queue.get_secret_value()
    with opened(url, config_file) as engine:
        waking = JobQueue.open(place)
        try:
            yield JobDesk(engine, waking)
        finally:
            waking.close()


@click.group()
def jobs() -> None:
    """List, watch, pause, resume and cancel long work, or do it.

    Jobs are rows of the database (database.url), and a queue (jobs.queue) wakes their workers. Both
    are files unless a server is named.
    """


@jobs.command("list")
@click.option("--all", "is_all", is_flag=True, help="Those that are over, too.")
@desk_options
@json_option
def list_jobs(is_all: bool, url: str, queue: str, config_file: Path | None, as_json: bool) -> None:
    """List jobs, newest first."""
    from traider.cli.jobs_outcome import job_json, job_table
    from traider.store.tables import JobState

    states = () if is_all else [state for state in JobState if not state.is_final]
    with desk_opened(url, queue, config_file) as desk:
        found = desk.table.list(states=states)
    if as_json:
        click.echo(json.dumps({"jobs": [job_json(job) for job in found]}, ensure_ascii=False))
    else:
        from rich.console import Console

        Console().print(job_table(found))


@jobs.command()
@click.argument("number", type=int)
@desk_options
@json_option
def show(number: int, url: str, queue: str, config_file: Path | None, as_json: bool) -> None:
    """Show job NUMBER."""
    with desk_opened(url, queue, config_file) as desk:
        _tell(desk.table.get(number), as_json=as_json)


@jobs.command()
@click.argument("number", type=int)
@desk_options
@json_option
def pause(number: int, url: str, queue: str, config_file: Path | None, as_json: bool) -> None:
    """Pause job NUMBER after the page in work."""
    _ask("pause", number, (url, queue, config_file), as_json=as_json)


@jobs.command()
@click.argument("number", type=int)
@desk_options
@json_option
def resume(number: int, url: str, queue: str, config_file: Path | None, as_json: bool) -> None:
    """Let job NUMBER go on; one that failed or was cancelled begins again where it was."""
    _ask("run", number, (url, queue, config_file), as_json=as_json)


@jobs.command()
@click.argument("number", type=int)
@desk_options
@json_option
def cancel(number: int, url: str, queue: str, config_file: Path | None, as_json: bool) -> None:
    """Cancel job NUMBER; what it brought stays."""
    _ask("cancel", number, (url, queue, config_file), as_json=as_json)


@jobs.command()
@click.option("--once", "is_once", is_flag=True, help="End when no job waits.")
@click.option(
    "--stale",
    "stale_s",
    type=click.FloatRange(1.0),
    default=30.0,
    show_default=True,
    metavar="S",
    help="Take over a job whose worker was not heard for so long.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["download", "backtest", "parity"]),
    help="Do jobs of this kind alone; repeat for more.",
)
@click.option(
    "--nice",
    type=click.IntRange(0, 19),
    default=0,
    show_default=True,
    metavar="N",
    help="Give way to other processes of the machine, to a trader say; 19 the most.",
)
@click.option(
    "--idle",
    "idle_s",
    type=click.FloatRange(0.0),
    default=0.0,
    metavar="S",
    help="End after so long without work; 0 waits for ever.",
)
@desk_options
@json_option
def work(url: str, queue: str, config_file: Path | None, as_json: bool, **said: object) -> int:
    """Do jobs as they come, one at a time; Ctrl-C ends it and queues its job again."""
    import msgspec

    from traider.cli.jobs_work import WorkOrder, work_session

    order = msgspec.convert(said, WorkOrder)
    with desk_opened(url, queue, config_file) as desk:
        return work_session(desk, order, as_json=as_json)


def _ask(wanted: str, number: int, place: tuple[str, str, Path | None], *, as_json: bool) -> None:
    from traider.store.tables import Wanted

    url, queue, config_file = place
    with desk_opened(url, queue, config_file) as desk:
        _tell(desk.ask(number, Wanted(wanted)), as_json=as_json)


def _tell(job: "Job", *, as_json: bool) -> None:
    from traider.cli.jobs_outcome import job_json, job_lines

    if as_json:
        click.echo(json.dumps(job_json(job), ensure_ascii=False))
    else:
        for line in job_lines(job):
            click.echo(line)
