"""What settings say of the instruments of a stream: smallest orders, and never another grid."""

from collections.abc import Sequence
from decimal import Decimal

from traider.backtest.stream_source import StreamSource
from traider.domain.errors import ConfigError
from traider.domain.registry import shipped_instruments
from traider.runtime.config import Config, InstrumentConfig
from traider.runtime.event_stream import GriddedInstrument
from traider.runtime.trading_rules import check_instruments


def stream_sources(
    config: Config, instruments: Sequence[GriddedInstrument]
) -> tuple[StreamSource, ...]:
    """Return the instruments of a stream with their smallest orders.

    Prices are counted in the ticks of the stream, so settings can give minimums and no grid.

    Raises:
        ConfigError: settings give another grid, or do not fit the instruments.
    """
    found = tuple(_source(config, each) for each in instruments)
    check_instruments(config, found)
    return found


def _source(config: Config, instrument: GriddedInstrument) -> StreamSource:
    known = shipped_instruments().get(instrument.name) if config.data.rules != "file" else None
    size, notional = (known.min_size, known.min_notional) if known else (Decimal(0), Decimal(0))
    for entry in config.instruments:
        if entry.name == instrument.name:
            _check_grid(entry, instrument)
            size = size if entry.min_size is None else entry.min_size
            notional = notional if entry.min_notional is None else entry.min_notional
    return StreamSource(
        instrument=instrument.name,
        tick_size=instrument.tick_size,
        lot_size=instrument.lot_size,
        min_size=size,
        min_notional=notional,
    )


def _check_grid(entry: InstrumentConfig, instrument: GriddedInstrument) -> None:
    """Refuse settings that count prices or sizes in other steps than the stream does."""
    for word in ("tick_size", "lot_size"):
        given, held = getattr(entry, word), getattr(instrument, word)
        if given is not None and given != held:
            raise ConfigError(
                f"the events of {instrument.name} count a {word} of {held:f}, not {given:f}",
                where="instruments",
                fix=f"leave {word} out: a stream has its own grid",
            )
