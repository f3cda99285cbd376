"""The names of all metrics of a running trader, with their help text: the only place that has them.

    metrics.count(ORDERS_SENT_TOTAL, instrument="BTC-USD")
    metrics.observe(JOURNAL_APPEND_SECONDS, seconds)

Dashboards and alert rules in ``deploy/`` name these and no others; Prometheus sees each with
``traider_`` before it. The unit is last; what has none is an amount in the account's currency or a
plain number, and its help text says which. Who sets what:

- ``runtime.event_metrics``, from the events that are journaled: events, decisions, orders, fills,
  gaps, age of ticks
- ``runtime.status_metrics``, from the status body once a second: account, positions, open orders,
  whether parity holds, reconnects, leader, phase, health, disk
- ``runtime.status_watch``: uptime, readiness, queues; ``runtime.latency_watch``: signal to order
- ``runtime.feed_watch``, where a feed runs apart: its messages, gaps, reconnects, ages and health
- the latency book, at each scrape: stages and the journal
- reconciliation: ``RECONCILE_…``; the identity check: its checks and mismatches
- the passage of the API (``api.passage``): its requests
- the supervisor: restarts and readiness; the control socket: commands; the alert channel: alerts

So trading code counts nothing: what it journals and says of itself is counted beside it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class MetricKind(StrEnum):
    """How a metric moves."""

    COUNTER = "counter"
    """Only rises; begins at 0 with the process."""
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """What a metric is."""

    name: str
    kind: MetricKind
    text: str
    """The help text: one sentence, with the unit where the name has none."""
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    """Upper ends of a histogram's buckets, in the metric's unit."""


PREFIX: Final = "traider_"
"""What every name begins with where others can see it."""

DEFINITIONS: Final[dict[str, MetricDefinition]] = {}
"""Every metric by its name."""

LATENCY_BOUNDS: Final = (
    1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05,
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0,
)  # fmt: skip
"""Buckets of latencies, s: those of ``deploy/prometheus``; the trader itself knows them finer."""


def _define(definition: MetricDefinition) -> str:
    DEFINITIONS[definition.name] = definition
    return definition.name


def _counter(name: str, text: str, *labels: str) -> str:
    return _define(MetricDefinition(name, MetricKind.COUNTER, text, labels))


def _gauge(name: str, text: str, *labels: str) -> str:
    return _define(MetricDefinition(name, MetricKind.GAUGE, text, labels))


def _seconds(name: str, text: str, *labels: str) -> str:
    return _define(MetricDefinition(name, MetricKind.HISTOGRAM, text, labels, LATENCY_BOUNDS))


# ------------------------------------------------------------------------------ the trader's way
EVENTS_TOTAL: Final = _counter(
    "events_total", "Events taken into the journal, by kind and by where they came from.",
    "kind", "feed",
)  # fmt: skip
EVENTS_KEPT: Final = _gauge(
    "events_kept", "Number of events that the features role has kept since it began."
)
QUEUE_EVENTS: Final = _gauge("queue_events", "Events that wait to be taken.", "queue")
LAST_TICK_AGE_SECONDS: Final = _gauge(
    "last_tick_age_seconds", "Time since the last market event of an instrument.", "instrument"
)
JOURNAL_APPEND_SECONDS: Final = _seconds(
    "journal_append_seconds", "Time an append to the journal takes."
)
DECISIONS_TOTAL: Final = _counter("decisions_total", "Times the decider looked at the market.")
GAPS_TOTAL: Final = _counter("gaps_total", "Holes found in market data.", "instrument")
FEED_MESSAGES_TOTAL: Final = _counter(
    "feed_messages_total", "Messages received of an instrument, by a feed of its own.", "instrument"
)
RECONNECTS_TOTAL: Final = _counter("reconnects_total", "Connections that were opened again.")

# ------------------------------------------------------------------------------ orders: the gateway
ORDERS_SENT_TOTAL: Final = _counter(
    "orders_sent_total", "Orders that passed the gate and were sent.", "instrument"
)
ORDERS_REFUSED_TOTAL: Final = _counter(
    "orders_refused_total", "Orders that the gate refused, by its code.", "code"
)
BREAKER_CHANGES_TOTAL: Final = _counter(
    "breaker_changes_total",
    "Circuit breakers that tripped, closed by themselves, or were closed by a person.",
    "breaker",
    "change",
)
BREAKERS_OPEN: Final = _gauge(
    "breakers_open", "Number of circuit breakers that are open, by what they do.", "action"
)
ORDERS_REJECTED_TOTAL: Final = _counter(
    "orders_rejected_total", "Orders that the venue refused, by instrument.", "instrument"
)
ORDERS_FILLED_TOTAL: Final = _counter(
    "orders_filled_total", "Orders that traded whole.", "instrument"
)
ORDERS_CANCELLED_TOTAL: Final = _counter(
    "orders_cancelled_total", "Orders that ended cancelled or expired.", "instrument"
)
ORDERS_UNKNOWN_TOTAL: Final = _counter(
    "orders_unknown_total", "Times an order was sent and the venue gave no answer.", "instrument"
)
FILLS_TOTAL: Final = _counter("fills_total", "Fills booked.", "instrument")
OPEN_ORDERS: Final = _gauge("open_orders", "Orders that are not over.")
GATEWAY_READY: Final = _gauge(
    "gateway_ready", "1 while the gateway is reconciled with the venue and sends, else 0."
)
RECONCILE_RUNS_TOTAL: Final = _counter(
    "reconcile_runs_total", "Comparisons of our books with the venue's, by why and what was found.",
    "cause", "outcome",
)  # fmt: skip
RECONCILE_DIFFERENCES_TOTAL: Final = _counter(
    "reconcile_differences_total",
    "Differences found between our books and the venue's, and what was done.",
    "action", "kind",
)  # fmt: skip
RECONCILE_SECONDS: Final = _seconds("reconcile_seconds", "Time a comparison takes.")
RECONCILE_WHOLE: Final = _gauge(
    "reconcile_whole", "1 while the last comparison found no difference, else 0."
)

# ------------------------------------------------------------------------------ latency
STAGE_LATENCY_SECONDS: Final = _seconds(
    "stage_latency_seconds", "Time of a stage on the way from message to fill.", "stage"
)
SIGNAL_TO_ORDER_P95_SECONDS: Final = _gauge(
    "signal_to_order_p95_seconds",
    "Time from a message to the order it caused, exceeded by 5 % of the window.",
)
SIGNAL_TO_ORDER_P99_SECONDS: Final = _gauge(
    "signal_to_order_p99_seconds",
    "Time from a message to the order it caused, exceeded by 1 % of the window.",
)

# ------------------------------------------------------------------------------ the account
ACCOUNT_NAV: Final = _gauge(
    "account_nav", "Worth of the account at the marks, in its currency.", "currency"
)
ACCOUNT_CASH: Final = _gauge("account_cash", "Cash of the account, in its currency.", "currency")
ACCOUNT_PNL: Final = _gauge(
    "account_pnl", "Profit since the run began, in the account's currency.", "currency"
)
ACCOUNT_DAY_PNL: Final = _gauge(
    "account_day_pnl", "Profit since midnight UTC, in the account's currency.", "currency"
)
ACCOUNT_FEES: Final = _gauge(
    "account_fees", "Fees paid since the run began, in the account's currency.", "currency"
)
ACCOUNT_EXPOSURE: Final = _gauge(
    "account_exposure", "Sum of the positions' absolute values, in the account's currency.",
    "currency",
)  # fmt: skip
EXPOSURE_RATIO: Final = _gauge("exposure_ratio", "Exposure as a fraction of NAV.")
GATE_VAR_RATIO: Final = _gauge(
    "gate_var_ratio", "Value at risk as the gate measures it, as a fraction of equity."
)
GATE_ES_RATIO: Final = _gauge(
    "gate_es_ratio", "Expected shortfall as the gate measures it, as a fraction of equity."
)
VALUE_AT_RISK: Final = _gauge(
    "value_at_risk", "Value at risk by a model, in the account's currency; losses are positive.",
    "model", "horizon", "level",
)  # fmt: skip
EXPECTED_SHORTFALL: Final = _gauge(
    "expected_shortfall", "Expected shortfall by a model, in the account's currency.",
    "model", "horizon", "level",
)  # fmt: skip
DRAWDOWN_RATIO: Final = _gauge(
    "drawdown_ratio", "Fall from the highest NAV as a fraction of it; 0.05 is 5 %."
)
POSITION_BASE_UNITS: Final = _gauge(
    "position_base_units", "Size held of an instrument; negative when short.", "instrument"
)
POSITION_VALUE: Final = _gauge(
    "position_value", "Worth of a position at its mark, in the account's currency.", "instrument"
)

# ------------------------------------------------------------------------------ the front door
API_REQUESTS_TOTAL: Final = _counter(
    "api_requests_total", "Requests answered by the API, by route and status.",
    "method", "route", "status",
)  # fmt: skip
API_REQUEST_SECONDS: Final = _seconds(
    "api_request_seconds", "Time the API takes to answer a request.", "route"
)
API_REQUESTS_UNDER_WAY: Final = _gauge(
    "api_requests_under_way", "Number of requests that the API is answering."
)
API_REFUSED_TOTAL: Final = _counter(
    "api_refused_total", "Requests that came too fast, by whose limit said so.", "why"
)

# ------------------------------------------------------------------------------ is it well?
PARITY_OK: Final = _gauge("parity_ok", "1 while no identity check found a difference, else 0.")
PARITY_CHECKS_TOTAL: Final = _counter("parity_checks_total", "Identity checks done.")
PARITY_MISMATCHES_TOTAL: Final = _counter(
    "parity_mismatches_total", "Times the state began to differ from what the journal says."
)
RESTARTS_TOTAL: Final = _counter(
    "restarts_total", "Times the supervisor started a part again.", "part"
)
CONTROL_COMMANDS_TOTAL: Final = _counter(
    "control_commands_total", "Commands of a person that were taken.", "command"
)
ROLE_READY: Final = _gauge("role_ready", "1 while a role is ready for work, else 0.", "role")
IS_LEADER: Final = _gauge("is_leader", "1 in the process that leads, else 0.")
LEADER_EPOCH: Final = _gauge("leader_epoch", "Number of the leadership this process knows.")
PHASE: Final = _gauge("phase", "1 for what the trader is doing, 0 for the others.", "phase")
HEALTH_GOOD: Final = _gauge("health_good", "1 while a part is well, else 0.", "part")
UPTIME_SECONDS: Final = _gauge("uptime_seconds", "Time since this process began.")
STATE_DISK_FREE_BYTES: Final = _gauge(
    "state_disk_free_bytes", "Room left on the disk of the state folder."
)
STATE_DISK_SIZE_BYTES: Final = _gauge(
    "state_disk_size_bytes", "Size of the disk of the state folder."
)
ALERTS_TOTAL: Final = _counter("alerts_total", "Alerts sent, by severity.", "severity")
RUN_INFO: Final = _gauge("run_info", "Number 1, with mode and venue of the run.", "mode", "venue")
BUILD_INFO: Final = _gauge("build_info", "Number 1, with the version that runs.", "version")
METRICS_DROPPED_TOTAL: Final = _counter(
    "metrics_dropped_total", "Writes of metrics that found no room for another series."
)
