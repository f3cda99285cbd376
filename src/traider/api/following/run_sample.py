"""How a run was at one instant: what it counted, how long its stages took, what it takes."""

from dataclasses import dataclass

from traider.api.following.processes import ProcessUse
from traider.runtime.status_body import CountsBody, LatencyBody, Phase


@dataclass(frozen=True, slots=True)
class RunSample:
    """How the run was at an instant of the machine's clock."""

    run_id: str
    """Empty where there is no run yet."""
    at_ns: int
    phase: Phase | None
    """None where it has said nothing yet."""
    counts: CountsBody
    latency_us: dict[str, LatencyBody]
    """Since the trader's process began, by stage."""
    processes: tuple[ProcessUse, ...]
