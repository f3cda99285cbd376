"""The venue's rules of continuity, number by number, and the bound on what is held."""

import pytest

from traider.venues.binance.continuity import (
    HELD_MAX,
    DepthContinuity,
    Live,
    Place,
    Verdict,
    Waiting,
    spot_place,
    usdm_place,
)
from traider.venues.binance.messages import SpotDepth, UsdmDepth

MS = 1_721_347_020_984


def spot(first: int, last: int) -> SpotDepth:
    return SpotDepth("BTCUSDT", MS, first, last, [], [])


def usdm(previous: int, first: int, last: int) -> UsdmDepth:
    return UsdmDepth("BTCUSDT", MS, first, last, previous, [], [])


@pytest.mark.parametrize(
    ("first", "last", "place"),
    [
        (90, 99, Place.OLD),
        (90, 100, Place.OLD),
        (90, 101, Place.NEXT),
        (100, 105, Place.NEXT),
        (101, 105, Place.NEXT),
        (102, 105, Place.AHEAD),
    ],
)
def test_spot_counts_on_without_holes(first: int, last: int, place: Place) -> None:
    for is_first in (True, False):
        assert spot_place(spot(first, last), 100, is_first) is place


@pytest.mark.parametrize(
    ("ids", "after_snapshot", "later"),
    [
        ((80, 81, 99), Place.OLD, Place.OLD),
        ((80, 81, 100), Place.NEXT, Place.OLD),
        ((90, 95, 105), Place.NEXT, Place.AHEAD),
        ((95, 100, 105), Place.NEXT, Place.AHEAD),
        ((95, 103, 105), Place.NEXT, Place.AHEAD),
        ((100, 103, 105), Place.NEXT, Place.NEXT),
        ((101, 103, 105), Place.AHEAD, Place.AHEAD),
    ],
)
def test_usdm_tells_its_predecessor(
    ids: tuple[int, int, int], after_snapshot: Place, later: Place
) -> None:
    assert usdm_place(usdm(*ids), 100, True) is after_snapshot  # noqa: FBT003 - Rule
    assert usdm_place(usdm(*ids), 100, False) is later  # noqa: FBT003 - Rule


def state(continuity: DepthContinuity) -> Live | Waiting:
    return continuity.state


def test_a_hole_among_held_changes_gives_up_what_lies_before() -> None:
    continuity = DepthContinuity(spot_place)
    for change in (spot(1, 2), spot(3, 4), spot(3, 4), spot(9, 10)):
        continuity.take(change)
    assert (continuity.held, continuity.breaks) == (1, 1)
    assert state(continuity) == Waiting()
    assert continuity.join(4) is None
    assert continuity.join(8) == [spot(9, 10)]
    assert state(continuity) == Live(10, is_first=False)


def test_the_change_that_shows_a_gap_is_the_first_one_held() -> None:
    continuity = DepthContinuity(spot_place)
    assert continuity.join(10) == []
    assert continuity.take(spot(13, 14)) is Verdict.GAP
    assert state(continuity) == Waiting()
    assert (continuity.held, continuity.breaks) == (1, 1)
    assert continuity.take(spot(13, 14)) is Verdict.DROP
    assert continuity.take(spot(15, 16)) is Verdict.HOLD
    assert continuity.join(12) == [spot(13, 14), spot(15, 16)]
    assert continuity.held == 0


def test_no_more_than_the_bound_is_held() -> None:
    continuity = DepthContinuity(spot_place)
    for number in range(1, HELD_MAX + 3):
        assert continuity.take(spot(number, number)) is Verdict.HOLD
    assert (continuity.held, continuity.given_up) == (HELD_MAX, 2)
    assert continuity.join(1) is None
    following = continuity.join(2)
    assert following is not None
    assert len(following) == HELD_MAX
