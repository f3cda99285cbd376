"""What is shown of jobs."""

from typing import Any

from rich.table import Table

from traider.store.instants import instant_text
from traider.store.tables import Job, Wanted


def job_json(job: Job) -> dict[str, Any]:
    """Return a job as JSON values."""
    return {
        "job": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "wanted": str(job.wanted),
        "done": job.done,
        "total": job.total,
        "note": job.note,
        "error": job.error,
        "worker": job.worker,
        "attempt": job.attempt,
        "created": instant_text(job.created_ns),
        "started": _instant(job.started_ns),
        "ended": _instant(job.ended_ns),
        "heartbeat": _instant(job.heartbeat_ns),
        "request": job.request,
    }


def job_table(jobs: tuple[Job, ...]) -> Table:
    """Return jobs as a table."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("job", "kind", "state", "progress", "note"):
        table.add_column(name, overflow="fold")
    for job in jobs:
        table.add_row(str(job.id), job.kind, _state(job), _share(job), job.error or job.note)
    return table


def job_lines(job: Job) -> list[str]:
    """Return a job as lines for a person."""
    wanted = job.request
    lines = [f"job {job.id}: {_state(job)}, {_share(job)}"]
    if job.kind == "download":
        what = ", ".join([*wanted["what"], *wanted["timeframes"]])
        lines.append(f"  {wanted['venue']} {', '.join(wanted['symbols'])}: {what}")
        lines.append(f"  since {wanted['since']}, to {wanted['to']}")
    elif "folder" in wanted:
        name = wanted.get("title") or wanted.get("state") or job.kind
        lines.append(f"  {name}: results in {wanted['folder']}")
    if job.note:
        lines.append(f"  {job.note}")
    if job.error:
        lines.append(f"  {job.error}")
    if job.worker:
        lines.append(f"  worker {job.worker}, attempt {job.attempt}")
    return lines


def _state(job: Job) -> str:
    asked = {Wanted.PAUSE: "pausing", Wanted.CANCEL: "cancelling"}
    if job.state == "running" and job.wanted in asked:
        return f"{job.state}, {asked[job.wanted]}"
    return str(job.state)


def _share(job: Job) -> str:
    return f"{100 * job.done / job.total:.0f} %" if job.total else "not begun"


def _instant(ts_ns: int | None) -> str:
    return instant_text(ts_ns) if ts_ns else ""
