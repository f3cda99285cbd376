"""A back-test as a job: how its row holds it, how it is run, and what it leaves behind.

    job = desk.start(BACKTEST, request_json(request))

Its results are a folder as ``traider backtest`` writes them, below the folder that the request
names, and ``done.json`` there says which. That file comes last, in one step: a job that was
cancelled or killed has none, and a second attempt makes everything anew.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from pydantic import ValidationError

from traider.domain.errors import Interrupted, UsageError
from traider.runtime.config import Config
from traider.runtime.config_model import DECIDES_NOTHING
from traider.runtime.jobs_heart import Heart
from traider.store.tables import Job

BACKTEST: Final = "backtest"
"""The kind of such jobs."""
DONE_FILE: Final = "done.json"
FOLLOWS: Final = ("walk_forward", "monte_carlo", "report")
"""Tables beside those that decide something in a run: what follows it, and what its page shows."""


@dataclass(frozen=True)
class BacktestRequest:
    """A back-test that somebody wants."""

    config: Config
    folder: Path
    """Of this back-test alone; it is made."""
    title: str = ""
    preset: str = ""
    """The example that the settings began with; empty for none."""
    who: str = ""


class BacktestDone(msgspec.Struct, frozen=True):
    """What a finished back-test left behind."""

    run: str
    """Name of the folder of results, beside this file."""
    fingerprint: str
    fill_tier: str
    report: str
    """Name of the page, in that folder."""


def request_json(request: BacktestRequest) -> dict[str, Any]:
    """Return a request as JSON values; ``request_of`` reads it."""
    left = set(DECIDES_NOTHING) - set(FOLLOWS)
    # What nobody set stays unset: a setting that is said is held to the others.
    settings = request.config.model_dump(mode="json", exclude=left, exclude_unset=True)
    return {
        "title": request.title,
        "preset": request.preset,
        "who": request.who,
        "folder": str(request.folder.absolute()),
        "settings": settings,
    }


def request_of(body: Mapping[str, Any]) -> BacktestRequest:
    """Return the request that ``request_json`` wrote.

    Raises:
        UsageError: a value is missing, or the settings are those of another version.
    """
    try:
        folder = Path(str(body["folder"]))
        config = Config.model_validate({**body["settings"], "output": str(folder)})
        return BacktestRequest(
            config,
            folder,
            title=str(body.get("title") or ""),
            preset=str(body.get("preset") or ""),
            who=str(body.get("who") or ""),
        )
    except (KeyError, TypeError) as fault:
        raise UsageError(
            f"the request of a back-test lacks {fault}", fix="start a new one"
        ) from None
    except ValidationError as fault:
        where = ".".join(map(str, fault.errors()[0]["loc"]))
        raise UsageError(
            "the settings of the back-test are not those of this version",
            where=where,
            fix="start a new one",
        ) from None


def run_backtest_job(job: Job, heart: Heart, stop: Callable[[], bool]) -> str:
    """Run a back-test; return what came of it.

    Raises:
        TraiderError: its data or its strategy cannot be used.
        Interrupted: it was stopped; nothing of it is kept.
    """
    # The kernel is loaded for this kind of job alone.
    from traider.runtime.wiring import run_backtest  # noqa: PLC0415 - see above

    request = request_of(job.request)
    finished = run_backtest(request.config, progress=heart.progress, stop=stop)
    if stop() or not (finished.result.is_whole and finished.research.is_whole):
        shutil.rmtree(finished.folder, ignore_errors=True)
        raise Interrupted("the back-test was stopped", fix="start it again")
    chosen = finished.result.chosen
    keep_done(
        request.folder,
        BacktestDone(finished.folder.name, chosen.fingerprint, chosen.tier, finished.report.name),
    )
    return (
        f"{finished.result.events:,} events, {chosen.trade_summary.closed:,} trades, "
        f"final equity {chosen.final_equity:,.2f} {finished.result.currency}"
    )


def keep_done(folder: Path, done: BacktestDone) -> None:
    """Say in one step that the results in ``folder`` are whole."""
    written = folder / f".{DONE_FILE}"
    written.write_bytes(msgspec.json.encode(done))
    written.replace(folder / DONE_FILE)


def done_in(folder: Path) -> BacktestDone | None:
    """Return what the back-test of ``folder`` left behind; None while it is not done."""
    try:
        return msgspec.json.decode((folder / DONE_FILE).read_bytes(), type=BacktestDone)
    except (OSError, msgspec.DecodeError):
        return None
