"""Shapes of the system: its parts, latencies, rates, resources, log, parity, versions."""

from typing import Annotated, Literal

from pydantic import Field

from traider.api.shapes.amounts import TimeNs
from traider.api.shapes.shape import Shape
from traider.runtime.status_body import Phase
from traider.runtime.status_source import Liveness


class RoleCard(Shape):
    """One part of the system."""

    part: Annotated[str, Field(examples=["feed"])]
    """Its name."""
    is_good: bool
    """Whether it does its work."""
    detail: Annotated[str, Field(examples=["no message for 12 s"])]
    """What is wrong, in words; empty when nothing is."""
    since_ns: TimeNs | None
    """When it became so, ns UTC of the machine's clock; null where it is not known."""
    restarts: Annotated[int, Field(examples=[0])]
    """How often it was begun again, since the process began."""
    fault: Annotated[str, Field(examples=["the database is locked"])]
    """Why, the last time; empty for never."""
    restarted_ns: TimeNs | None
    """When, the last time; null for never."""
    lag_events: Annotated[int | None, Field(examples=[12])]
    """Events of the journal that it has yet to take; null of a part that follows none."""
    lag_s: Annotated[float | None, Field(examples=[0.2])]
    """Seconds since it had none to take; null where it is not known."""
    pid: Annotated[int | None, Field(examples=[4_711])]
    """Its process, where it has one of its own."""


class Roles(Shape):
    """Every part of the system."""

    items: list[RoleCard]
    """Parts of the trader, then processes beside it."""
    liveness: Liveness
    """Where the word of the trader comes from."""
    age_s: Annotated[float, Field(examples=[0.0])]
    """How long ago it was said, by the machine's clock."""
    phase: Phase
    """What the trader does just now."""
    up_s: Annotated[float, Field(examples=[3_600.0])]
    """Seconds since its session began."""


class StageLatency(Shape):
    """How long one stage takes, microseconds, since the trader's process began."""

    stage: Annotated[str, Field(examples=["decide"])]
    """Its name, in the order of an order's way."""
    p50: Annotated[float, Field(examples=[86.0])]
    """Half of all take no longer."""
    p95: Annotated[float, Field(examples=[230.4])]
    """19 of 20 take no longer."""
    p99: Annotated[float, Field(examples=[510.0])]
    """99 of 100 take no longer."""
    p999: Annotated[float, Field(examples=[2_540.0])]
    """999 of 1,000 take no longer."""
    count: Annotated[int, Field(examples=[4_028])]
    """Observations."""


class LatencySeries(Shape):
    """How a stage's latency moved, microseconds."""

    stage: Annotated[str, Field(examples=["decide"])]
    """Its name."""
    p50: Annotated[list[float | None], Field(examples=[[86.0]])]
    """One an instant; null before the first observation."""
    p95: Annotated[list[float | None], Field(examples=[[230.4]])]
    """One an instant."""
    p99: Annotated[list[float | None], Field(examples=[[510.0]])]
    """One an instant."""


class StageLatencies(Shape):
    """Latencies of every stage, now and over time."""

    stages: list[StageLatency]
    """Those that were observed."""
    instants: Annotated[list[int], Field(examples=[[1_721_347_200_000_000_000]])]
    """When the run was looked at, ns UTC of the machine: six hours, as far as an API ran."""
    series: list[LatencySeries]
    """One a stage."""


class RateSeries(Shape):
    """How often something happens."""

    name: Annotated[str, Field(examples=["events"])]
    """What."""
    total: Annotated[int, Field(examples=[101_488])]
    """How often since the run began."""
    per_second: Annotated[float | None, Field(examples=[412.0])]
    """Over the last minute that was looked at; null where less than two looks are known."""
    values: Annotated[list[float], Field(examples=[[412.0]])]
    """A second, between each two looks."""


class Rates(Shape):
    """Events, decisions, orders and more, a second."""

    instants: Annotated[list[int], Field(examples=[[1_721_347_200_000_000_000]])]
    """Ends of the spans that the values are of, ns UTC of the machine's clock."""
    items: list[RateSeries]
    """One a thing that is counted."""


class ProcessResources(Shape):
    """What one process takes of the machine."""

    name: Annotated[str, Field(examples=["trader"])]
    """Trader, gateway, supervisor, standby or api."""
    pid: Annotated[int, Field(examples=[4_711])]
    """Its number."""
    cpu: Annotated[float | None, Field(examples=[0.35])]
    """Cores that it keeps busy, between the last two looks; null before the second."""
    memory_bytes: Annotated[int, Field(examples=[412_000_000])]
    """Resident."""
    threads: Annotated[int, Field(examples=[14])]
    """How many it has."""


class FolderSize(Shape):
    """What a part of the state folder takes of the disk."""

    name: Annotated[str, Field(examples=["journal"])]
    """Which part."""
    size_bytes: Annotated[int, Field(examples=[6_882_032])]
    """Of all its files."""
    files: Annotated[int, Field(examples=[7])]
    """How many."""


class ResourceSeries(Shape):
    """What a process took over time."""

    name: Annotated[str, Field(examples=["trader"])]
    """Which process."""
    cpu: Annotated[list[float | None], Field(examples=[[0.35]])]
    """Cores that it kept busy; null where it was not there."""
    memory_bytes: Annotated[list[int | None], Field(examples=[[412_000_000]])]
    """Resident; null where it was not there."""


class Resources(Shape):
    """What the run takes of the machine."""

    processes: list[ProcessResources]
    """Those that run; none where the machine does not tell."""
    cores: Annotated[int, Field(examples=[2])]
    """Of the machine."""
    folders: list[FolderSize]
    """Parts of the state folder, the largest first."""
    disk_bytes: Annotated[int, Field(examples=[100_000_000_000])]
    """Size of the disk that the state folder is on."""
    free_bytes: Annotated[int, Field(examples=[60_000_000_000])]
    """What is left of it."""
    instants: Annotated[list[int], Field(examples=[[1_721_347_200_000_000_000]])]
    """When the run was looked at, ns UTC of the machine: six hours, as far as an API ran."""
    series: list[ResourceSeries]
    """One a process."""


class LogLine(Shape):
    """One line of a log."""

    at_ns: TimeNs
    """When it was written, ns UTC of the machine's clock; 0 where the line does not say."""
    level: Annotated[str, Field(examples=["warning"])]
    """debug, info, warning or error."""
    message: Annotated[str, Field(examples=["no snapshot"])]
    """What it says."""
    fields: Annotated[dict[str, str], Field(examples=[{"role": "trader", "epoch": "1"}])]
    """What it says beside that."""


class ParityStatus(Shape):
    """Whether the run was proved: its journal replayed, its state compared."""

    ok: bool
    """Whether no check found a difference; true before the first."""
    checks: Annotated[int, Field(examples=[24])]
    """How often it was checked."""
    last_ns: TimeNs | None
    """When the last check ended, ns UTC of the machine's clock; null before the first."""
    ago_s: Annotated[float | None, Field(examples=[24.2])]
    """Seconds since then; null before the first."""
    state: Literal["proved", "differs", "not checked"]
    """The same in a word."""
    replica: Annotated[str, Field(examples=[""])]
    """Why the API's own replay differs from the journal, in one line; empty while it does not."""


class Versions(Shape):
    """What runs, and what the run was begun with."""

    traider: Annotated[str, Field(examples=["0.1.0"])]
    """Version of this process."""
    present: Annotated[dict[str, str], Field(examples=[{"python": "3.11.9"}])]
    """Of Traider, its kernel's sources, and what they stand on."""
    begun_with: Annotated[dict[str, str], Field(examples=[{"python": "3.11.9"}])]
    """The same when the run was begun; empty before one was."""
    changed: Annotated[list[str], Field(examples=[["begun with numpy 2.1.0, this is 2.2.0"]])]
    """Which are others now, in words."""
