"""Fault rules: one kind of fault each, whom it strikes, when and how often.

A file is TOML: a ``seed`` and a table ``[[fault]]`` a rule::

    seed = 7

    [[fault]]
    kind = "drop"            # a message is numbered and never sent
    channel = "l2_data"
    probability = 0.01
    times = 0                # without end; 1 when it is left out
"""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec

from traider.domain.errors import ConfigError, DataError


class FaultKind(StrEnum):
    """What can go wrong."""

    # A message, after it was numbered.
    DROP = "drop"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    DELAY = "delay"
    SEQUENCE_GAP = "sequence_gap"
    DISCONNECT = "disconnect"
    HALF_OPEN = "half_open"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    CROSSED = "crossed"
    # News of an order, before it is numbered.
    LATE_FILL = "late_fill"
    DUPLICATE_FILL = "duplicate_fill"
    OUT_OF_ORDER_FILL = "out_of_order_fill"
    # A request.
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    ANSWER_LOST = "answer_lost"
    SLOW = "slow"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of a fault
    # An order.
    FAILED_AFTER_ACCEPT = "failed_after_accept"
    FILL_BEFORE_CANCEL = "fill_before_cancel"
    # What lasts, or happens once at a time.
    PARTIAL_FILLS = "partial_fills"
    CLOCK_SKEW = "clock_skew"
    MAINTENANCE = "maintenance"
    BALANCE_CHANGE = "balance_change"
    RESTRICTED_PRODUCT = "restricted_product"
    BIG_SNAPSHOT = "big_snapshot"
    WIDE_SPREAD = "wide_spread"


FRAME_FAULTS: Final = frozenset({
    FaultKind.DROP, FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.DELAY,
    FaultKind.SEQUENCE_GAP, FaultKind.DISCONNECT, FaultKind.HALF_OPEN, FaultKind.MALFORMED,
    FaultKind.TRUNCATED,
})  # fmt: skip
NEWS_FAULTS: Final = frozenset(
    {FaultKind.LATE_FILL, FaultKind.DUPLICATE_FILL, FaultKind.OUT_OF_ORDER_FILL}
)
REQUEST_FAULTS: Final = frozenset({
    FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.ANSWER_LOST, FaultKind.SLOW,
    FaultKind.EXPIRED_TOKEN,
})  # fmt: skip
CONDITIONS: Final = frozenset({
    FaultKind.PARTIAL_FILLS, FaultKind.CLOCK_SKEW, FaultKind.MAINTENANCE,
    FaultKind.BALANCE_CHANGE, FaultKind.RESTRICTED_PRODUCT, FaultKind.BIG_SNAPSHOT,
    FaultKind.WIDE_SPREAD,
})  # fmt: skip


class FaultRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule; a filter that is empty lets everything pass."""

    kind: FaultKind
    probability: float = 1.0
    """Chance that it strikes where it could."""
    after: int = 0
    """How many chances are passed over first."""
    times: int = 1
    """How often it strikes; 0 is without end."""
    start_ms: int = 0
    """Time of the exchange from which it counts, after it was laid down."""
    for_ms: int = 0
    """How long it counts from then on; 0 is until it is cleared."""
    channel: str = ""
    """Name in the messages: ``l2_data``, ``market_trades``, ``user`` …"""
    product_id: str = ""
    connection: int = 0
    method: str = ""
    path: str = ""
    """Beginning of the path behind ``/api/v3/brokerage``."""
    status: int = 0
    """HTTP status of an error, or the code of a WebSocket close; 0 cuts the connection."""
    delay_ms: int = 500
    count: int = 1
    """Numbers skipped, pieces of a fill, levels of a side of a big snapshot, or what a spread is
    multiplied by."""
    offset_ms: int = 0
    """By how much the exchange's clock is ahead."""
    currency: str = ""
    change: str = ""
    """Amount that comes to an account, or with a minus leaves it."""
    flag: str = "cancel_only"
    share: float = 0.5
    """Part of an order that fills before its cancel."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seed: int = 1
    fault: list[FaultRule] = []


def read_fault_file(path: Path) -> tuple[int, list[FaultRule]]:
    """Return seed and rules of a file.

    Raises:
        DataError: the file cannot be read.
        ConfigError: it is no TOML, or a rule cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"cannot be read: {fault}", where=str(path), fix="check the path") from None
    try:
        found = msgspec.convert(tomllib.loads(text), _File)
        for rule in found.fault:
            check_rule(rule)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as fault:
        raise ConfigError(
            str(fault), where=str(path), fix="docs/models/local-exchange.md lists the faults"
        ) from None
    return found.seed, found.fault


def rule_of(body: dict[str, Any]) -> FaultRule:
    """Return the rule that a request lays down.

    Raises:
        ValueError: it cannot be used.
    """
    rule = msgspec.convert(body, FaultRule)
    check_rule(rule)
    return rule


def check_rule(rule: FaultRule) -> None:
    """Raise ``ValueError`` for numbers that make no sense."""
    if not 0.0 < rule.probability <= 1.0:
        raise ValueError(f"{rule.kind}: probability {rule.probability} is not in (0, 1]")
    if not 0.0 < rule.share < 1.0:
        raise ValueError(f"{rule.kind}: share {rule.share} is not in (0, 1)")
    if min(rule.after, rule.times, rule.start_ms, rule.for_ms, rule.delay_ms) < 0:
        raise ValueError(f"{rule.kind}: a negative number")
    if rule.count < 1:
        raise ValueError(f"{rule.kind}: count {rule.count} is below 1")
