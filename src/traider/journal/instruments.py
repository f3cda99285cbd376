"""The instruments that the numbers in a journal's events mean, kept in it as a fact."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from traider.domain.errors import DataError, UsageError

INSTRUMENTS_FACT: Final = "instruments"


@dataclass(frozen=True)
class JournalInstrument:
    """What events of a number are about; the number is the place in the list."""

    name: str
    symbol: str
    tick_size: Decimal
    lot_size: Decimal


def instruments_body(instruments: Sequence[JournalInstrument]) -> bytes:
    """Return the body of the fact that lists ``instruments``."""
    rows = [
        {
            "name": each.name,
            "symbol": each.symbol,
            "tick_size": str(each.tick_size),
            "lot_size": str(each.lot_size),
        }
        for each in instruments
    ]
    return json.dumps({"instruments": rows}, ensure_ascii=False).encode()


def instruments_of(body: bytes) -> tuple[JournalInstrument, ...]:
    """Return the instruments that a fact lists.

    Raises:
        DataError: it lists none, or not as ``instruments_body`` writes them.
    """
    try:
        return tuple(
            JournalInstrument(
                str(row["name"]),
                str(row["symbol"]),
                Decimal(row["tick_size"]),
                Decimal(row["lot_size"]),
            )
            for row in json.loads(body)["instruments"]
        )
    except (ValueError, KeyError, TypeError, InvalidOperation) as fault:
        raise DataError(
            f"the fact of the instruments cannot be read: {fault!r}",
            fix="read it with the traider that wrote it",
        ) from fault


def joined_instruments(
    known: Sequence[JournalInstrument], wanted: Sequence[JournalInstrument]
) -> tuple[JournalInstrument, ...]:
    """Return the instruments of a journal that held ``known`` and is opened for ``wanted``.

    Those it holds keep their numbers; further ones may follow them. None wanted means the known.

    Raises:
        UsageError: a number would change its meaning.
    """
    for number, (held, asked) in enumerate(zip(known, wanted, strict=False)):
        if held != asked:
            raise UsageError(
                f"instrument {number} of the journal is {_said(held)}, not {_said(asked)}",
                fix="keep the journal's list and add to its end, or begin a journal elsewhere",
            )
    return tuple(known) if len(wanted) < len(known) else tuple(wanted)


def _said(instrument: JournalInstrument) -> str:
    return f"{instrument.name} by {instrument.tick_size} and {instrument.lot_size}"
