"""What a person should look at: thresholds from both sides, windows, and drafts that say what.

1. No finding comes of transfers that stay far below every threshold.
2. A day's finding sums what moved that day, whatever it was cut into.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compliance.test_blotter import order
from traider.compliance.review_drafts import STATUS, Reviewed, review_body
from traider.compliance.reviews import Finding, Movement, Thresholds, find_all
from traider.domain.errors import UsageError
from traider.domain.timeframes import DAY_NS

HOUR_NS = DAY_NS // 24
START_NS = 20_000 * DAY_NS


def moved(*told: tuple[float, int]) -> list[Movement]:
    """Return movements of hours and whole dollars, in order."""
    return [
        Movement(place, START_NS + int(hour * HOUR_NS), "USD", Decimal(usd), Decimal(usd))
        for place, (hour, usd) in enumerate(told)
    ]


def kinds(found: tuple[Finding, ...]) -> list[str]:
    return [each.kind for each in found]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(1, 2_999)], []),
        ([(1, 3_000)], ["record"]),
        ([(1, 10_000)], ["record"]),
        ([(1, 10_001)], ["daily-total", "record"]),
        # Ten times a thousand and a dollar more, in one day and then over midnight.
        ([(hour, 1_000) for hour in range(10)] + [(11, 1)], ["daily-total"]),
        ([(hour + 16, 1_000) for hour in range(10)] + [(30, 1)], []),
        # Two just below the record threshold within five days, and an hour beyond.
        ([(0, 2_900), (120, 2_950)], ["just-below"]),
        ([(0, 2_900), (121, 2_950)], []),
        ([(0, 2_399), (1, 2_950)], []),
        ([(0, 9_500), (48, 9_900)], ["just-below", "record", "record"]),
        # In, and four fifths out again within 72 hours; an hour too late; one cent too little.
        ([(0, 5_000), (10, -2_000), (72, -2_000)], ["in-and-out", "record"]),
        ([(0, 5_000), (10, -2_000), (73, -2_000)], ["record"]),
        ([(0, 5_000), (10, -2_000), (72, -1_999)], ["record"]),
        ([(0, -5_000), (10, 2_000), (20, 2_000)], ["record"]),
    ],
)
def test_thresholds_are_met_exactly(told: list[tuple[float, int]], expected: list[str]) -> None:
    assert kinds(find_all(moved(*told), [], Thresholds())) == expected


def test_a_withdrawal_is_counted_for_one_deposit_alone() -> None:
    told = [(0, 5_000), (1, 5_000), (2, -4_000)]
    found = find_all(moved(*told), [], Thresholds(record=Decimal(100_000)))
    assert kinds(found) == ["in-and-out"]
    assert found[0].positions == (0, 2)


def test_what_is_not_valued_is_left_out_and_told() -> None:
    unknown = replace(moved((1, 50_000))[0], currency="XYZ", dollars=None)
    assert find_all([unknown], [], Thresholds()) == ()
    body = review_body(Reviewed("v", "a", (), [unknown], 0, 0), Thresholds(), ())
    assert body["looked_at"]["not_valued"][0]["currency"] == "XYZ"


def test_refused_self_trades_are_one_finding_a_day() -> None:
    orders = [
        order(1, START_NS, "self-trade"),
        order(2, START_NS + 5, "self-trade"),
        order(3, START_NS + 6, "exposure"),
        order(4, START_NS + DAY_NS, "self-trade"),
    ]
    first, second = find_all([], orders, Thresholds())
    assert (first.kind, first.dollars, len(first.positions)) == ("self-trade", None, 2)
    assert "2 orders of one day" in first.said
    assert len(second.positions) == 1


def test_every_draft_says_that_it_is_not_filed() -> None:
    movements = moved((0, 9_000), (1, 9_000), (2, -15_000))
    found = find_all(movements, [order(1, START_NS, "self-trade")], Thresholds())
    of = Reviewed("binance", "0123abcd", ("X:A-B",), movements, 1, 1)
    body = review_body(of, Thresholds(), found)
    assert len(body["drafts"]) == sum(each["kind"] != "record" for each in body["findings"]) >= 4
    for draft in body["drafts"]:
        assert draft["status"] == STATUS
        person = draft.get("part_I_subject") or draft["persons_involved"]
        assert (person["name"], person["account"]) == (None, "0123abcd")
    forms = {draft["form"][:15] for draft in body["drafts"]}
    assert forms == {"FinCEN Form 111", "FinCEN Form 112"}
    assert body["looked_at"]["withdrawals"] == 1


@pytest.mark.parametrize(
    ("name", "value"), [("daily", 0), ("near_share", "1.1"), ("record", "nan")]
)
def test_a_threshold_that_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"threshold {name.replace('_', '-')} is"):
        replace(Thresholds(), **{name: Decimal(value)})


@given(st.lists(st.tuples(st.integers(0, 2_000), st.integers(-499, 499)), max_size=20))
def test_small_transfers_are_never_found(told: list[tuple[int, int]]) -> None:
    movements = moved(*sorted((float(hour), usd) for hour, usd in told if usd))
    assert find_all(movements, [], Thresholds(daily=Decimal(20 * 499))) == ()


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=30))
def test_a_day_sums_whatever_it_is_cut_into(parts: list[int]) -> None:
    movements = moved(*((place / 2, usd) for place, usd in enumerate(parts)))
    first_day = [usd for place, usd in enumerate(parts) if place < 48]
    found = [each for each in find_all(movements, [], Thresholds()) if each.kind == "daily-total"]
    assert [each.dollars for each in found] == ([sum(first_day)] if sum(first_day) > 10_000 else [])
