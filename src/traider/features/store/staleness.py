"""Find silences of features: no row for too long while the market went on."""

from typing import Final

import numpy as np

from traider.domain.instruments import InstrumentName
from traider.features.definition import FeatureDefinition
from traider.store.findings import PLACES_MAX, Finding, Place, Severity
from traider.store.instants import instant_text
from traider.store.kinds import Content, IntArray
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import MarketStore

_OF_TRADES: Final = (Content.TRADE_EVENTS, Content.TRADES)


def stale_findings(
    market: MarketStore,
    name: InstrumentName,
    definition: FeatureDefinition,
    ts_ns: IntArray,
    intervals: int,
) -> list[Finding]:
    """Return the silences longer than ``intervals`` decisions in which the market was not silent.

    Where ``market`` has nothing of the instrument a silence is a note: nobody can tell.
    """
    longest = intervals * definition.decision_ns
    series = _market_series(market, name, definition)
    last = max((extent_end for _, extent_end in series), default=0)
    ends = np.append(ts_ns[1:], max(last, int(ts_ns[-1]))) if len(ts_ns) else ts_ns
    silent = np.flatnonzero(ends - ts_ns > longest)
    if not len(silent):
        return []
    spans = [(int(ts_ns[place]), int(ends[place])) for place in silent.tolist()]
    if not series:
        meaning = "nothing was computed for a while, and there are no market data to judge it by"
        return [_finding("silence", Severity.NOTE, meaning, spans)]
    stale = [span for span in spans if _went_on(market, series, span, definition, longest)]
    if not stale:
        return []
    meaning = f"no row for more than {intervals} decisions while the market went on"
    return [_finding("stale", Severity.ERROR, meaning, stale)]


def _market_series(
    market: MarketStore, name: InstrumentName, definition: FeatureDefinition
) -> list[tuple[SeriesKey, int]]:
    """Return the series of the instrument that rows follow from, and when each ends."""
    found = []
    for extent in market.series():
        kind = extent.key.kind
        if extent.key.name != name or not extent.rows:
            continue
        if definition.from_trades:
            wanted = kind.content in _OF_TRADES
        else:
            bars = kind.content is Content.BARS and kind.timeframe == definition.bars
            wanted = bars or kind.content is Content.BAR_EVENTS
        if wanted:
            found.append((extent.key, extent.last_ns + kind.length_ns))
    return found


def _went_on(
    market: MarketStore,
    series: list[tuple[SeriesKey, int]],
    span: tuple[int, int],
    definition: FeatureDefinition,
    longest: int,
) -> bool:
    """Whether something came inside a silence, early enough to be decided on before its end.

    Bars are stamped at their opening: what opened after the last row, or with it, is news.
    """
    start, end = span
    until = max(end - longest, start + definition.decision_ns)
    for key, _ in series:
        begin = start if key.kind.content is Content.BARS else start + 1
        for table in market.read(key, begin, until):
            if table.num_rows:
                return True
    return False


def _finding(kind: str, severity: Severity, meaning: str, spans: list[tuple[int, int]]) -> Finding:
    longest = sorted(spans, key=lambda span: span[0] - span[1])[:PLACES_MAX]
    places = tuple(
        Place(f"{instant_text(start)} to {instant_text(end)}", instant_text(start))
        for start, end in longest
    )
    return Finding(kind, severity, len(spans), meaning, places[0], places)
