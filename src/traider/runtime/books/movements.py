"""Deposits and withdrawals of a run with their worth in US dollars, as far as it is known.

A dollar, and a coin that stands for one, counts one for one. Anything else is worth the mark of an
instrument of the run that prices it in dollars, as it stood before the transfer.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from traider.compliance.reviews import Movement
from traider.domain.events import EventArray, Kind
from traider.domain.instruments import InstrumentName
from traider.domain.money import unpack_currency
from traider.domain.units import EXACT, amount_from_units
from traider.journal.reader import JournalReader
from traider.kernel.specification import MarketSpec
from traider.runtime.books.market_views import Look, MarketView, market_views
from traider.runtime.books.run_records import RunRecords

DOLLARS: Final = frozenset(("USD", "USDC", "USDT"))
_CAPITAL_REASONS: Final = (1, 2)
"""Why a transfer was made that brings or takes capital: deposit, withdrawal."""


def run_movements(records: RunRecords) -> tuple[Movement, ...]:
    """Return the deposits and withdrawals of a run, in order.

    Raises:
        DataError: the journal cannot be read.
    """
    money = records.money
    numbers = _priced_in_dollars(money.markets)
    places = [
        (int(sequence), money.events[place : place + 1])
        for place, sequence in enumerate(money.sequences.tolist())
        if money.events["kind"][place] == Kind.TRANSFER
        and money.events["w3"][place] in _CAPITAL_REASONS
    ]
    told = [(place, event, _currency(event, money.currency)) for place, event in places]
    looks = [Look(place, numbers[name]) for place, _, name in told if name in numbers]
    views = market_views(JournalReader(records.run.paths.journal), money.markets, looks)
    return tuple(_movement(place, event, name, numbers, views) for place, event, name in told)


def _movement(
    place: int,
    event: EventArray,
    currency: str,
    numbers: Mapping[str, int],
    views: Mapping[Look, MarketView],
) -> Movement:
    amount, dollars = amount_from_units(int(event["w1"][0])), None
    if currency in DOLLARS:
        dollars = amount
    elif currency in numbers:
        mark = views[Look(place, numbers[currency])].mark
        dollars = None if mark is None else _worth(amount, mark)
    return Movement(place, int(event["ts_recv"][0]), currency, amount, dollars)


def _worth(amount: Decimal, mark: Decimal) -> Decimal:
    return EXACT.multiply(amount, mark)


def _currency(event: EventArray, own: str) -> str:
    word = int(event["w0"][0])
    return unpack_currency(word) if word else own


def _priced_in_dollars(markets: Sequence[MarketSpec]) -> dict[str, int]:
    """Return which instrument tells what a currency is worth: the first of the run."""
    found: dict[str, int] = {}
    for number, market in enumerate(markets):
        name = InstrumentName.parse(market.name)
        if name.quote in DOLLARS and market.multiplier == 1:
            found.setdefault(name.base, number)
    return found
