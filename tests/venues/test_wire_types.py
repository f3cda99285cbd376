"""Types that the messages of several venues are made of."""

from typing import Any

import pytest
from msgspec import ValidationError
from msgspec.json import Decoder

from traider.venues.wire_types import (
    MicrosecondsText,
    Milliseconds,
    MillisecondsText,
    NumberText,
    SecondsText,
    SignedNumber,
    seconds_ns,
)


def test_seconds_keep_their_decimals() -> None:
    assert seconds_ns("1618678133.383209") == 1_618_678_133_383_209_000
    assert seconds_ns("1618678133") == 1_618_678_133_000_000_000


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (Milliseconds, b"1721347020984", b"1721347020"),
        (MillisecondsText, b'"1721347020984"', b'"1721347020"'),
        (MicrosecondsText, b'"1721347020984000"', b'"1721347020984"'),
        (SecondsText, b'"1721347020.98"', b'"1721347020984"'),
        (NumberText, b'"17"', b'"-17"'),
        (SignedNumber, b"-1", b"-2"),
    ],
)
def test_a_time_of_another_unit_and_a_wrong_number_do_not_decode(
    kind: Any, right: bytes, wrong: bytes
) -> None:
    decode = Decoder(kind).decode
    assert decode(right) is not None
    with pytest.raises(ValidationError):
        decode(wrong)
