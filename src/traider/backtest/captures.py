"""Raw captures of a venue's messages as the data of a back-test.

    is_capture(path: Path) -> bool
    instrument_of_capture(path: Path) -> str
    capture_sources(paths: Sequence[Path], rules: Mapping[str, TradingRules] = {})
        -> tuple[CaptureSource, ...]
    capture_chunks(sources: Sequence[CaptureSource]) -> Iterator[EventArray]
    load_capture(paths: Sequence[Path], rules: Mapping[str, TradingRules] = {}) -> EventArray

and in ``capture_scan``, for what a report must say of the data (one pass, holding no events):

    scan_captures(paths: Sequence[Path], rules: Mapping[str, TradingRules] = {})
        -> tuple[Capture, ...]                                  # each is a CaptureSource too

A file is named ``BINANCE-<market>-<symbol>[-…].txt.zst`` (also ``.txt.gz``, ``.txt``), its market
``SPOT`` or ``USDM``. Files of one instrument follow one another by their first receive time: the
book and its continuity go on from file to file. Several instruments are merged by time; an event's
``instrument`` is the position in the tuple of sources, the order in which the paths first name
them.

Events come in the total order. Within one instrument no two messages share a receive time, so the
order is that of arrival; LAST_OF_MESSAGE is to be read for each instrument alone, since at one
instant records of another may stand between. Depth comes only after a snapshot.

Tick and lot are those of ``rules`` (by instrument), else of the shipped registry, else the finest
decimals of the files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final

from traider.backtest.bar_files import TradingRules
from traider.backtest.merging import merge_streams
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, join_events
from traider.venues.binance.grid import finest_grid
from traider.venues.binance.instruments import VENUE, Market, instrument_name, registered
from traider.venues.binance.mapper import BinanceMapper
from traider.venues.captures import ReceiveOrder, at_line, first_receive_ns, read_capture
from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing

Rules = Mapping[str, TradingRules]
NO_RULES: Final[Rules] = MappingProxyType({})

CHUNK_EVENTS: Final = 65_536
ENDINGS: Final = (".txt", ".txt.gz", ".txt.zst")

_NAME_HINT: Final = "name it BINANCE-SPOT-<symbol>.txt.zst or BINANCE-USDM-<symbol>.txt.zst"


@dataclass(frozen=True, kw_only=True)
class CaptureSource:
    """The files of one instrument in the order of time, and the grid its events count on."""

    paths: tuple[Path, ...]
    market: Market
    symbol: str
    instrument: str
    tick_size: Decimal
    lot_size: Decimal
    min_size: Decimal
    min_notional: Decimal
    funding_interval_ns: int = 0
    """Length of a funding interval by the registry; 0 when unknown."""
    is_funded_by_file: bool = False
    """Whether a file tells the settlements, so that those seen in the stream are left out."""

    @property
    def is_derivative(self) -> bool:
        """Whether positions are held on margin."""
        return self.market is not Market.SPOT


class CaptureReader:
    """One reading of a source: ``chunks`` yields its events, the rest tells what was met so far.

    Args:
        source: the files.
        instrument: what the events carry.
    """

    def __init__(self, source: CaptureSource, instrument: int) -> None:
        self.source = source
        self.messages = 0
        self.order = ReceiveOrder()
        self._mapper = BinanceMapper(
            source.market,
            [
                Listing(
                    source.symbol,
                    instrument,
                    source.tick_size,
                    source.lot_size,
                    source.funding_interval_ns,
                )
            ],
        )

    @property
    def counts(self) -> MapperCounts:
        """What the messages were."""
        return self._mapper.counts

    @property
    def has_book(self) -> bool:
        """Whether a book stands on an unbroken stream after the last message read."""
        return self._mapper.is_whole(self.source.symbol)

    def chunks(self, size: int = CHUNK_EVENTS) -> Iterator[EventArray]:
        """Yield the events of all files; a chunk ends with the message that fills ``size``.

        Raises:
            DataError: a file is damaged, or a message cannot be mapped; the line is named.
        """
        out, take = EventWriter(), self._mapper.take
        for path in self.source.paths:
            for number, ts_recv, raw in read_capture(path, self.order):
                try:
                    take(raw, ts_recv, out)
                except DataError as fault:
                    raise at_line(fault, path, number) from fault
                self.messages += 1
                if len(out) >= size:
                    yield self._wanted(out.take())
        if len(out):
            yield self._wanted(out.take())

    def _wanted(self, events: EventArray) -> EventArray:
        """Return ``events`` without the settlements that a file tells: nothing is paid twice."""
        if not self.source.is_funded_by_file:
            return events
        kept: EventArray = events[(events["kind"] != Kind.FUNDING) | (events["w4"] == 0)]
        return kept


def is_capture(path: Path) -> bool:
    """Whether the ending of ``path`` is that of a capture."""
    return path.name.endswith(ENDINGS)


def instrument_of_capture(path: Path) -> str:
    """Return the instrument that the name of a capture tells of.

    Raises:
        DataError: the name tells of none.
    """
    return str(instrument_name(*_market_and_symbol(path)))


def capture_sources(paths: Sequence[Path], rules: Rules = NO_RULES) -> tuple[CaptureSource, ...]:
    """Group files by instrument, put them in the order of time and find their grids.

    A file is read to its end only where neither ``rules`` nor the registry know the grid.

    Raises:
        DataError: a name tells of no instrument, a file is named twice or cannot be read.
    """
    groups: dict[tuple[Market, str], list[Path]] = {}
    for path in paths:
        group = groups.setdefault(_market_and_symbol(path), [])
        if path in group:
            raise DataError("is named twice", where=str(path), fix="name each file once")
        group.append(path)
    return tuple(
        _source(market, symbol, tuple(sorted(group, key=first_receive_ns)), rules)
        for (market, symbol), group in groups.items()
    )


def capture_chunks(sources: Sequence[CaptureSource]) -> Iterator[EventArray]:
    """Yield the events of all sources in the total order, in chunks.

    Raises:
        DataError: see ``CaptureReader.chunks``.
    """
    return merge_streams([CaptureReader(source, k).chunks() for k, source in enumerate(sources)])


def load_capture(paths: Sequence[Path], rules: Rules = NO_RULES) -> EventArray:
    """Return all events of some files: for passes that read them more than once.

    An event takes 64 bytes; the captures of some minutes make a few hundred thousand.

    Raises:
        DataError: see ``capture_sources`` and ``CaptureReader.chunks``.
    """
    return join_events(list(capture_chunks(capture_sources(paths, rules))))


def _market_and_symbol(path: Path) -> tuple[Market, str]:
    parts = path.name.partition(".")[0].upper().split("-")
    markets = {market.value: market for market in Market}
    if len(parts) < 3 or parts[0] != VENUE or parts[1] not in markets or not is_capture(path):
        raise DataError("the name tells of no instrument", where=str(path), fix=_NAME_HINT)
    return markets[parts[1]], parts[2]


def _source(market: Market, symbol: str, paths: tuple[Path, ...], rules: Rules) -> CaptureSource:
    name = str(instrument_name(market, symbol))
    known = registered(market, symbol)
    given = rules.get(name)
    if given is None and known is not None:
        given = TradingRules(known.tick_size, known.lot_size, known.min_size, known.min_notional)
    given = given or TradingRules()
    tick_size, lot_size = given.tick_size, given.lot_size
    if tick_size is None:
        tick_size, finest_lot = _finest(paths)
        lot_size = lot_size if name in rules else finest_lot
    funding = known.funding if known is not None else None
    return CaptureSource(
        paths=paths,
        market=market,
        symbol=symbol,
        instrument=name,
        tick_size=tick_size,
        lot_size=lot_size,
        min_size=given.min_size,
        min_notional=given.min_notional,
        funding_interval_ns=funding.phases[-1].interval_ns if funding else 0,
    )


def _finest(paths: tuple[Path, ...]) -> tuple[Decimal, Decimal]:
    order = ReceiveOrder()
    grids = [finest_grid(raw for _, _, raw in read_capture(path, order)) for path in paths]
    return min(tick for tick, _ in grids), min(lot for _, lot in grids)
