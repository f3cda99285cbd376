"""Rows of answers as frames: instants become UTC times, amounts floats or exact decimals.

A column ``decided_ns`` becomes ``decided``, a time in UTC with nanoseconds (``open_time`` where
there is an ``open`` too). Prices, sizes and money come as text; they become 64-bit floats, or exact
decimals where these are asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from traider.domain.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    Frame: TypeAlias = pl.DataFrame | pd.DataFrame

Kind = Literal["polars", "pandas"]
Row = Mapping[str, Any]

AMOUNTS: Final = frozenset(
    (
        "amount", "ask", "average_price", "basis", "bid", "bought", "close", "cost", "cost_left",
        "fee", "fee_value", "fees", "filled", "funding", "gain", "gross", "high", "last", "leaves",
        "lot_size", "low", "mark", "min_notional", "min_size", "nav", "net", "notional", "open",
        "pnl", "price", "proceeds", "quantity", "realized", "remaining", "size", "tick_size",
        "total", "trigger", "unrealized", "value", "volume",
    )
)  # fmt: skip
"""Names of columns that are prices, sizes or money wherever they come as text."""
_SUFFIX: Final = "_ns"
_DIGITS: Final = 38
_SCALE: Final = 18


def frame_of(
    rows: Sequence[Row], columns: Sequence[str], kind: Kind, *, exact: bool = False
) -> "Frame":
    """Return rows as a frame with just these columns, also where there are no rows.

    Raises:
        UsageError: the package of the frames is not there, or its name is none.
    """
    named = {name: [row.get(name) for row in rows] for name in columns}
    if kind == "polars":
        return _polars(named, exact=exact)
    if kind == "pandas":
        return _pandas(named, exact=exact)
    raise UsageError(f"frames of {kind!r}", fix="choose polars or pandas")


def is_amount(name: str, values: Sequence[object]) -> bool:
    """Return whether a column is text that counts something."""
    return name in AMOUNTS and all(each is None or isinstance(each, str) for each in values)


def is_time(name: str, values: Sequence[object]) -> bool:
    """Return whether a column is of instants; lengths of time end in ``_ns`` too."""
    return name.endswith(_SUFFIX) and name not in ("held_ns", "frame_ns") and bool(values or name)


def short_name(name: str, names: Iterable[str]) -> str:
    """Return what a column of instants is called in a frame that has columns ``names``."""
    short = name.removesuffix(_SUFFIX)
    return f"{short}_time" if short in names else short


def _polars(named: Mapping[str, list[Any]], *, exact: bool) -> "pl.DataFrame":
    try:
        import polars as pl  # noqa: PLC0415 - of the extra notebook
    except ImportError:
        raise _missing("polars") from None
    columns = []
    for name, values in named.items():
        if is_time(name, values):
            times = pl.Series(short_name(name, named), values, pl.Int64)
            columns.append(times.cast(pl.Datetime("ns", "UTC")))
        elif is_amount(name, values):
            kind = pl.Decimal(_DIGITS, _SCALE) if exact else pl.Float64()
            columns.append(pl.Series(name, _amounts(values, exact=exact), kind))
        else:
            columns.append(pl.Series(name, values, strict=False))
    return pl.DataFrame(columns)


def _pandas(named: Mapping[str, list[Any]], *, exact: bool) -> "pd.DataFrame":
    try:
        import pandas as pd  # noqa: PLC0415 - of the extra notebook
    except ImportError:
        raise _missing("pandas") from None
    columns: dict[str, Any] = {}
    for name, values in named.items():
        if is_time(name, values):
            whole = pd.array(values, dtype="Int64")
            columns[short_name(name, named)] = pd.to_datetime(pd.Series(whole), unit="ns", utc=True)
        elif is_amount(name, values):
            kind = object if exact else "float64"
            columns[name] = pd.Series(_amounts(values, exact=exact), dtype=kind)
        else:
            columns[name] = pd.Series(values)
    return pd.DataFrame(columns)


def _amounts(values: Sequence[str | None], *, exact: bool) -> list[Decimal | float | None]:
    made = Decimal if exact else float
    return [None if each is None else made(each) for each in values]


def _missing(name: str) -> UsageError:
    return UsageError(
        f"frames need the package {name}", fix="install it with: pip install 'traider[notebook]'"
    )
