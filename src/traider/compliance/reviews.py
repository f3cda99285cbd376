"""What a person should look at: patterns in transfers and refusals, by thresholds; nothing more.

A finding says that numbers crossed a threshold, never that anybody did anything. Thresholds are in
US dollars; what cannot be valued in them is counted and left out.

| finding | when |
| --- | --- |
| ``daily-total`` | transfers of one direction and one UTC day sum to more than the cash threshold |
| ``just-below`` | several transfers of one direction, each just below a threshold, in a window |
| ``record`` | one transfer of at least the record threshold |
| ``in-and-out`` | a deposit, most of it withdrawn soon after |
| ``self-trade`` | orders that the gate refused because they would have met our own |
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from itertools import groupby
from typing import Final

from traider.compliance.order_records import OrderRecord
from traider.domain.errors import UsageError
from traider.domain.timeframes import DAY_NS

SELF_TRADE: Final = "self-trade"
_HOUR_NS: Final = 3_600_000_000_000
_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Thresholds:
    """From which numbers on a person should look; money in US dollars.

    Defaults: 5,000 is where brokers and futures merchants report what is suspicious (a money
    services business at 2,000), 10,000 where cash is reported by the day, 3,000 where transfers are
    to be recorded. Window and shares are a house's choice.
    """

    suspicious: Decimal = Decimal(5_000)
    """Least sum of the patterns ``just-below``, ``in-and-out``."""
    daily: Decimal = Decimal(10_000)
    record: Decimal = Decimal(3_000)
    near_share: Decimal = Decimal("0.8")
    """A transfer from this share of a threshold on is just below it."""
    window_days: Decimal = Decimal(5)
    """Of ``just-below``: rolling."""
    out_hours: Decimal = Decimal(72)
    """Of ``in-and-out``: from the deposit on."""
    out_share: Decimal = Decimal("0.8")
    """Of ``in-and-out``: part of the deposit that is withdrawn."""

    def __post_init__(self) -> None:
        """Refuse thresholds that nothing or everything crosses.

        Raises:
            UsageError: one is not positive, or a share is above 1.
        """
        for each in fields(self):
            value: Decimal = getattr(self, each.name)
            most = Decimal(1) if each.name.endswith("share") else None
            if not value.is_finite() or value <= 0 or (most is not None and value > most):
                bound = "above 0" if most is None else "above 0 and at most 1"
                raise UsageError(
                    f"the threshold {each.name.replace('_', '-')} is {value}", fix=f"set it {bound}"
                )


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came in (positive) or went out."""

    position: int
    """In the journal."""
    ts_ns: int
    currency: str
    amount: Decimal
    dollars: Decimal | None
    """Its worth with the sign of the amount; None where it is not known."""

    @property
    def is_in(self) -> bool:
        """Whether it came in."""
        return self.amount > 0

    @property
    def size(self) -> Decimal:
        """Dollars without a sign; 0 where they are not known."""
        return abs(self.dollars) if self.dollars is not None else _ZERO


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that crossed a threshold."""

    kind: str
    first_ns: int
    last_ns: int
    dollars: Decimal | None
    """None where no money moved."""
    threshold: Decimal | None
    said: str
    """What was seen, in a sentence."""
    positions: tuple[int, ...]
    """Where the journal tells of it."""


def find_all(
    movements: Sequence[Movement], orders: Sequence[OrderRecord], thresholds: Thresholds
) -> tuple[Finding, ...]:
    """Return everything that a person should look at, by kind and time."""
    found: list[Finding] = []
    for is_in in (True, False):
        one_way = [each for each in movements if each.is_in is is_in and each.size]
        way = "deposits" if is_in else "withdrawals"
        found += _daily(one_way, way, thresholds)
        found += _just_below(one_way, way, thresholds)
        found += _records(one_way, way, thresholds)
    found += _in_and_out(movements, thresholds)
    found += _self_trades(orders)
    return tuple(sorted(found, key=lambda each: (each.kind, each.first_ns, each.positions)))


def _daily(one_way: Sequence[Movement], way: str, thresholds: Thresholds) -> Iterator[Finding]:
    for _, several in groupby(one_way, lambda each: each.ts_ns // DAY_NS):
        day = list(several)
        total = sum((each.size for each in day), _ZERO)
        if total > thresholds.daily:
            said = f"{len(day)} {way} of one day sum to {total:f} USD"
            yield _finding("daily-total", day, thresholds.daily, said)


def _just_below(one_way: Sequence[Movement], way: str, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield the windows in which several transfers lie just below a threshold, none twice."""
    reach = int(thresholds.window_days * DAY_NS)
    for threshold in (thresholds.record, thresholds.daily):
        least = threshold * thresholds.near_share
        near = [each for each in one_way if least <= each.size < threshold]
        begin = 0
        while begin < len(near):
            end = begin + 1
            while end < len(near) and near[end].ts_ns - near[begin].ts_ns <= reach:
                end += 1
            window = near[begin:end]
            total = sum((each.size for each in window), _ZERO)
            if len(window) > 1 and total >= thresholds.suspicious:
                said = (
                    f"{len(window)} {way} between {least:f} and {threshold:f} USD within "
                    f"{thresholds.window_days:f} days sum to {total:f} USD"
                )
                yield _finding("just-below", window, threshold, said)
                begin = end
            else:
                begin += 1


def _records(one_way: Sequence[Movement], way: str, thresholds: Thresholds) -> Iterator[Finding]:
    for each in one_way:
        if each.size >= thresholds.record:
            said = f"one of the {way} is of {each.size:f} USD"
            yield _finding("record", [each], thresholds.record, said)


def _in_and_out(movements: Sequence[Movement], thresholds: Thresholds) -> Iterator[Finding]:
    reach = int(thresholds.out_hours * _HOUR_NS)
    used: set[int] = set()
    for place, deposit in enumerate(movements):
        if not deposit.is_in or deposit.size < thresholds.suspicious:
            continue
        later = [
            each
            for each in movements[place + 1 :]
            if not each.is_in and each.position not in used and each.ts_ns - deposit.ts_ns <= reach
        ]
        gone = sum((each.size for each in later), _ZERO)
        if gone >= deposit.size * thresholds.out_share:
            used |= {each.position for each in later}
            said = (
                f"{deposit.size:f} USD came in, and {gone:f} USD went out within "
                f"{thresholds.out_hours:f} hours"
            )
            yield _finding("in-and-out", [deposit, *later], thresholds.suspicious, said)


def _finding(kind: str, moved: Sequence[Movement], threshold: Decimal, said: str) -> Finding:
    return Finding(
        kind,
        moved[0].ts_ns,
        moved[-1].ts_ns,
        sum((each.size for each in moved), _ZERO),
        threshold,
        said,
        tuple(each.position for each in moved),
    )


def _self_trades(orders: Sequence[OrderRecord]) -> Iterator[Finding]:
    """Yield one finding of each UTC day with orders that would have met our own."""
    refused = [order for order in orders if order.verdict and order.verdict.word == SELF_TRADE]
    for _, several in groupby(refused, lambda order: order.decided_ns // DAY_NS):
        day = list(several)
        asked = ", ".join(sorted({order.asked_by for order in day}))
        said = (
            f"{len(day)} orders of one day would have met our own and were refused before they "
            f"were sent; asked for by {asked}"
        )
        places = tuple(order.position for order in day)
        yield Finding(SELF_TRADE, day[0].decided_ns, day[-1].decided_ns, None, None, said, places)
