"""Which venue a recording is of."""

from pathlib import Path

import pytest

from traider.domain.errors import UsageError
from traider.venues.catalogue import VENUES, recorded_venue
from traider.venues.recordings import Connection, Recording


def recording(name: str, source: str = "") -> Recording:
    return Recording((Path(name),), source, (Connection("one"),))


def test_the_header_tells_the_venue_else_the_name_of_the_file() -> None:
    assert recorded_venue(recording("x.jsonl", "BINANCE")) is VENUES["BINANCE"]
    assert recorded_venue(recording("BINANCE-SPOT-X.txt.zst")) is VENUES["BINANCE"]
    assert recorded_venue(recording("BINANCE_FUTURES-1.txt")) is VENUES["BINANCE_FUTURES"]
    assert recorded_venue(recording("x.txt", "OTHER"), "binance") is VENUES["BINANCE"]


@pytest.mark.parametrize("name", ["notes.txt", "BINANCES.txt"])
def test_an_untold_venue_is_asked_for(name: str) -> None:
    with pytest.raises(UsageError, match="nothing tells the venue") as caught:
        recorded_venue(recording(name))
    assert "--venue one of BINANCE" in caught.value.fix


def test_an_unknown_venue_is_refused() -> None:
    with pytest.raises(UsageError, match="'NOWHERE' is not known"):
        recorded_venue(recording("BINANCE-1.txt"), "nowhere")
