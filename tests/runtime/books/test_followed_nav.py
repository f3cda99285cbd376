"""The NAV series that is followed is the one that is kept, whatever a new start takes away."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traider.domain.timeframes import DAY_NS, SECOND_NS
from traider.runtime.books.followed_nav import FollowedNav
from traider.runtime.books.nav_files import NavWriter, read_nav
from traider.runtime.trading.nav_rows import NAV_ROW, NavRows

BEGIN_NS = DAY_NS - 5 * SECOND_NS
"""A few seconds before a midnight, so that there are two files."""


def _row(number: int, nav: int) -> NavRows:
    row = np.zeros(1, NAV_ROW)
    row["ts"], row["nav"] = BEGIN_NS + number * SECOND_NS, nav
    return row


@settings(max_examples=40, deadline=None)
@given(
    sessions=st.lists(
        st.tuples(st.integers(0, 12), st.integers(1, 9), st.integers(1, 4)), min_size=1, max_size=5
    )
)
def test_it_is_what_is_kept_after_every_row_and_every_start(
    tmp_path_factory: pytest.TempPathFactory, sessions: list[tuple[int, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("nav") / "nav"
    followed, place = FollowedNav(folder), 0
    for number, (start, rows, looks) in enumerate(sessions):
        place = min(start, place)
        writer = NavWriter(folder, BEGIN_NS + place * SECOND_NS)
        for _ in range(rows):
            writer.add(_row(place, 100 * number + place))
            place += 1
            if place % looks == 0:
                assert followed.rows().tobytes() == read_nav(folder).tobytes()
        assert followed.rows().tobytes() == read_nav(folder).tobytes()


def test_half_a_row_waits_for_its_other_half(tmp_path: Path) -> None:
    raw = _row(0, 1).tobytes() + _row(1, 2).tobytes()
    path = tmp_path / "1970-01-01.nav1"
    path.write_bytes(raw[:100])
    followed = FollowedNav(tmp_path)
    assert followed.rows()["nav"].tolist() == [1]
    before = followed.rows()
    path.write_bytes(raw)
    assert followed.rows()["nav"].tolist() == [1, 2]
    assert before["nav"].tolist() == [1]


def test_many_rows_make_room(tmp_path: Path) -> None:
    rows = np.concatenate([_row(number, number) for number in range(9_000)])
    path = tmp_path / "1970-01-01.nav1"
    followed = FollowedNav(tmp_path)
    assert len(followed.rows()) == 0
    for end in (1, 4_000, 9_000):
        path.write_bytes(rows[:end].tobytes())
        assert followed.rows().tobytes() == rows[:end].tobytes()
