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


class Silences:
    """Gathers the spans without a row that are longer than some decisions.

    Args:
        definition: of the rows.
        intervals: how many decisions are long.
    """

    def __init__(self, definition: FeatureDefinition, intervals: int) -> None:
        self._definition = definition
        self._intervals = intervals
        self._last_ns = -1
        self._spans: list[tuple[int, int]] = []

    @property
    def _longest_ns(self) -> int:
        return self._intervals * self._definition.decision_ns

    def look(self, ts_ns: IntArray) -> None:
        """Look at the next rows' instants."""
        whole = ts_ns if self._last_ns < 0 else np.concatenate([[self._last_ns], ts_ns])
        for place in np.flatnonzero(np.diff(whole) > self._longest_ns).tolist():
            self._spans.append((int(whole[place]), int(whole[place + 1])))
        self._last_ns = int(whole[-1])

    def findings(self, market: MarketStore, name: InstrumentName) -> list[Finding]:
        """Return the silences in which the market was not silent, the one at the end among them.

        Where ``market`` has nothing of the instrument a silence is a note: nobody can tell.
        """
        definition, longest = self._definition, self._longest_ns
        series = _market_series(market, name, definition)
        end_ns = max((end for _, end in series), default=0)
        spans = list(self._spans)
        if 0 <= self._last_ns < end_ns - longest:
            spans.append((self._last_ns, end_ns))
        if not spans:
            return []
        if not series:
            meaning = (
                "nothing was computed for a while, and there are no market data to judge it by"
            )
            return [_finding("silence", Severity.NOTE, meaning, spans)]
        stale = [span for span in spans if _went_on(market, series, span, definition, longest)]
        if not stale:
            return []
        meaning = f"no row for more than {self._intervals} decisions while the market went on"
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
