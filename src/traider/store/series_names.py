"""The instrument of each symbol of a source, from what the person, its name and its rows say."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from traider.domain.errors import DataError, UsageError
from traider.domain.instruments import InstrumentName
from traider.store.source_names import NameParts, instrument_parts, name_parts, split_symbol


def said_parts(path: Path, venue: str, instrument: str) -> NameParts:
    """Return what is known of the instrument of a file; what the person says comes first.

    Raises:
        UsageError: what the person says is no venue or no instrument.
    """
    if venue and not re.fullmatch(r"\w+", venue, re.ASCII):
        raise UsageError(f"{venue!r} is no venue", where="--venue", fix="write it in one word")
    parts = name_parts(path)
    if instrument:
        said = instrument_parts(instrument)
        parts = replace(
            parts,
            venue=said.venue or parts.venue,
            base=said.base,
            quote=said.quote,
            suffix=said.suffix,
        )
    return replace(parts, venue=venue.upper() or parts.venue)


def names_of_symbols(
    symbols: Sequence[str], parts: NameParts, *, is_said: bool, where: str
) -> dict[str, InstrumentName | None]:
    """Return the instrument of each symbol; None where it cannot be told.

    Args:
        symbols: those of the source; without any the only key is empty.
        parts: what is known of the whole source.
        is_said: whether the person named the instrument; a single symbol is then that one.
        where: the file, for errors.

    Raises:
        UsageError: the person named one instrument, and there are several symbols.
        DataError: two symbols are the same instrument.
    """
    if not symbols:
        return {"": parts.instrument}
    if is_said:
        if len(symbols) > 1:
            raise UsageError(
                f"{where} holds {len(symbols)} instruments",
                where="--instrument",
                fix="leave it out: each symbol becomes an instrument of its own",
            )
        return {symbols[0]: parts.instrument}
    names = {symbol: _name_of(symbol, parts) for symbol in symbols}
    for symbol, name in names.items():
        alike = [other for other in symbols if name is not None and names[other] == name]
        if len(alike) > 1:
            raise DataError(
                f"symbols {' and '.join(alike)} are both {name}",
                where=where,
                fix=f"write {symbol} everywhere",
            )
    return names


def _name_of(symbol: str, parts: NameParts) -> InstrumentName | None:
    found = split_symbol(symbol)
    if found is None:
        return None
    return replace(found, venue=parts.venue, suffix=found.suffix or parts.suffix).instrument
