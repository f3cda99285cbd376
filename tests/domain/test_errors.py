import pytest

from traider.domain.errors import (
    BusError,
    ConfigError,
    DatabaseError,
    DataError,
    Interrupted,
    KernelError,
    StrategyError,
    TraiderError,
    UsageError,
    VenueError,
)


def test_an_error_is_one_line_of_what_where_and_fix() -> None:
    error = DataError("row 7 goes\nback in time", where="bars.parquet", fix="sort it")
    assert str(error) == error.line() == "bars.parquet: row 7 goes back in time; sort it"
    assert str(TraiderError("it broke")) == "it broke"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TraiderError, 1),
        (ConfigError, 2),
        (UsageError, 2),
        (DataError, 3),
        (StrategyError, 4),
        (KernelError, 5),
        (VenueError, 6),
        (DatabaseError, 7),
        (BusError, 8),
        (Interrupted, 130),
    ],
)
def test_exit_codes_are_stable(error: type[TraiderError], code: int) -> None:
    assert error("x").exit_code == code
