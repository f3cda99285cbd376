"""The numbers of the rules that every engine trades.

Engines are given prices in ticks of 0.01 and trade one lot of 0.01 BTC, so that money comes in
units of 0.0001: every price is a whole number, averages are exact, and two equal averages are equal
in every engine.
"""

TICK = 0.01
LOT = 0.01
MONEY = 1.0 / (TICK * LOT)
"""Units of money a dollar."""
CASH = 100_000.0 * MONEY
FEE = 0.001
FAST, SLOW = 5, 20
RSI_WINDOW = 14
RSI_HIGH = 70.0

CROSS_CASH = 10_000
CROSS_FAST, CROSS_SLOW = 24, 72
CROSS_LOT = 1e-8
HOUR_NS = 3_600_000_000_000

BOOK_TICK = 0.1
BOOK_LOT = 0.001
BOOK_MONEY = 1.0 / (BOOK_TICK * BOOK_LOT)
QUOTE_LOTS = 10
"""Size of each of the two quotes."""
QUOTE_DISTANCE = 1
"""Ticks outside the best price."""
QUOTE_EVERY_NS = 1_000_000_000
ORDER_LATENCY_NS = 1_000_000
"""From a decision to the venue; its answer is known there and then."""
BOOK_MAKER_FEE = 0.0002
BOOK_TAKER_FEE = 0.0005

AVERAGE_WINDOW = 20
RANGE_WINDOW = 14
VWAP_WINDOW = 60
INDICATORS = ("SMA 20", "EMA 20", "RSI 14", "ATR 14", "ADX 14", "Std 20", "VWAP-z 60")

SWEEP_FASTS = range(2, 42)
SWEEP_SLOWS = range(45, 95, 2)
SWEEP_PAIRS = tuple((fast, slow) for fast in SWEEP_FASTS for slow in SWEEP_SLOWS)
"""1,000 pairs of windows, every fast one shorter than every slow one."""
