"""Rows of the event table about orders: answers, estimates, commands and decisions."""

from typing import Final

from traider.domain.events import Kind
from traider.domain.payload_words import ORDER_SIDE, SCOPE_FLAGS, UNUSED, Row, floating, integer

_ORDER_WORDS: Final = (
    integer("price", "limit in ticks, 0 none"),
    integer("size", "lots; money units when QUOTE_SIZED"),
    integer("trigger", "stop in ticks, 0 none"),
    integer("order_id", "order id"),
    integer("expire", "ns UTC, 0 none"),
)
_END_WORDS: Final = (
    integer("code", "reason, a venue-neutral number"),
    integer("size", "unfilled lots"),
    UNUSED,
    integer("order_id", "order id"),
)
_ORDER_FLAGS: Final = (
    "type (bits 0-3), time in force (bits 4-5), POST_ONLY, REDUCE_ONLY, QUOTE_SIZED, CANCEL, "
    "CHILD, ONE_CANCELS_OTHER"
)

_ANSWER_ROWS: Final[tuple[Row, ...]] = (
    (
        Kind.ACK,
        "The venue holds the order",
        "gateway",
        (
            integer("price", "ticks it rests at, 0 none"),
            integer("size", "lots"),
            integer("id", "the venue's order number"),
            integer("order_id", "order id"),
        ),
        "",
        ORDER_SIDE,
    ),
    (
        Kind.FILL,
        "A part of the order traded",
        "gateway",
        (
            integer("price", "ticks"),
            integer("size", "lots"),
            integer("fee", "money units, negative a rebate; FEE_IN_OTHER: 1e-8 of fee currency"),
            integer("order_id", "order id"),
            integer("leaves", "lots still open"),
        ),
        "MAKER, LIQUIDATION, FEE_IN_OTHER",
        ORDER_SIDE,
    ),
    (Kind.CANCELLED, "The rest was cancelled", "gateway", _END_WORDS, "", ORDER_SIDE),
    (Kind.REJECTED, "The venue refused the order", "gateway", _END_WORDS, "", ORDER_SIDE),
    (Kind.EXPIRED, "The rest ran out of time", "gateway", _END_WORDS, "", ORDER_SIDE),
    (
        Kind.UNKNOWN,
        "The venue's answer is missing; the order may live",
        "gateway",
        _END_WORDS,
        "",
        ORDER_SIDE,
    ),
    (
        Kind.BALANCE,
        "The account's balance in one currency",
        "gateway",
        (
            integer("currency", "8 ASCII bytes"),
            integer("total", "1e-8 of the currency"),
            integer("available", "1e-8 of the currency"),
            integer("held", "1e-8 of the currency"),
        ),
        "",
        "",
    ),
    (
        Kind.TRANSFER,
        "Money came in or went out other than by trading",
        "gateway",
        (
            integer("currency", "8 ASCII bytes"),
            integer("amount", "1e-8 of the currency, negative out"),
            integer("id", "the venue's transfer number"),
            integer("reason", "1 deposit, 2 withdrawal, 3 funding, 4 interest, 5 other"),
        ),
        "",
        "",
    ),
    (
        Kind.RECONCILE_ADJUSTMENT,
        "The venue's books differed from ours; ours now say the same",
        "gateway",
        (
            integer("code", "1 position, 2 cash, 3 order"),
            integer("size", "lots added to the position"),
            integer("cash", "money units added"),
            integer("order_id", "order id, 0 none"),
            integer("at_price", "ticks the position is booked at"),
        ),
        "",
        ORDER_SIDE,
    ),
    (
        Kind.GATEWAY_READY,
        "The gateway sends orders again, after a time in which it could not",
        "runtime",
        (integer("since_ns", "ns UTC, when it could last before"),),
        "",
        "",
    ),
)

_ESTIMATE_ROWS: Final[tuple[Row, ...]] = (
    (
        Kind.RISK_STATE,
        "Risk numbers as the gate used them",
        "risk",
        (
            floating("volatility", "a year, a fraction"),
            floating("value_at_risk", "account currency, 1 day"),
            floating("margin", "used, a fraction of equity"),
            floating("covariance", "a year, with the other instrument"),
            integer("other", "instrument; its own number when alone"),
        ),
        SCOPE_FLAGS,
        "",
    ),
    (
        Kind.LATENCY_ESTIMATE,
        "How long a way takes now",
        "gateway",
        (
            integer("median_ns", "ns"),
            integer("tail_ns", "ns, 99th percentile"),
            integer("samples", "count"),
            integer("way", "1 market data, 2 order, 3 answer, 4 signal to order"),
        ),
        "",
        "",
    ),
    (
        Kind.MODEL_SCORE,
        "A model's opinion of the instrument",
        "learning",
        (
            floating("value", "score in [-1, 1]; of a batch feature its value"),
            floating("confidence", "in [0, 1]"),
            integer("model", "model id"),
            integer("feature_hash", "first 8 bytes of the digest"),
        ),
        "",
        "",
    ),
    (
        Kind.MODEL_CHANGE,
        "Another model serves from now on",
        "learning",
        (
            integer("model", "model id"),
            integer("previous", "model id, 0 none"),
            integer("artifact_hash", "first 8 bytes of the digest"),
            integer("feature_hash", "first 8 bytes of the digest"),
            integer("stage", "1 shadow, 2 canary, 3 full, 4 retired"),
        ),
        "",
        "",
    ),
)

_COMMAND_ROWS: Final[tuple[Row, ...]] = (
    (
        Kind.WEIGHTS_CHANGE,
        "The ensemble weighs an alpha differently",
        "control",
        (
            integer("alpha", "position in the ensemble"),
            floating("weight", "ratio"),
            floating("previous", "ratio"),
        ),
        "",
        "",
    ),
    (
        Kind.THRESHOLDS_CHANGE,
        "A decision threshold changed",
        "control",
        (
            integer("code", "0 enter, 1 exit"),
            floating("value", "score"),
            floating("previous", "score"),
        ),
        "",
        "",
    ),
    (
        Kind.LIMITS_CHANGE,
        "A limit of the gate changed, for the whole account",
        "control",
        (
            integer("code", "position in the gate's limits"),
            floating("value", "limit's unit, 0 off"),
            floating("previous", "limit's unit"),
        ),
        "",
        "",
    ),
    (
        Kind.MANUAL_ORDER,
        "A person's order; the decider passes it on as an intent with an id of its own",
        "control",
        (*_ORDER_WORDS[:3], integer("order_id", "leg; for a cancel the order id"), _ORDER_WORDS[4]),
        _ORDER_FLAGS,
        ORDER_SIDE,
    ),
    (
        Kind.PAUSE,
        "Positions may only shrink until re-armed",
        "control",
        (integer("code", "reason"), integer("user", "user id, 0 the house")),
        "",
        "",
    ),
    (
        Kind.KILL,
        "Emergency stop: cancel all, close all unless kept, refuse everything",
        "control",
        (
            integer("code", "reason"),
            integer("user", "user id, 0 the house"),
            integer("keep_positions", "1 keep, 0 close"),
        ),
        "",
        "",
    ),
    (
        Kind.REARM,
        "A person ended the pause or the emergency stop, and closed what circuit breakers are open",
        "control",
        (integer("code", "reason"), integer("user", "user id")),
        "",
        "",
    ),
    (
        Kind.BREAKER_REARM,
        "A person closed one circuit breaker, and nothing else",
        "control",
        (integer("code", "breaker"), integer("user", "user id")),
        "",
        "",
    ),
    (
        Kind.TIMER,
        "A time came; it follows every fact received at or before it",
        "runtime",
        (integer("code", "timer, 0 the decision clock"), integer("interval_ns", "ns, 0 once")),
        "",
        "",
    ),
)

_DECISION_ROWS: Final[tuple[Row, ...]] = (
    (
        Kind.ORDER_INTENT,
        "The decider wants an order placed or cancelled",
        "kernel",
        _ORDER_WORDS,
        _ORDER_FLAGS,
        ORDER_SIDE,
    ),
    (
        Kind.VERDICT,
        "The gate's answer: the deciding check, its number and its limit",
        "gateway",
        (
            integer("code", "check, 0 approved"),
            floating("number", "measured, in the check's unit"),
            floating("limit", "allowed, in the check's unit"),
            integer("order_id", "order id"),
        ),
        "",
        ORDER_SIDE,
    ),
    (
        Kind.SENT,
        "The order left for the venue",
        "gateway",
        (UNUSED, UNUSED, UNUSED, integer("order_id", "order id")),
        "",
        ORDER_SIDE,
    ),
    (
        Kind.BREAKER,
        "A circuit breaker of the gate tripped, closed by itself, or was re-armed",
        "kernel",
        (
            integer("code", "breaker"),
            floating("number", "measured, in the breaker's unit"),
            floating("limit", "its bound"),
            integer("level", "action in force of account or instrument, 0 none"),
            floating("share", "what is left of the caps where that is reduce, else 0"),
        ),
        "action (bits 0-3), 1 tripped 2 closed 3 re-armed (bits 4-7), 256: whole account",
        "",
    ),
    (
        Kind.DECISION_CONFIDENCE,
        "How sure the alphas were at a decision; told where a breaker watches it",
        "kernel",
        (floating("confidence", "mean in [0, 1]"), integer("scores", "count")),
        "",
        "",
    ),
)

ORDER_PAYLOADS: Final[tuple[Row, ...]] = (
    *_ANSWER_ROWS,
    *_ESTIMATE_ROWS,
    *_COMMAND_ROWS,
    *_DECISION_ROWS,
)
"""Ranks 40 and up."""
