"""The table [observability]: what a running trader tells, where, and when it calls for a person."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, Secret

from traider.runtime.config_database import HIDDEN
from traider.runtime.config_sections import Real, Section, Whole, listed

ROLE_PORTS: Final = {
    "trader": 9464,
    "gateway": 9465,
    "feed": 9466,
    "features": 9467,
    "standby": 9468,
    "jobs": 9469,
    "api": 9470,
}
"""Where each role serves its metrics unless told otherwise; ``deploy/prometheus`` asks there."""

ROLES_PORT: Final = -1


class HiddenUrl(Secret[str]):
    """An address that is a secret as a whole: whoever has it can write there."""

    def _display(self) -> str:
        """Return that there is one."""
        return HIDDEN if self.get_secret_value() else ""


class ObservabilityConfig(Section):
    """What a running trader tells of itself."""

    metrics: bool = True
    """Whether /metrics, /health/live and /health/ready are served."""
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address they are served at; anything but the loopback shows positions to the network."""
    port: Annotated[Whole, Field(ge=-1, le=65_535)] = ROLES_PORT
    """Port they are served at; -1 is the role's own (trader 9464, gateway 9465, feed 9466), or any
    free one when that is taken; 0 any free one. One that is chosen is the trader's: its gateway has
    the next one, its API the one after. The log and the status tell which."""
    kill_remote: bool = False
    """Whether POST /kill is taken from other machines; it wants a token, TRAIDER_KILL_TOKEN, in any
    case, and is not there without one."""
    silent_s: Annotated[Real, Field(gt=0, le=3_600)] = 30.0
    """Silence of the loop after which /health/live says that the process hangs."""
    risk_history: Annotated[tuple[Path, ...], BeforeValidator(listed)] = ()
    """Bars that what is held is measured with each second, by the models of traider var: folders,
    files or a lake; without any only the gate measures."""
    otlp_url: str = ""
    """Address of an OpenTelemetry collector, http://HOST:4318; no traces when empty (extra ops)."""
    trace_ratio: Annotated[Real, Field(ge=0, le=1)] = 1.0
    """Share of orders that are traced."""
    sentry_dsn: HiddenUrl = HiddenUrl("")
    """Address of a Sentry project for faults; best given as TRAIDER_OBSERVABILITY__SENTRY_DSN;
    none is told when empty (extra ops)."""
    environment: str = ""
    """What faults are filed under there, such as production; the run's mode when empty."""
    alert_again_s: Annotated[Real, Field(gt=0, le=604_800)] = 3_600.0
    """After how long a condition that stands is told again."""
    latency_window_s: Annotated[Real, Field(ge=1, le=3_600)] = 60.0
    """Span that the latency from signal to order is judged over."""
    latency_orders: Annotated[Whole, Field(ge=1, le=1_000_000)] = 20
    """Fewest orders in it that are judged."""
    latency_p95_ms: Annotated[Real, Field(gt=0, le=60_000)] = 500.0
    """Latency that 5 % of orders may exceed."""
    latency_p99_ms: Annotated[Real, Field(gt=0, le=60_000)] = 1_000.0
    """Latency that 1 % of orders may exceed."""
