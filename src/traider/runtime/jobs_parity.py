"""``traider parity`` as a job: a run proved, and told beside a back-test, in the background."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from traider.domain.errors import UsageError
from traider.runtime.jobs_heart import Heart
from traider.store.tables import Job

PARITY: Final = "parity"
"""The kind of such jobs."""
REPORT_FILE: Final = "parity.json"

Latency = Literal["measured", "settings"]


def parity_request(state: Path, folder: Path, latency: Latency, who: str) -> dict[str, Any]:
    """Return the request to check the run of ``state``, whose report goes into ``folder``."""
    return {
        "state": str(state.absolute()),
        "folder": str(folder.absolute()),
        "latency": latency,
        "who": who,
    }


def run_parity_job(job: Job, heart: Heart, stop: Callable[[], bool]) -> str:
    """Check a run and keep the report; return what was found.

    Raises:
        TraiderError: the run cannot be checked.
        Interrupted: it was stopped; nothing is kept.
    """
    # The kernel is loaded for this kind of job alone.
    from traider.runtime.parity.checking import check_run  # noqa: PLC0415 - see above
    from traider.runtime.parity.reference import ReferenceTerms  # noqa: PLC0415
    from traider.runtime.parity.report_body import report_body  # noqa: PLC0415
    from traider.runtime.parity.watch import Watch  # noqa: PLC0415

    state, folder, latency = _parts(job.request)
    report = check_run(state, Watch(heart.progress, stop), ReferenceTerms(None, latency))
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f".{REPORT_FILE}"
    written.write_bytes(msgspec.json.encode(report_body(report)))
    written.replace(folder / REPORT_FILE)
    differing = [check.name for check in report.checks if not check.ok]
    found = f"different: {', '.join(differing)}" if differing else "identical"
    return f"{found}; {report.events:,} events, {report.fills:,} fills"


def report_in(folder: Path) -> dict[str, Any] | None:
    """Return the report that a job left in ``folder``; None while there is none."""
    try:
        body = msgspec.json.decode((folder / REPORT_FILE).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        return None
    return body


def folder_of(body: Mapping[str, Any]) -> Path:
    """Return where the report of a request goes."""
    return Path(str(body["folder"]))


def _parts(body: Mapping[str, Any]) -> tuple[Path, Path, Latency]:
    try:
        latency: Latency = "settings" if body["latency"] == "settings" else "measured"
        return Path(str(body["state"])), Path(str(body["folder"])), latency
    except KeyError as fault:
        raise UsageError(f"the request of a check lacks {fault}", fix="start a new one") from None
