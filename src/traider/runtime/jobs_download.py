"""A download as plain values: how a job's row holds it, and how it is run."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import UsageError
from traider.feed.download import (
    DownloadOutcome,
    DownloadRequest,
    DownloadTerms,
    Place,
    SeriesOutcome,
    Session,
    Watch,
)
from traider.ops.clock import SystemClock
from traider.runtime.jobs_heart import Heart
from traider.store.instants import instant_text, parse_instants
from traider.store.parquet_lake import ParquetLake
from traider.store.tables import Job

DOWNLOAD: Final = "download"
"""The kind of such jobs."""


def instant_of(text: str, where: str) -> int:
    """Return the instant that a person writes: a date, or date and time; UTC unless it says.

    Raises:
        UsageError: it is none.
    """
    found, readable = parse_instants(pa.array([text.strip()]))
    if not np.all(readable):
        raise UsageError(
            f"{text!r} is no date", where=where, fix="write 2024-01-31 or 2024-01-31T12:00"
        )
    return int(found[0])


def request_json(request: DownloadRequest) -> dict[str, Any]:
    """Return a request as JSON values; ``request_of`` reads it."""
    return {
        "venue": request.place.venue,
        "base_url": request.place.base_url,
        "symbols": list(request.symbols),
        "what": list(request.what),
        "timeframes": list(request.timeframes),
        "since": instant_text(request.since_ns),
        "until": instant_text(request.until_ns) if request.until_ns else "",
        "to": str(request.lake.absolute()),
        "verify": request.verify,
        "repair": request.is_repairing,
    }


def request_of(body: Mapping[str, Any]) -> DownloadRequest:
    """Return the request that ``request_json`` wrote, or that a front door was given.

    Raises:
        UsageError: a value is missing or of another type.
    """
    try:
        until = str(body.get("until") or "")
        return DownloadRequest(
            place=Place(str(body["venue"]), str(body.get("base_url") or "")),
            symbols=tuple(str(symbol) for symbol in body["symbols"]),
            lake=Path(str(body["to"])),
            since_ns=instant_of(str(body["since"]), "since"),
            until_ns=instant_of(until, "until") if until else 0,
            what=tuple(str(what) for what in body.get("what") or ("bars",)),
            timeframes=tuple(str(name) for name in body.get("timeframes") or ()),
            verify=str(body.get("verify") or ""),
            is_repairing=bool(body.get("repair")),
        )
    except (KeyError, TypeError) as fault:
        raise UsageError(
            f"the request of a download lacks {fault}", fix="start a new one"
        ) from None


def run_download(request: DownloadRequest, terms: DownloadTerms, watch: Watch) -> DownloadOutcome:
    """Download into the lake that the request names.

    Raises:
        TraiderError: the request makes no sense, or the venue cannot be reached at all; what
            befalls one series is in its outcome.
    """
    session = Session(request, ParquetLake(request.lake), terms, SystemClock(), watch)
    return asyncio.run(session.run())


class DownloadWork:
    """Does jobs that download, for a worker."""

    def __init__(self, terms: DownloadTerms | None = None) -> None:
        self._terms = terms or DownloadTerms()

    def __call__(self, job: Job, heart: Heart, stop: Callable[[], bool]) -> str:
        """Download; return what was done.

        Raises:
            TraiderError: a series could not be brought whole.
        """
        shares = _Shares(heart)
        watch = Watch(stop, shares.started, shares.changed, shares.finished)
        outcome = run_download(request_of(job.request), self._terms, watch)
        heart.note = summary(outcome)
        if outcome.error is not None:
            raise outcome.error
        return heart.note


class _Shares:
    """How far each series of a download is, and so the whole."""

    def __init__(self, heart: Heart) -> None:
        self._heart = heart
        self._shares: dict[int, float] = {}
        self._rows = 0

    def started(self, outcomes: tuple[SeriesOutcome, ...]) -> None:
        """Take the series of a download."""
        self._shares = dict.fromkeys(map(id, outcomes), 0.0)

    def changed(self, outcome: SeriesOutcome, share: float, rows: int) -> None:
        """Take how far a series is."""
        self._shares[id(outcome)] = share
        self._rows += rows
        whole = sum(self._shares.values()) / len(self._shares)
        self._heart.progress(whole, f"{self._rows:,} rows; {outcome.key}")

    def finished(self, outcome: SeriesOutcome) -> None:
        """Take that a series ended."""
        if outcome.error is None:
            self._shares[id(outcome)] = 1.0


def summary(outcome: DownloadOutcome) -> str:
    """Return what a download did, in one line."""
    rows = sum(each.stored.fresh for each in outcome.series)
    gaps = sum(each.gaps for each in outcome.series)
    repaired = sum(each.repaired for each in outcome.series)
    parts = [
        f"{rows:,} new rows in {len(outcome.series)} series",
        f"{gaps:,} gap{'' if gaps == 1 else 's'}",
    ]
    if repaired:
        parts.append(f"{repaired:,} bars repaired")
    return ", ".join(parts)


def series_json(outcome: SeriesOutcome) -> dict[str, Any]:
    """Return what became of a series as JSON values."""
    found = outcome.verification
    body: dict[str, Any] = {
        "series": str(outcome.key),
        "symbol": outcome.symbol,
        "rows": outcome.stored.fresh,
        "held": outcome.held,
        "from": instant_text(outcome.known[0]) if outcome.is_begun else "",
        "to": instant_text(outcome.known[1]) if outcome.is_begun else "",
        "gaps": outcome.gaps,
        "missing": outcome.missing,
        "confirmed": outcome.confirmed,
        "pages": outcome.pages,
        "repaired": outcome.repaired,
        "conflicts": outcome.stored.conflicts + outcome.differing,
        "seconds": round(outcome.seconds, 3),
        "notes": outcome.notes,
    }
    if found is not None:
        body["verified"] = {
            "timeframe": found.timeframe,
            "compared": found.compared,
            "differing": found.differing,
            "only_here": found.only_ours,
            "only_there": found.only_theirs,
            "worst": found.worst,
            "worst_field": found.worst_field,
            "worst_at": instant_text(found.worst_ns) if found.worst_field else "",
        }
    if outcome.intervals:
        body["intervals"] = [
            {"from": instant_text(phase.from_ns), "hours": phase.interval_ns / 3_600_000_000_000}
            for phase in outcome.intervals
        ]
    return body
