"""Run a download with its bars and its report, or queue it as a job."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from traider.cli.data_tables import fault_json
from traider.cli.download_view import bars_shown, outcome_table, remarks, watch_of
from traider.cli.interrupt import stop_on_interrupt
from traider.cli.main import report_error
from traider.domain.errors import TraiderError
from traider.feed.download import DownloadOutcome, DownloadRequest, DownloadTerms, Place
from traider.runtime.jobs_download import instant_of, run_download, series_json

if TYPE_CHECKING:
    from traider.runtime.jobs import JobDesk


def said_request(said: Mapping[str, Any]) -> DownloadRequest:
    """Return what the options of ``traider download`` ask for.

    Raises:
        UsageError: a date is none.
    """
    return DownloadRequest(
        place=Place(said["venue"], said["base_url"]),
        symbols=said["symbols"],
        lake=said["lake"],
        since_ns=instant_of(said["since"], "--since"),
        until_ns=instant_of(said["until"], "--until") if said["until"] else 0,
        what=tuple(part.strip() for part in said["what"].split(",") if part.strip()),
        timeframes=said["timeframes"],
        verify=said["verify"] or "",
        is_repairing=said["repair"],
    )


def said_terms(said: Mapping[str, Any]) -> DownloadTerms:
    """Return how the options want a venue to be asked."""
    return DownloadTerms(
        series_at_once=said["at_once"],
        patience_s=said["patience"],
        contact_patience_s=min(said["patience"], DownloadTerms().contact_patience_s),
        page_rows_max=said["page_rows"],
        is_throttled=not said["no_throttle"],
    )


def download_session(request: DownloadRequest, said: Mapping[str, Any]) -> int:
    """Download, show it, and return the exit code: 0, or that of the first fault."""
    as_json = said["as_json"]
    with (
        stop_on_interrupt(quiet=as_json) as stop,
        bars_shown(is_silent=as_json) as bars,
    ):
        outcome = run_download(request, said_terms(said), watch_of(bars, stop))
    error = outcome.error
    if as_json:
        click.echo(json.dumps(outcome_json(outcome, request), ensure_ascii=False))
        return error.exit_code if error is not None else 0
    console = Console(soft_wrap=True)
    if not console.is_terminal:
        console.width = 160
    console.print(outcome_table(outcome))
    for each in outcome.series:
        for line in remarks(each):
            console.print(line, markup=False, highlight=False)
    for fault in _faults(outcome):
        report_error(fault, as_json=False)
    return error.exit_code if error is not None else 0


def outcome_json(outcome: DownloadOutcome, request: DownloadRequest) -> dict[str, Any]:
    """Return a download as the command prints it as JSON."""
    series = []
    for each in outcome.series:
        body = series_json(each)
        if each.error is not None:
            body["error"] = {**fault_json(each.error), "exit_code": each.error.exit_code}
        series.append(body)
    body = {
        "venue": outcome.venue,
        "lake": str(request.lake),
        "series": series,
        "rows": sum(each.stored.fresh for each in outcome.series),
        "requests": outcome.requests,
        "faults": outcome.faults,
        "seconds": round(outcome.seconds, 3),
    }
    if outcome.error is not None:
        body["error"] = {**fault_json(outcome.error), "exit_code": outcome.error.exit_code}
    return body


def _faults(outcome: DownloadOutcome) -> list[TraiderError]:
    """Return the faults of series, each text once."""
    told = {each.error.line(): each.error for each in outcome.series if each.error is not None}
    return list(told.values())


def queue_download(request: DownloadRequest, desk: "JobDesk", *, as_json: bool) -> int:
    """Queue a download as a job, or join the one that does the same; print its number."""
    job, is_new = desk.start_download(request)
    if as_json:
        click.echo(json.dumps({"job": job.id, "state": str(job.state), "new": is_new}))
    elif is_new:
        click.echo(f"job {job.id} queued; traider jobs work does it, traider jobs show {job.id}")
    else:
        click.echo(f"job {job.id} does the same and is {job.state}; traider jobs show {job.id}")
    return 0
