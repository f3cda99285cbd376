"""The bars that a scenario plays: cut out of the past, or made of bars with a shock in them.

A market begins a day before the shock, so that there is history to warm up with, opens fifteen
minutes before it, and goes on for longer than anybody looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from traider.backtest.bar_files import Batch, read_batches, scan_bar_file
from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentName
from traider.risk.stress_scenarios import CRASH, GAP, VOLATILITY_TIMES
from traider.runtime.price_panel import BarSource

FloatArray = npt.NDArray[np.float64]
MINUTE_NS: Final = 60_000_000_000
HISTORY_NS: Final = (24 * 60 + 1) * MINUTE_NS
BEFORE_NS: Final = 15 * MINUTE_NS
AFTER_NS: Final = 20 * MINUTE_NS
"""How long a trader is looked at from the shock on."""
SPARE_NS: Final = 180 * MINUTE_NS
"""Bars beyond that, which the last comparison takes place in."""
BASES: Final = ("BTC", "ETH")
QUOTE: Final = "USDT"
_PRICES: Final = ("open", "high", "low", "close")
_FINEST_NS: Final = 5 * MINUTE_NS
_NS_PER_MS: Final = 1_000_000
_CRASH_BARS: Final = 5
_DECIMALS: Final = 2


@dataclass(frozen=True)
class PlayedMarket:
    """Files of bars to play, and what they hold."""

    files: tuple[Path, ...]
    begins_ns: int
    """When the shock begins."""
    move: float
    """The farthest that bitcoin's price moves from then on, below 0 for a fall."""
    length_ns: int
    """Of a bar."""
    price: float
    """Of bitcoin before the shock."""


@dataclass(frozen=True)
class _Bars:
    """Bars of one instrument by time; prices in columns of open, high, low and close."""

    ts_ns: npt.NDArray[np.int64]
    prices: FloatArray
    volume: FloatArray

    def part(self, first_ns: int, last_ns: int) -> "_Bars":
        """Return the bars that open from ``first_ns`` on and before ``last_ns``."""
        kept = (self.ts_ns >= first_ns) & (self.ts_ns < last_ns)
        return _Bars(self.ts_ns[kept], self.prices[kept], self.volume[kept])


Change = Callable[[dict[str, _Bars], int], None]
"""Puts a shock into bars by base currency, from the bar at a place on."""


def cut_market(sources: Sequence[BarSource], begins_ns: int, folder: Path) -> PlayedMarket:
    """Cut the bars around an instant of the past, the finest there are up to five minutes.

    Raises:
        DataError: a market has no bars then.
    """
    found, length_ns = {}, 0
    for base in BASES:
        source = _source(base, sources, begins_ns)
        length_ns = max(length_ns, source.length_ns)
        found[base] = _read(source.path).part(*_span(begins_ns))
    return _written(found, begins_ns, length_ns, folder)


def made_market(files: Sequence[Path], change: Change, folder: Path) -> PlayedMarket:
    """Put a shock into bars of both markets, a day after their beginning.

    Raises:
        DataError: the files do not hold bars of both for so long.
    """
    found, lengths = {}, []
    for path in files:
        scan = scan_bar_file(path)
        base = InstrumentName.parse(scan.instrument).base
        if base in BASES:
            found[base] = _read(path)
            lengths.append(scan.length_ns)
    if set(found) != set(BASES):
        raise DataError("no bars of BTC and ETH to shock", fix="name them in data.files")
    begins_ns = max(int(each.ts_ns[0]) for each in found.values()) + HISTORY_NS + BEFORE_NS
    begins_ns -= begins_ns % max(lengths)
    first, last = _span(begins_ns)
    found = {base: bars.part(first, last) for base, bars in found.items()}
    place = int(np.searchsorted(found[BASES[0]].ts_ns, begins_ns))
    if any(int(bars.ts_ns[-1]) < begins_ns + AFTER_NS for bars in found.values()):
        raise DataError("the bars end too soon", where=str(files[0]), fix="give two days of bars")
    change(found, place)
    return _written(found, begins_ns, max(lengths), folder)


def crash(bars: dict[str, _Bars], place: int) -> None:
    """Let everything fall by what a flash crash is, in five bars, and stay there."""
    for each in bars.values():
        path = np.linspace(1.0, 1.0 - float(CRASH), _CRASH_BARS + 1)
        _follow(each, place, path[1:])


def gap_down(bars: dict[str, _Bars], place: int) -> None:
    """Let everything open lower, with nothing traded in between."""
    for each in bars.values():
        each.prices[place:] *= 1.0 - float(GAP)


def gap_up(bars: dict[str, _Bars], place: int) -> None:
    """Let everything open higher."""
    for each in bars.values():
        each.prices[place:] *= 1.0 + float(GAP)


def volatile(bars: dict[str, _Bars], place: int) -> None:
    """Let every price move five times as far from where it was."""
    for each in bars.values():
        base = each.prices[place - 1, 3]
        returns = np.log(each.prices[place:] / base) * VOLATILITY_TIMES
        each.prices[place:] = base * np.exp(np.clip(returns, -2.0, 2.0))


def one_bet(bars: dict[str, _Bars], place: int) -> None:
    """Let ether move as bitcoin falls by a flash crash, bar for bar."""
    crash({BASES[0]: bars[BASES[0]]}, place)
    market, other = bars[BASES[0]].prices, bars[BASES[1]].prices
    shared = min(len(market), len(other))
    other[place:shared] = market[place:shared] / market[place - 1, 3] * other[place - 1, 3]


def unchanged(_bars: dict[str, _Bars], _place: int) -> None:
    """Let prices be what they were."""


def _follow(bars: _Bars, place: int, path: FloatArray) -> None:
    """Multiply bars from a place on by a path of factors, the last of which stays."""
    factors = np.full(len(bars.prices) - place, path[-1])
    factors[: len(path)] = path[: len(factors)]
    before = np.concatenate([[1.0], factors[:-1]])
    rest = bars.prices[place:]
    opens, closes = rest[:, 0] * before, rest[:, 3] * factors
    highs = np.maximum.reduce([opens, closes, rest[:, 1] * factors])
    lows = np.minimum.reduce([opens, closes, rest[:, 2] * factors])
    bars.prices[place:] = np.column_stack([opens, highs, lows, closes])


def _span(begins_ns: int) -> tuple[int, int]:
    return begins_ns - BEFORE_NS - HISTORY_NS, begins_ns + AFTER_NS + SPARE_NS


def _source(base: str, sources: Sequence[BarSource], begins_ns: int) -> BarSource:
    """Return the finest bars of a market that cover an instant.

    Raises:
        DataError: there are none up to five minutes long.
    """
    names = {f"{base}-{QUOTE}"}
    fit = [
        each
        for each in sources
        if each.length_ns <= _FINEST_NS and each.instrument.partition(":")[2] in names
    ]
    first_ns, last_ns = _span(begins_ns)
    for source in sorted(fit, key=lambda each: each.length_ns):
        ends = _ends(source)
        if ends[0] <= first_ns + HISTORY_NS and ends[1] >= last_ns - SPARE_NS:
            return source
    raise DataError(
        f"no bars of {base}-{QUOTE} of five minutes or finer then",
        where="--data",
        fix="name a folder that holds them",
    )


def _ends(source: BarSource) -> tuple[int, int]:
    first = last = 0
    for batch in read_batches(source.path, None, None):
        first = first or int(batch.ts_ns[0])
        last = int(batch.ts_ns[-1])
    return first, last


def _read(path: Path) -> _Bars:
    batches: list[Batch] = list(read_batches(path, None, None))
    prices = np.column_stack(
        [np.concatenate([getattr(each, name) for each in batches]) for name in _PRICES]
    )
    return _Bars(
        np.concatenate([each.ts_ns for each in batches]),
        prices,
        np.concatenate([each.volume for each in batches]),
    )


def _written(bars: dict[str, _Bars], begins_ns: int, length_ns: int, folder: Path) -> PlayedMarket:
    folder.mkdir(parents=True, exist_ok=True)
    minutes = length_ns // MINUTE_NS
    files = []
    for base, each in bars.items():
        path = folder / f"BINANCE-{base}-{QUOTE}-{minutes}m.parquet"
        columns = {name: np.round(each.prices[:, k], _DECIMALS) for k, name in enumerate(_PRICES)}
        table = {"ts": each.ts_ns // _NS_PER_MS, **columns, "volume": each.volume}
        pq.write_table(pa.table(table), path)
        files.append(path)
    market = bars[BASES[0]]
    price = _price_before(market, begins_ns)
    return PlayedMarket(tuple(files), begins_ns, _move(market, begins_ns, price), length_ns, price)


def _price_before(bars: _Bars, begins_ns: int) -> float:
    before = bars.part(0, begins_ns)
    return float(before.prices[-1, 3]) if len(before.ts_ns) else float(bars.prices[0, 0])


def _move(bars: _Bars, begins_ns: int, price: float) -> float:
    shown = bars.part(begins_ns, begins_ns + AFTER_NS)
    low, high = float(shown.prices[:, 2].min()), float(shown.prices[:, 1].max())
    return max(low / price - 1.0, high / price - 1.0, key=abs)
