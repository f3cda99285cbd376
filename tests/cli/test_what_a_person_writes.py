"""Lengths of time, instants and speeds as they are written on a command line."""

import click
import pytest

from traider.cli.durations import DURATION
from traider.cli.speeds import parse_speed
from traider.cli.times import TIME
from traider.domain.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60.0),
        ("5m", 300.0),
        ("1h30m", 5_400.0),
        ("90", 90.0),
        ("250ms", 0.25),
        ("2D", 172_800.0),
    ],
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert DURATION.convert(text, None, None) == seconds
    assert DURATION.convert(seconds, None, None) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5s", "5x", "1h 30m", "s"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write 60s, 5m or 1h30m"):
        DURATION.convert(text, None, None)


def test_instants() -> None:
    assert TIME.convert("1970-01-02", None, None) == 86_400_000_000_000
    assert TIME.convert("1970-01-01T00:00:01.5Z", None, None) == 1_500_000_000
    assert TIME.convert(17, None, None) == 17
    with pytest.raises(click.BadParameter, match="'yesterday' is no time"):
        TIME.convert("yesterday", None, None)


def test_speeds() -> None:
    assert (parse_speed("max"), parse_speed("0.5"), parse_speed("0")) == (0.0, 0.5, 0.0)
    for text in ("fast", "-1", "inf", "nan"):
        with pytest.raises(UsageError, match="is no speed"):
            parse_speed(text)
