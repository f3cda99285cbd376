"""Times as text: ISO dates of many rows at once to nanoseconds UTC, and one instant to text."""

from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.timeframes import DAY_NS, SECOND_NS
from traider.store.arrow_columns import Cells, compute, flags
from traider.store.kinds import BoolArray, IntArray

_ISO: Final = (
    r"^\s*(?P<year>\d{4})[-/](?P<month>\d{2})[-/](?P<day>\d{2})"
    r"(?:[T ]+(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?)?(?:-(?P<half>AM|PM|am|pm))?)?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?\s*$"
)
"""ISO 8601 as venues and spreadsheets write it, and ``2019-10-17 09-AM`` of CryptoDataDownload."""

YEAR_MIN: Final = 1678
YEAR_MAX: Final = 2261
"""The first and the last whole year in an int64 of nanoseconds since 1970."""
_UNITS: Final = (("d", DAY_NS), ("h", 3600 * SECOND_NS), ("m", 60 * SECOND_NS))
_FIELDS: Final = ("year", "month", "day", "hour", "minute", "second")


def parse_instants(texts: Cells) -> tuple[IntArray, BoolArray]:
    """Return the instants that ``texts`` spell and which of them are readable.

    A time without a zone is taken as UTC. Dates that exist in no calendar, hours after 23,
    minutes or seconds after 59, and years that no int64 of nanoseconds holds are not readable.
    """
    found = compute.extract_regex(texts, _ISO)
    readable = flags(found.is_valid())
    if not len(texts):
        return np.zeros(0, np.int64), np.zeros(0, np.bool_)
    field = {name: _whole(found.field(place)) for place, name in enumerate(_FIELDS)}
    names = [found.type.field(place).name for place in range(found.type.num_fields)]
    fraction, half, zone = (found.field(names.index(n)) for n in ("fraction", "half", "zone"))
    nanoseconds = _whole(compute.utf8_rpad(compute.fill_null(fraction, ""), 9, "0"))
    hour, sound_hour = _hour(field["hour"], half)
    months = (field["year"] - 1970) * 12 + field["month"] - 1
    days, sound_day = _days(months, field["day"])
    readable &= (field["month"] >= 1) & (field["month"] <= 12) & sound_day & sound_hour
    readable &= (field["year"] >= YEAR_MIN) & (field["year"] <= YEAR_MAX)
    readable &= (field["minute"] <= 59) & (field["second"] <= 59)
    seconds = (hour * 60 + field["minute"]) * 60 + field["second"] - _offset_seconds(zone)
    ts_ns = days * DAY_NS + seconds * SECOND_NS + nanoseconds
    return np.where(readable, ts_ns, 0), readable


def _whole(texts: Cells) -> IntArray:
    """Return digits as integers; what is missing counts 0."""
    filled = compute.fill_null(texts, "0")
    filled = compute.if_else(compute.equal(filled, ""), "0", filled)
    numbers: IntArray = filled.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _hour(hour: IntArray, half: Cells) -> tuple[IntArray, BoolArray]:
    marks = compute.utf8_upper(compute.fill_null(half, ""))
    after_noon = flags(compute.equal(marks, "PM"))
    marked = flags(compute.not_equal(marks, ""))
    sound = np.where(marked, (hour >= 1) & (hour <= 12), hour <= 23)
    return np.where(marked, hour % 12 + 12 * after_noon, hour), sound


def _days(months: IntArray, day: IntArray) -> tuple[IntArray, BoolArray]:
    """Return days since 1970, and which days of the month exist."""
    first = months.astype("M8[M]").astype("M8[D]").astype(np.int64)
    after = (months + 1).astype("M8[M]").astype("M8[D]").astype(np.int64)
    return first + day - 1, (day >= 1) & (day <= after - first)


def _offset_seconds(zone: Cells) -> IntArray:
    """Return how far local time is ahead of UTC."""
    texts = compute.fill_null(zone, "")
    signed = compute.match_substring_regex(texts, r"^[+-]")
    digits = compute.if_else(signed, compute.replace_substring(texts, ":", ""), "+0000")
    hours, minutes = (
        _whole(compute.utf8_slice_codeunits(digits, 1, 3)),
        _whole(compute.utf8_slice_codeunits(digits, 3, 5)),
    )
    behind = flags(compute.starts_with(digits, "-"))
    seconds: IntArray = (hours * 60 + minutes) * 60
    return np.where(behind, -seconds, seconds)


def instant_text(ts_ns: int) -> str:
    """Return an instant as ``2020-03-12T10:45:00Z``, with as many decimals as it needs."""
    whole, rest = divmod(ts_ns, SECOND_NS)
    text = str(np.datetime64(whole, "s"))
    return f"{text}.{rest:09d}".rstrip("0") + "Z" if rest else f"{text}Z"


def length_text(length_ns: int) -> str:
    """Return a length of time in its largest fitting unit: ``8h``, ``33.6h``, ``5m``, ``110ms``."""
    in_hours = length_ns % DAY_NS and length_ns < 3 * DAY_NS
    units = _UNITS[1:] if in_hours else _UNITS
    for unit, size in units:
        if length_ns >= size:
            return f"{length_ns / size:.4g}{unit}"
    if length_ns >= SECOND_NS:
        return f"{length_ns / SECOND_NS:.4g}s"
    return f"{length_ns / 1_000_000:.4g}ms"
