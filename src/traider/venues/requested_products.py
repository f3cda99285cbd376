"""Which products a connection asked for, and what REST answers tell of them.

symbols = requested_symbols(connection, bybit_symbols)
told = told_products(answers, is_instruments_info, read_products)
return products(symbols, told, name)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import DecodeError

from traider.domain.errors import DataError
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection


def requested_symbols(
    connection: Connection, symbols_of: Callable[[bytes], Iterable[str]]
) -> tuple[str, ...]:
    """Return the symbols of a connection's requests, in their order, each once.

    Raises:
        DataError: no request names a symbol, or one cannot be read.
    """
    found: dict[str, None] = {}
    for request in connection.requests:
        try:
            found |= dict.fromkeys(symbols_of(request))
        except DecodeError as fault:
            raise DataError(
                f"a request cannot be read: {fault}",
                where=connection.name,
                fix="record it again",
            ) from fault
    if not found:
        raise DataError(
            "nothing tells which symbols were recorded",
            where=connection.name,
            fix="record the requests beside the messages",
        )
    return tuple(found)


def told_products(
    answers: Sequence[Answered],
    is_about: Callable[[str], bool],
    read: Callable[[bytes], Iterable[Product]],
) -> dict[str, Product]:
    """Return the products by symbol that the answers to fitting addresses tell.

    Raises:
        DataError: an answer cannot be read; its line is named.
    """
    found: dict[str, Product] = {}
    for answer in answers:
        if not is_about(answer.url):
            continue
        try:
            found |= {each.symbol: each for each in read(answer.raw)}
        except DecodeError as fault:
            raise DataError(
                f"an answer cannot be read: {fault}",
                where=f"{answer.path} line {answer.line}",
                fix="record it again",
            ) from fault
    return found


def chosen_products(
    symbols: Sequence[str], told: Mapping[str, Product], name_of: Callable[[str], str]
) -> tuple[Product, ...]:
    """Return the products of ``symbols``; one that no answer tells has no grid yet."""
    return tuple(told.get(symbol) or Product(symbol, name_of(symbol)) for symbol in symbols)
