"""Parts, latencies, rates and resources of a run: what it said of itself, and of the machine."""

import os
import shutil
import time
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from traider.api.following import Standing, ViewState
from traider.api.following.processes import ProcessUse
from traider.api.following.run_sample import RunSample
from traider.api.shapes.system import (
    FolderSize,
    LatencySeries,
    ParityStatus,
    ProcessResources,
    Rates,
    RateSeries,
    Resources,
    ResourceSeries,
    RoleCard,
    Roles,
    StageLatencies,
    StageLatency,
    Versions,
)
from traider.compliance.reading import last_place
from traider.gateway.latency import Stage
from traider.runtime.state_folder import RunManifest, RunPaths, present_versions
from traider.runtime.status_body import CountsBody, LatencyBody, RestartBody, StatusBody
from traider.runtime.status_source import FoundStatus, Liveness

POINTS: Final = 360
"""Points of a series that are shown."""
_NS_PER_S: Final = 1_000_000_000
_RATE_NS: Final = 60 * _NS_PER_S
_COUNTED: Final = CountsBody.__struct_fields__


# ------------------------------------------------------------------------------------------ roles


def roles(found: FoundStatus, paths: RunPaths, standing: Standing) -> Roles:
    """Return every part of the system."""
    body = found.body
    restarts = {each.part: each for each in body.restarts}
    cards = [_trader_card(found)]
    for part in body.health:
        card = _card(
            part.part,
            is_good=part.is_good,
            detail=part.detail,
            since_ns=part.since_ns,
            restart=restarts.pop(part.part, None),
        )
        cards.append(card)
    cards += [_card(each.part, restart=each) for each in restarts.values()]
    cards += _followers(paths, standing)
    cards += [
        _card(
            "standby",
            is_good=each.is_ready,
            detail="" if each.is_ready else "its kernel is not warm yet",
            since_ns=each.since_ns,
            lag=(each.lag_events, each.lag_s),
        ).model_copy(update={"pid": each.pid})
        for each in body.standbys
    ]
    return Roles(
        items=cards,
        liveness=found.liveness,
        age_s=found.age_s,
        phase=body.phase,
        up_s=body.up_s,
    )


_LIVENESS: Final = {
    Liveness.RUNNING: "",
    Liveness.SILENT: "a process is there and does not answer",
    Liveness.ENDED: "no process runs; what it kept last is shown",
    Liveness.NEVER_RAN: "the run was prepared, and nothing was said yet",
}


def _trader_card(found: FoundStatus) -> RoleCard:
    is_running = found.liveness is Liveness.RUNNING
    return _card(
        "trader",
        is_good=is_running,
        detail=_LIVENESS[found.liveness],
        since_ns=time.time_ns() - round(found.body.up_s * _NS_PER_S) if is_running else None,
    ).model_copy(update={"pid": found.body.pid or None})


def _card(
    part: str,
    *,
    is_good: bool = True,
    detail: str = "",
    since_ns: int | None = None,
    restart: RestartBody | None = None,
    lag: tuple[int, float | None] | None = None,
) -> RoleCard:
    return RoleCard(
        part=part,
        is_good=is_good,
        detail=detail,
        since_ns=since_ns,
        restarts=0 if restart is None else restart.count,
        fault="" if restart is None else restart.why,
        restarted_ns=None if restart is None else restart.at_ns,
        lag_events=None if lag is None else lag[0],
        lag_s=None if lag is None else lag[1],
        pid=None,
    )


def _followers(paths: RunPaths, standing: Standing) -> list[RoleCard]:
    """Return what follows the journal: the API's own view, and the audit."""
    is_live = standing.state is ViewState.LIVE
    view = _card(
        "api",
        is_good=is_live and not standing.kernel_fault,
        detail=standing.fault or standing.kernel_fault or ("" if is_live else standing.state.value),
        lag=(0, standing.lag_s) if is_live else None,
    ).model_copy(update={"pid": os.getpid()})
    told, _ = last_place(paths.folder / "audit")
    if told < 0 or not standing.position:
        return [view]
    # The last record may stand well before the journal's end: what is not audited comes between.
    return [view, _card("audit chain", lag=(max(standing.position - 1 - told, 0), None))]


# ---------------------------------------------------------------------------------------- latency


def latency(body: StatusBody, samples: Sequence[RunSample]) -> StageLatencies:
    """Return the latencies of every stage, now and over time."""
    kept = thinned(samples)
    stages = [stage.value for stage in Stage if stage.value in body.latency_us]
    return StageLatencies(
        stages=[_stage(name, body.latency_us[name]) for name in stages],
        instants=[each.at_ns for each in kept],
        series=[
            LatencySeries(
                stage=name,
                p50=[_of(each, name).p50 if name in each.latency_us else None for each in kept],
                p95=[_of(each, name).p95 if name in each.latency_us else None for each in kept],
                p99=[_of(each, name).p99 if name in each.latency_us else None for each in kept],
            )
            for name in stages
        ],
    )


def _of(sample: RunSample, stage: str) -> LatencyBody:
    return sample.latency_us[stage]


def _stage(name: str, found: LatencyBody) -> StageLatency:
    return StageLatency(
        stage=name,
        p50=found.p50,
        p95=found.p95,
        p99=found.p99,
        p999=found.p999,
        count=found.count,
    )


# ------------------------------------------------------------------------------------------ rates


def rates(body: StatusBody, samples: Sequence[RunSample]) -> Rates:
    """Return how often things happen, from what a run counted between looks."""
    kept = thinned(samples)
    return Rates(
        instants=[later.at_ns for _, later in pairwise(kept)],
        items=[_rate(name, getattr(body.counts, name), kept, samples) for name in _COUNTED],
    )


def _rate(
    name: str, total: int, kept: Sequence[RunSample], samples: Sequence[RunSample]
) -> RateSeries:
    recent = [each for each in samples if each.at_ns >= samples[-1].at_ns - _RATE_NS]
    return RateSeries(
        name=name,
        total=total,
        per_second=_a_second(name, recent[0], recent[-1]) if len(recent) > 1 else None,
        values=[_a_second(name, before, later) for before, later in pairwise(kept)],
    )


def _a_second(name: str, before: RunSample, later: RunSample) -> float:
    passed_s = (later.at_ns - before.at_ns) / _NS_PER_S
    happened: int = getattr(later.counts, name) - getattr(before.counts, name)
    # Another run begun in the folder counts from 0 again.
    return max(happened, 0) / passed_s if passed_s > 0 else 0.0


# -------------------------------------------------------------------------------------- resources


def resources(folder: Path, samples: Sequence[RunSample]) -> Resources:
    """Return what the processes and files of a run take of the machine."""
    kept = thinned(samples)
    names = list(dict.fromkeys(use.name for each in kept for use in each.processes))
    disk = shutil.disk_usage(folder if folder.exists() else folder.parent)
    last = samples[-1].processes if samples else ()
    before = samples[-2] if len(samples) > 1 else None
    return Resources(
        processes=[_process(use, before, samples[-1]) for use in last],
        cores=os.cpu_count() or 1,
        folders=folder_sizes(folder),
        disk_bytes=disk.total,
        free_bytes=disk.free,
        instants=[each.at_ns for each in kept],
        series=[_process_series(name, kept) for name in names],
    )


def folder_sizes(folder: Path) -> list[FolderSize]:
    """Return what each part of a state folder takes, the largest first."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    found = [_size(entry) for entry in entries]
    return sorted(found, key=lambda each: -each.size_bytes)


def _size(entry: "os.DirEntry[str]") -> FolderSize:
    is_folder = entry.is_dir(follow_symlinks=False)
    paths = _files(Path(entry.path)) if is_folder else [Path(entry.path)]
    sizes = [size for path in paths if (size := _bytes(path)) is not None]
    return FolderSize(name=entry.name, size_bytes=sum(sizes), files=len(sizes))


def _files(folder: Path) -> Iterable[Path]:
    for root, _, names in os.walk(folder):
        yield from (Path(root) / name for name in names)


def _bytes(path: Path) -> int | None:
    try:
        return path.lstat().st_size
    except OSError:
        return None  # it went while it was looked at


def _process(use: ProcessUse, before: RunSample | None, now: RunSample) -> ProcessResources:
    return ProcessResources(
        name=use.name,
        pid=use.pid,
        cpu=None if before is None else _busy(use, before, now),
        memory_bytes=use.memory_bytes,
        threads=use.threads,
    )


def _busy(use: ProcessUse, before: RunSample, now: RunSample) -> float | None:
    """Return how many cores a process kept busy between two looks; None where it is new."""
    passed_s = (now.at_ns - before.at_ns) / _NS_PER_S
    known = [each for each in before.processes if (each.name, each.pid) == (use.name, use.pid)]
    if not known or passed_s <= 0:
        return None
    return max(use.cpu_s - known[0].cpu_s, 0.0) / passed_s


def _process_series(name: str, kept: Sequence[RunSample]) -> ResourceSeries:
    uses = [next((use for use in each.processes if use.name == name), None) for each in kept]
    cpu: list[float | None] = [None] * min(len(kept), 1)
    for (before, later), use in zip(pairwise(kept), uses[1:], strict=True):
        cpu.append(None if use is None else _busy(use, before, later))
    return ResourceSeries(
        name=name,
        cpu=cpu,
        memory_bytes=[None if use is None else use.memory_bytes for use in uses],
    )


# ------------------------------------------------------------------------------- parity, versions


def parity(body: StatusBody, standing: Standing) -> ParityStatus:
    """Return whether a run was proved, and how long ago."""
    found = body.parity
    last_ns = found.last_ns or None
    return ParityStatus(
        ok=found.ok,
        checks=found.checks,
        last_ns=last_ns,
        ago_s=None if last_ns is None else max(time.time_ns() - last_ns, 0) / _NS_PER_S,
        state="not checked" if not found.checks else "proved" if found.ok else "differs",
        replica=standing.kernel_fault,
    )


def versions(manifest: RunManifest | None) -> Versions:
    """Return what runs, and what a run was begun with."""
    present = present_versions()
    begun = {} if manifest is None else manifest.versions
    return Versions(
        traider=present["traider"],
        present=present,
        begun_with=begun,
        changed=[
            f"begun with {name} {version}, this is {present.get(name, 'without it')}"
            for name, version in begun.items()
            if present.get(name) != version
        ],
    )


def thinned(samples: Sequence[RunSample]) -> list[RunSample]:
    """Return at most ``POINTS`` samples, evenly chosen, the last among them."""
    step = -(-len(samples) // POINTS) or 1
    return list(reversed(list(reversed(samples))[::step]))
