"""Numbers that compiled code and people share: operations, limits, verdicts, rejects, results."""

from enum import IntEnum


class Op(IntEnum):
    """Operations of the feature tape; ``traider.features.catalogue`` says what each means."""

    SMA = 1
    EMA = 2
    RSI = 3
    ATR = 4
    ADX = 5
    RETURN = 6
    ROLLING_VOLATILITY = 7
    EWM_VOLATILITY = 8
    VWAP_Z = 9
    LAG = 10
    ADD = 11
    SUBTRACT = 12
    MULTIPLY = 13
    DIVIDE = 14
    TRUE_RANGE = 15
    PLUS_DI = 16
    MINUS_DI = 17
    LOG_RETURN = 18
    PARKINSON = 19
    GARMAN_KLASS = 20
    VWAP = 21
    STDEV = 22
    ZSCORE = 23
    HIGHEST = 24
    LOWEST = 25
    SLOPE = 26
    AUTOCORRELATION = 27
    QUANTILE = 28
    CHANGE = 29
    BETA = 30
    SESSION_VWAP = 31
    SEASONAL_MEAN = 32
    SEASONAL_Z = 33
    QUANTILE_VALUE = 34
    # Live: of the book at each whole message, then of the flow at each trade.
    BID = 64
    ASK = 65
    BID_SIZE = 66
    ASK_SIZE = 67
    SPREAD = 68
    MID = 69
    MICROPRICE = 70
    IMBALANCE = 71
    ORDER_FLOW = 72
    SIGNED_VOLUME = 73
    TRADED_VOLUME = 74


class FrameKind(IntEnum):
    """What ends a bar of a frame."""

    TIME = 0
    VOLUME = 1
    NOTIONAL = 2
    FUNDING = 3
    """Each settlement is a bar of one price, the rate."""
    LIVE = 4
    """No bars: its operations run at each whole message of the book and at each trade."""


class BookState(IntEnum):
    """What the two sides of a book say together."""

    EMPTY = 0
    ONE_SIDED = 1
    OPEN = 2
    LOCKED = 3
    CROSSED = 4


OWNED_LEG = 0x80
"""Bit of an order id's leg: a plan, a worked order or a quote owns the order, and replaces it."""


class PlanState(IntEnum):
    """Where an order plan stands."""

    NONE = 0
    ENTERING = 1
    OPEN = 2
    CLOSING = 3
    """Exits are being cancelled; what is held then goes to the market."""


class SliceState(IntEnum):
    """Where one part of a plan's exits stands."""

    FREE = 0
    WAITING = 1
    """Has lots and no order at the venue: the soft stop guards it."""
    RESTING = 2
    CANCELLING = 3
    """Its orders are being taken back, to be placed anew or for good."""
    ENDING = 4
    """One of its orders is over and the venue ends the other."""


class WorkState(IntEnum):
    """Where a worked order stands."""

    IDLE = 0
    WAITING = 1
    """No child at the venue."""
    SENT = 2
    RESTING = 3
    CANCELLING = 4


class WorkEnd(IntEnum):
    """Why a worked order ended, or ends as soon as its child did."""

    NONE = 0
    DONE = 1
    CHANGED = 2
    """Something else is wanted by now."""
    OUT_OF_TIME = 3
    FAILED = 4
    """Too many children were refused, rejected or taken back by others."""
    TOO_SMALL = 5
    """The rest is less than the venue takes."""
    HALTED = 6
    """Pause, emergency stop, a broken stream, or an exit of the plan."""
    SLIPPED = 7
    """The mark moved against it by more than the slippage budget."""


class Sizing(IntEnum):
    """How a direction becomes an exposure."""

    VOLATILITY_TARGET = 1
    FIXED = 2
    ALL_IN = 3
    ATR = 4
    """Risk a fraction of equity on a move of so many average true ranges."""
    FIXED_RISK = 5
    """Risk a fraction of equity on the distance to the stop."""


class Style(IntEnum):
    """How a wanted size is worked."""

    MARKET = 1
    LIMIT = 2
    POST_ONLY = 3
    TWAP = 4
    ICEBERG = 5
    QUOTE = 6
    """Two resting quotes around the best prices, replaced at each decision."""


class QueueModel(IntEnum):
    """Where in a book's queue a resting order of ours is believed to stand."""

    PESSIMISTIC = 0
    """All that stood at the price when it came is ahead, and who cancels stood behind."""
    PROBABILISTIC = 1
    """Who cancels stood ahead or behind in proportion."""
    OPTIMISTIC = 2
    """Nobody is ahead."""


class Task(IntEnum):
    """What the simulated venue is called for."""

    SELLS_AT_OPEN = 0
    BUYS_AT_OPEN = 1
    VALUE_AT_OPEN = 2
    CHECK_MARGIN = 3
    BAR = 4
    ANSWER = 5
    DEPTH = 6
    TRADE = 7
    FACT = 8


class Limit(IntEnum):
    """Index of a limit of the gate. 0 switches a limit off."""

    MAX_ORDER_NOTIONAL = 0
    MAX_ORDER_SIZE = 1
    PRICE_COLLAR = 2
    MAX_EXPOSURE = 3
    MAX_GROSS_EXPOSURE = 4
    MAX_LEVERAGE = 5
    MAX_ORDERS_PER_MINUTE = 6
    MAX_DAILY_LOSS = 7
    MAX_DRAWDOWN = 8
    MAX_DATA_AGE_NS = 9
    MAX_NET_EXPOSURE = 10
    MAX_GROUP_EXPOSURE = 11
    SELF_TRADE = 12
    """1 refuses an order that would meet one of our own."""
    MAX_POSITION_NOTIONAL = 13
    MAX_POSITIONS = 14
    MAX_DAILY_LOSS_AMOUNT = 15
    MAX_DAILY_LOSS_SIGMAS = 16
    """Standard deviations of the last days' profit and loss."""
    MAX_CORRELATED_EXPOSURE = 17
    MAX_VAR = 18
    MAX_ES = 19
    MAX_MARGIN_USE = 20
    MIN_LIQUIDATION_DISTANCE = 21


LIMIT_COUNT = len(Limit)


class Verdict(IntEnum):
    """The gate's answer: 0 approves, everything else is the check that refused."""

    APPROVED = 0
    KILLED = 1
    PAUSED = 2
    INSTRUMENT = 3
    MALFORMED = 4
    MIN_SIZE = 5
    MIN_NOTIONAL = 6
    MAX_SIZE = 7
    MAX_NOTIONAL = 8
    NO_PRICE = 9
    PRICE_COLLAR = 10
    STALE_DATA = 11
    SHORT_NOT_ALLOWED = 12
    EXPOSURE = 13
    GROSS_EXPOSURE = 14
    LEVERAGE = 15
    ORDER_RATE = 16
    DAILY_LOSS = 17
    DRAWDOWN = 18
    OPEN_ORDERS = 19
    NET_EXPOSURE = 20
    GROUP_EXPOSURE = 21
    SELF_TRADE = 22
    UNHEALTHY = 23
    NOT_SENT = 24
    """The process ended before the order could be sent; it is out of date by now."""
    OLD_EPOCH = 25
    """It comes from a leader that was replaced."""
    NOT_READY = 26
    """The gateway is not reconciled with the venue."""
    POSITION_NOTIONAL = 27
    POSITIONS = 28
    DAILY_LOSS_AMOUNT = 29
    DAILY_LOSS_SIGMAS = 30
    NO_COVARIANCE = 31
    """Too few returns were sampled to measure risk by; the number is how many."""
    CORRELATED_EXPOSURE = 32
    VAR = 33
    ES = 34
    MARGIN_USE = 35
    LIQUIDATION_DISTANCE = 36
    # A circuit breaker is open: 64 and its code, see ``breaker_records``.
    BREAKER_DAILY_LOSS = 64
    BREAKER_DRAWDOWN_REDUCE = 65
    BREAKER_DRAWDOWN_CLOSE = 66
    BREAKER_DRAWDOWN_HALT = 67
    BREAKER_LOSING_STREAK = 68
    BREAKER_CONFIDENCE = 69
    BREAKER_REJECT_RATE = 70
    BREAKER_LATENCY = 71
    BREAKER_RECONCILE = 72
    BREAKER_STALE_FEED = 73
    BREAKER_OUTAGE = 74
    BREAKER_PRICE_JUMP = 75
    BREAKER_PRICE_SIGMA = 76
    BREAKER_SPREAD = 77


class Reject(IntEnum):
    """Why the simulated venue rejected or cancelled an order."""

    NONE = 0
    TOO_SMALL = 1
    INSUFFICIENT_FUNDS = 2
    WOULD_TAKE = 3
    UNKNOWN_ORDER = 4
    NOTHING_TO_REDUCE = 5
    NO_ROOM = 6
    BY_REQUEST = 7
    NOT_FILLED_AT_ONCE = 8
    OTHER_LEG_FILLED = 9
    ENTRY_GONE = 10
    LIQUIDATED = 11
    MARGIN = 12
    NO_LIQUIDITY = 13


class Result(IntEnum):
    """Why the compiled loop returned."""

    DONE = 0
    OUTPUT_FULL = 1
    QUEUE_FULL = 2
    UNSORTED = 3
    INTENTS = 4
    """Orders are wanted, and a gateway outside the loop sends them."""
