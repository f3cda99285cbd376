"""A part of the crashes that ``python -m benchmarks.crashes`` makes: no law breaks.

Those over the exchange are a sample; those on paper are complete, more than a thousand.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.scenarios.crashing import crash_session
from tests.scenarios.enumerating import crash_at_each
from tests.scenarios.paper_crashes import crash_through, sections
from tests.scenarios.trader_setup import scratch

CRASHES = 6
EACH = 5


@pytest.mark.slow
@pytest.mark.uncounted
def test_no_law_breaks_wherever_the_dice_let_the_trader_die() -> None:
    done = crash_session(seed=12, crashes=CRASHES)
    assert done.crashes == CRASHES
    assert 0 < len(done.recovered_s) <= CRASHES


@pytest.mark.slow
@pytest.mark.uncounted
@pytest.mark.parametrize("first", [150, 420])
def test_no_law_breaks_at_one_reach_after_the_other(first: int) -> None:
    done, is_more = crash_at_each(first, EACH)
    assert done.crashes == len(done.recovered_s) == EACH
    assert is_more


@pytest.mark.slow
@pytest.mark.uncounted
def test_no_law_breaks_amid_a_start_with_a_position() -> None:
    done, is_more = crash_at_each(120, EACH, starts=True)
    assert done.crashes == 2 * EACH
    assert done.points["now"] == EACH
    assert is_more


@pytest.mark.slow
@pytest.mark.uncounted
@pytest.mark.parametrize("style", ["market", "limit"])
def test_on_paper_no_law_breaks_at_any_reach(style: str) -> None:
    points: Counter[str] = Counter()
    fills = 0
    for section in range(sections(style)):
        with scratch() as folder:
            done = crash_through(style, section, folder)
        points += done.points
        fills += done.fills
    assert points.total() > 500
    assert fills
    assert {"block-written", "journal-appended", "order-log-append", "trader-journaled"} <= set(
        points
    )


def test_crashes_on_paper_come_out_the_same_each_time(tmp_path: Path) -> None:
    first, second = (crash_through("market", 8, tmp_path / name) for name in ("one", "two"))
    assert first.points == second.points
    assert first.journal == second.journal
