"""What an exported event looks like: the columns of each kind, in people's units.

Prices and sizes become decimals in the instrument's units, beside the ticks and lots that were
kept; money becomes decimals of its currency, times timestamps. What has no unit stays the number
that it is. A column of prices has one scale, fine enough for every instrument of the journal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from traider.domain.events import EventArray, Kind
from traider.domain.payload_table import PAYLOADS, WORD_COUNT, Word
from traider.journal.instruments import JournalInstrument

IntArray = npt.NDArray[np.int64]

NS_TIME: Final = pa.timestamp("ns", tz="UTC")
_PRECISION: Final = 38
_INTEGER: Final = pa.decimal128(19, 0)
_FIXED_STEPS: Final = {
    "money units": Decimal("1e-8"),
    "1e-8 of": Decimal("1e-8"),
    "1e-12": Decimal("1e-12"),
}
"""Units that are the same power of ten for every instrument, by how they begin."""
_HEAD: Final[tuple["pa.Field[Any]", ...]] = (
    pa.field("sequence", pa.int64()),
    pa.field("ts_event", NS_TIME),
    pa.field("ts_recv", NS_TIME),
    pa.field("instrument", pa.int32()),
    pa.field("name", pa.string()),
    pa.field("flags", pa.int32()),
    pa.field("side", pa.int8()),
)


@dataclass(frozen=True)
class WordColumn:
    """A column that one payload word becomes."""

    name: str
    place: int
    type: pa.DataType
    steps: tuple[Decimal, ...] = ()
    """What one of the word is worth, by the number of the instrument; one step is for all."""
    is_none_at_zero: bool = False

    def array(self, events: EventArray, numbers: IntArray) -> "pa.Array[Any]":
        """Return the word of ``events`` as the column has it."""
        if pa.types.is_floating(self.type):
            floats: pa.Array[Any] = pa.array(np.ascontiguousarray(events[f"f{self.place}"]))
            return floats
        values = np.ascontiguousarray(events[f"w{self.place}"])
        if pa.types.is_decimal(self.type):
            return self._decimals(values, numbers)
        mask = (values == 0) if self.is_none_at_zero else None
        whole: pa.Array[Any] = pa.array(values, mask=mask).cast(self.type)
        return whole

    def _decimals(self, values: IntArray, numbers: IntArray) -> "pa.Array[Any]":
        """Return ``values`` times the steps; none where the instrument is not known."""
        whole = pa.array(values).cast(_INTEGER)
        if len(self.steps) == 1:
            numbers = np.zeros_like(numbers)
        order = np.argsort(numbers, kind="stable")
        parts: list[pa.Array[Any]] = []
        for number in np.unique(numbers).tolist():
            part = whole.take(order[numbers[order] == number])
            if number < len(self.steps):
                step = pa.scalar(plain(self.steps[number]))
                parts.append(pc.multiply(part, step).cast(self.type))
            else:
                parts.append(pa.array([None] * len(part), self.type))
        found: pa.Array[Any] = pa.concat_arrays(parts).take(np.argsort(order, kind="stable"))
        return found


@dataclass(frozen=True)
class KindColumns:
    """The columns of one kind and version of event."""

    name: str
    """Of the file."""
    words: tuple[WordColumn, ...]
    instruments: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        """The columns of the file."""
        words = [pa.field(each.name, each.type) for each in self.words]
        return pa.schema([*_HEAD, *words])

    def table(self, sequences: IntArray, events: EventArray) -> pa.Table:
        """Return ``events``, all of this kind, as rows."""
        numbers = events["instrument"].astype(np.int64)
        known = pa.array(self.instruments, pa.string())
        wanted: pa.Array[Any] = pa.array(numbers, mask=numbers >= len(self.instruments))
        name = known.take(wanted)
        head = [
            pa.array(sequences),
            pa.array(np.ascontiguousarray(events["ts_event"])).cast(NS_TIME),
            pa.array(np.ascontiguousarray(events["ts_recv"])).cast(NS_TIME),
            pa.array(numbers).cast(pa.int32()),
            name,
            pa.array(events["flags"].astype(np.int32)),
            pa.array(np.ascontiguousarray(events["side"])),
        ]
        words = [each.array(events, numbers) for each in self.words]
        return pa.Table.from_arrays([*head, *words], schema=self.schema)


def columns_of(kind: int, version: int, instruments: Sequence[JournalInstrument]) -> KindColumns:
    """Return the columns of a kind; of one that the event table does not have, its raw words."""
    names = tuple(each.name for each in instruments)
    payload = PAYLOADS[Kind(kind)] if kind in PAYLOADS else None
    if payload is None or payload.version != version:
        raw = tuple(WordColumn(f"w{place}", place, pa.int64()) for place in range(WORD_COUNT))
        return KindColumns(f"kind-{kind}-version-{version}", raw, names)
    words = [
        column
        for place, word in enumerate(payload.words)
        if word.is_used
        for column in _columns_of_word(place, word, instruments)
    ]
    return KindColumns(payload.kind.name.lower(), tuple(words), names)


def _columns_of_word(
    place: int, word: Word, instruments: Sequence[JournalInstrument]
) -> list[WordColumn]:
    if word.type == "f8":
        return [WordColumn(word.name, place, pa.float64())]
    if word.unit.startswith("ns UTC"):
        return [WordColumn(word.name, place, NS_TIME, is_none_at_zero=", 0" in word.unit)]
    for beginning, step in _FIXED_STEPS.items():
        if word.unit.startswith(beginning):
            return [WordColumn(word.name, place, decimal_type([step]), (step,))]
    grid = grid_of(word)
    if not grid:
        return [WordColumn(word.name, place, pa.int64())]
    raw = WordColumn(f"{word.name}_{grid}", place, pa.int64())
    steps = tuple(each.tick_size if grid == "ticks" else each.lot_size for each in instruments)
    if not steps:
        return [raw]
    # One step would be taken for every instrument; the second one keeps it to the first.
    padded = steps if len(steps) > 1 else steps * 2
    return [WordColumn(word.name, place, decimal_type(steps), padded), raw]


def grid_of(word: Word) -> str:
    """Return what the word counts, ``ticks`` or ``lots``; nothing where it is neither for sure."""
    if ";" in word.unit or word.type == "f8":
        return ""
    first = word.unit.replace(",", " ").split()
    return next((grid for grid in ("ticks", "lots") if grid in first), "")


def decimal_type(steps: Sequence[Decimal]) -> pa.DataType:
    """Return a type whose scale is fine enough for every step."""
    exponents = [int(plain(step).as_tuple().exponent) for step in steps]
    return pa.decimal128(_PRECISION, max(-exponent for exponent in exponents))


def plain(step: Decimal) -> Decimal:
    """Return ``step`` without an exponent above zero."""
    return Decimal(f"{step.normalize():f}")
