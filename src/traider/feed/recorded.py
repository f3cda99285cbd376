"""A recording as a feed: its messages through the mappers of its connections, by time.

    feed = RecordedFeed(open_recording(paths), venue)
    for events in feed.chunks(): …
    feed.instruments, feed.counts_of(0), feed.is_whole(0)

Each connection has a mapper of its own; symbols of several connections that are one instrument
share its number. When a recorded connection is opened again, its books break until it brings new
snapshots. A REST answer that holds a book goes to the connection that waits for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.domain.errors import DataError
from traider.domain.events import EventArray
from traider.venues.captures import at_line
from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.finest_steps import FINE_STEP, FinestSteps
from traider.venues.listing import Listing
from traider.venues.market_mapper import MarketMapper
from traider.venues.product import Product
from traider.venues.recorded_venue import RecordedVenue
from traider.venues.recordings import Answered, Connected, Received, Record, Recording

CHUNK_EVENTS: Final = 65_536


@dataclass(frozen=True, slots=True)
class RecordedInstrument:
    """What events of a number are about, and the grid they count on."""

    name: str
    tick_size: Decimal
    lot_size: Decimal


class RecordedFeed:
    """One reading of a recording: ``chunks`` yields its events, the rest tells what was met.

    Raises:
        DataError: nothing tells the symbols, or a message read for their grid cannot be mapped.
    """

    def __init__(self, recording: Recording, venue: RecordedVenue) -> None:
        self.recording = recording
        self.messages = 0
        """Messages and answers read so far."""
        self._venue = venue
        self._products = {
            connection.name: venue.products(connection, recording.answers)
            for connection in recording.connections
        }
        names = [each.name for products in self._products.values() for each in products]
        self._numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self.instruments = self._instruments()
        self._routes = self._routed(self.instruments)

    def chunks(self, size: int = CHUNK_EVENTS) -> Iterator[EventArray]:
        """Yield the events; a chunk ends with the message that fills ``size``.

        Raises:
            DataError: a file is damaged, or a message cannot be mapped; the line is named.
        """
        out = EventWriter()
        for record in self.recording.records():
            self.messages += not isinstance(record, Connected)
            self._routes.take(record, out)
            if len(out) >= size:
                yield out.take()
        if len(out):
            yield out.take()

    def counts_of(self, number: int) -> MapperCounts:
        """What was met of an instrument, on all connections."""
        parts = self._routes.of(self.instruments[number].name)
        return MapperCounts.total(mapper.counts_of(symbol) for mapper, symbol in parts)

    @property
    def counts(self) -> MapperCounts:
        """What was met on all connections."""
        return MapperCounts.total(mapper.counts for mapper in self._routes.mappers.values())

    def is_whole(self, number: int) -> bool:
        """Whether a book of an instrument stands on an unbroken stream."""
        parts = self._routes.of(self.instruments[number].name)
        return any(mapper.is_whole(symbol) for mapper, symbol in parts)

    def _instruments(self) -> tuple[RecordedInstrument, ...]:
        """Return every instrument with its grid, read from the messages where nothing tells it."""
        told = {each.name: each for products in self._products.values() for each in products}
        if all(each.tick_size and each.lot_size for each in told.values()):
            finest = FinestSteps()
        else:
            finest = self._finest()
        found = []
        for name, number in self._numbers.items():
            tick_size, lot_size = finest.steps(number)
            product = told[name]
            found.append(
                RecordedInstrument(
                    name, product.tick_size or tick_size, product.lot_size or lot_size
                )
            )
        return tuple(found)

    def _finest(self) -> FinestSteps:
        finest, out = FinestSteps(), EventWriter()
        fine = [RecordedInstrument(name, FINE_STEP, FINE_STEP) for name in self._numbers]
        routes = self._routed(tuple(fine))
        for record in self.recording.records():
            routes.take(record, out)
            if len(out) >= CHUNK_EVENTS:
                finest.add(out.take())
        finest.add(out.take())
        return finest

    def _routed(self, instruments: tuple[RecordedInstrument, ...]) -> "_Routes":
        mappers = {}
        for connection in self.recording.connections:
            listings = [
                self._listing(product, instruments) for product in self._products[connection.name]
            ]
            mappers[connection.name] = self._venue.mapper(connection, listings)
        return _Routes(self._venue, self._products, mappers)

    def _listing(self, product: Product, instruments: tuple[RecordedInstrument, ...]) -> Listing:
        number = self._numbers[product.name]
        grid = instruments[number]
        return Listing(
            product.symbol,
            number,
            grid.tick_size,
            grid.lot_size,
            product.funding_interval_ns,
            product.contract_size,
        )


class _Routes:
    """The mappers of a recording's connections, and which of them a record goes to."""

    def __init__(
        self,
        venue: RecordedVenue,
        products: dict[str, tuple[Product, ...]],
        mappers: dict[str, MarketMapper],
    ) -> None:
        self.mappers = mappers
        self._products = products
        self._snapshot_symbol = venue.snapshot_symbol
        self._opened: set[str] = set()

    def take(self, record: Record, out: EventWriter) -> None:
        """Map one record.

        Raises:
            DataError: it cannot be mapped; the line is named.
        """
        try:
            if isinstance(record, Received):
                self.mappers[record.connection].take(record.raw, record.ts_recv, out)
            elif isinstance(record, Answered):
                self._take_answer(record, out)
            elif isinstance(record, Connected):
                self._take_opening(record, out)
        except DataError as fault:
            raise at_line(fault, record.path, record.line) from fault

    def of(self, name: str) -> list[tuple[MarketMapper, str]]:
        """Return the mappers of an instrument, each with its symbol there."""
        return [
            (self.mappers[connection], product.symbol)
            for connection, products in self._products.items()
            for product in products
            if product.name == name
        ]

    def _take_opening(self, record: Connected, out: EventWriter) -> None:
        if record.connection in self._opened:
            self.mappers[record.connection].disconnect(record.ts_recv, out)
        self._opened.add(record.connection)

    def _take_answer(self, record: Answered, out: EventWriter) -> None:
        symbol = self._snapshot_symbol(record.url)
        if not symbol:
            return
        for mapper in self.mappers.values():
            if symbol in mapper.missing():
                mapper.snapshot(symbol, record.raw, record.ts_recv, out)
                return
